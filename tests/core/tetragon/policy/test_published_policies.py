"""Policies of the kinds that people publish: whether an agent loads them, at which stage it stops, what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.tetragon.format.versions import LATEST, SUPPORTED, Version
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.kernel import read_kernel_config
from tetratui.core.tetragon.policy.load_checks import LoadingAgent
from tetratui.core.tetragon.policy.policy_error import Stage

DATA = Path(__file__).parents[3] / "data" / "policies"
KERNEL = read_kernel_config(DATA / "debian-6.1.config")
ROWS = [
    line.split("\t")
    for line in (DATA / "published" / "verdicts.tsv").read_text().splitlines()
    if not line.startswith("#")
]


def _check(path: Path, version: Version = LATEST) -> tuple[str, list[str]]:
    checked = check_policy(path.read_bytes(), LoadingAgent(version=version, kernel=KERNEL))
    stages = {error.stage for error in checked.errors}
    verdict = "loads" if not stages else "refused" if Stage.SYNTAX in stages else "load"
    return verdict, [finding.code for finding in checked.lints]


def test_each_file_has_a_verdict() -> None:
    assert {path.stem for path in (DATA / "published").glob("*.yaml")} == {row[0] for row in ROWS}
    assert len(ROWS) >= 60


@pytest.mark.parametrize(("name", "verdict", "since", "lints"), ROWS, ids=[row[0] for row in ROWS])
def test_published_policy(name: str, verdict: str, since: str, lints: str) -> None:
    path = DATA / "published" / f"{name}.yaml"
    result, codes = _check(path)
    assert result == verdict
    assert set(lints.split()) <= set(codes)
    if not lints and verdict == "loads":
        assert not {"hot-hook", "no-values", "address-not-set", "ipv4-only", "renamed-into-place"} & set(codes)


TAKEN = [(name, since) for name, verdict, since, _ in ROWS if verdict != "refused"]


@pytest.mark.parametrize(("name", "since"), TAKEN, ids=[name for name, _ in TAKEN])
def test_older_parser_refuses_what_it_does_not_know(name: str, since: str) -> None:
    for version in SUPPORTED:
        refused = _check(DATA / "published" / f"{name}.yaml", version)[0] == "refused"
        assert refused == (version < Version.parse(since)), version


def test_first_version_takes_a_mapped_address_for_an_ipv4_one() -> None:
    path = DATA / "published" / "tcp-connect-outside.yaml"
    assert [_check(path, version)[0] for version in SUPPORTED] == ["load", "loads", "loads", "loads", "loads"]


REAL = {
    "kill-exec-bprm": True,
    "override-exec-bprm": True,
    "lsm-exec": True,
    "kill-tcp-connect": True,
    "override-tcp-connect": False,
    "override-socket-connect": True,
    "override-file-open": True,
    "kill-parent-binary": False,
    "monitor-mode": True,
}
"""What a real 1.7.0 said on a Debian 12 kernel."""


@pytest.mark.parametrize(("name", "loads"), REAL.items())
def test_real_agent_said_the_same(name: str, loads: bool) -> None:
    assert (_check(DATA / f"{name}.yaml")[0] == "loads") is loads
