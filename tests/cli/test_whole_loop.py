"""The whole loop without a screen: what a draft says is what its list drops and what its rules silence."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AUDIT = "args:open-audit.sh or pargs:open-audit.sh"
Verb = Callable[..., "subprocess.CompletedProcess[str]"]


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module", params=["standalone", "overlay"])
def drafted(
    request: pytest.FixtureRequest, server_log: Path, tmp_path_factory: pytest.TempPathFactory, tetratui: Verb
) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("out")
    arguments = ("--where", AUDIT, "--mode", request.param, "--out", out, "--json")
    return answer(tetratui("draft", server_log, *arguments)), out


def dropped_rows(tetratui: Verb, out: Path, log: Path) -> list[int]:
    return list(answer(tetratui("impact", out / "export-denylist", log, "--rows", "--json"))["dropped"])


def suppressed_rows(tetratui: Verb, out: Path, log: Path) -> list[int]:
    arguments = ("wazuh", "match", out / "0011-tetratui.xml", "--events", log, "--agent", "--rows", "--json")
    return [row for row, _, level in answer(tetratui(*arguments))["matches"] if level == 0]


def test_query_finds_the_events_of_the_audit(server_log: Path, tetratui: Verb) -> None:
    found = answer(tetratui("stats", server_log, "--where", AUDIT, "--json"))
    assert {kind: count for kind, count in found["kinds"].items() if count} == {"exec": 2684, "exit": 3414}


def test_draft_covers_all_that_was_asked(drafted: tuple[dict[str, Any], Path]) -> None:
    said, _ = drafted
    assert said["refused"] == []
    assert said["impact"]["dropped"] == 2684 + 3414


def test_list_drops_what_the_draft_said_and_rules_silence_just_that(
    drafted: tuple[dict[str, Any], Path], server_log: Path, tetratui: Verb
) -> None:
    said, out = drafted
    dropped = dropped_rows(tetratui, out, server_log)
    assert len(dropped) == said["impact"]["dropped"]
    assert suppressed_rows(tetratui, out, server_log) == dropped
    assert said["wazuh"]["exact"] is True


def test_written_list_and_rules_pass_their_checks(drafted: tuple[dict[str, Any], Path], tetratui: Verb) -> None:
    _, out = drafted
    checked = answer(tetratui("check", out / "export-denylist", "--attack-samples", "--json"))
    assert checked["accepted"] is True
    assert [lint for lint in checked["lints"] if lint["severity"] == "error"] == []
    rules = answer(tetratui("wazuh", "check", out / "0011-tetratui.xml", "--json"))
    assert (rules["loads"], rules["errors"], rules["warnings"], rules["api_refuses"]) == (True, [], [], None)
