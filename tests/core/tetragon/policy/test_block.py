"""Policies that block: what they stop, in which mode, and what is refused."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.table.load_sources import build_table
from tetratui.core.tetragon.policy.block import (
    BlockKind,
    BlockRequest,
    find_guard,
    find_targets,
    refuse_request,
    write_block_policy,
)
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.collateral import BlockImpact, measure_block, refuse_collateral
from tetratui.core.tetragon.policy.hook_event import read_hook_event
from tetratui.core.tetragon.policy.kernel import UNKNOWN_KERNEL, Kernel, read_kernel_config
from tetratui.core.tetragon.policy.load_checks import LoadingAgent

DATA = Path(__file__).parents[3] / "data"
DEBIAN = read_kernel_config(DATA / "policies" / "debian-6.1.config")
GOLDEN = Path(__file__).parents[3] / "golden" / "policies"
MINER = BlockRequest(BlockKind.EXECUTABLE, "no-miner", ("/tmp/.x/xmrig",))

REQUESTS = {
    "executable": MINER,
    "executable-killed": replace(MINER, sigkill=True),
    "executable-of-nginx": replace(MINER, targets=("/usr/bin/dash",), descendants_of=("/usr/sbin/nginx",)),
    "executable-in-shop": replace(MINER, namespace="shop"),
    "executable-in-containers": replace(MINER, containers_only=True),
    "executable-enforced": replace(MINER, enforce=True, reason="the miner came back twice"),
    "destination": BlockRequest(BlockKind.DESTINATION, "no-c2", ("203.0.113.66", "2001:db8::66")),
    "file-read": BlockRequest(
        BlockKind.FILE_READ, "no-shadow", ("/etc/shadow",), error=-13, exceptions=("/usr/sbin/sshd",)
    ),
    "file-write": BlockRequest(BlockKind.FILE_WRITE, "no-cron", ("/etc/cron.d/zz",)),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_policy_is_as_in_the_golden_file(name: str) -> None:
    assert write_block_policy(REQUESTS[name], DEBIAN) == (GOLDEN / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", REQUESTS)
def test_policy_loads_and_blocks_only_if_it_says_so(name: str) -> None:
    text = write_block_policy(REQUESTS[name], DEBIAN)
    checked = check_policy(text.encode(), LoadingAgent(kernel=DEBIAN))
    assert checked.loads, checked.errors
    assert checked.policy is not None
    assert (checked.policy.mode == "enforce") == REQUESTS[name].enforce
    assert not checked.is_dangerous


def test_kernel_with_kprobe_multi_gets_the_option_that_override_needs() -> None:
    kernel = Kernel("new", override_return=False, modify_return=True, bpf_lsm=True, kprobe_multi=True)
    text = write_block_policy(MINER, kernel)
    assert check_policy(text.encode(), LoadingAgent(kernel=kernel)).loads


def test_kernel_without_modify_return_gets_an_lsm_hook() -> None:
    kernel = Kernel("old", override_return=False, modify_return=False, bpf_lsm=True, kprobe_multi=False)
    text = write_block_policy(MINER, kernel)
    assert "lsmhooks" in text
    assert check_policy(text.encode(), LoadingAgent(kernel=kernel)).loads


@pytest.mark.parametrize(
    ("path", "everybody", "guard"),
    [
        ("/usr/lib/systemd/systemd", False, "the init system"),
        ("/usr/sbin/sshd", False, "the SSH server"),
        ("/usr/bin/tetragon", False, "the sensor"),
        ("/var/ossec/bin/wazuh-agentd", False, "the Wazuh agent"),
        ("/usr/bin/sudo", False, "logging in"),
        ("/usr/bin/dash", True, "a shell or interpreter"),
        ("/usr/bin/python3.11", True, "a shell or interpreter"),
        ("/usr/bin/dpkg", True, "the package manager"),
        ("/usr/bin/runc", True, "the container runtime"),
        ("/usr/bin/dash", False, None),
        ("/tmp/.x/xmrig", True, None),
    ],
)
def test_guarded_programs(path: str, everybody: bool, guard: str | None) -> None:
    assert find_guard(path, everybody=everybody) == guard


@pytest.mark.parametrize(
    ("request_", "reason", "overridable"),
    [
        (replace(MINER, targets=()), "name no program", False),
        (replace(MINER, targets=("/usr/sbin/sshd",)), "SSH server", True),
        (replace(MINER, targets=("/usr/bin/bash",)), "shell or interpreter", True),
        (replace(MINER, targets=("/bin/ls",)), "symbolic link", True),
        (replace(MINER, targets=("xmrig",)), "no full path", False),
        (replace(MINER, targets=("/tmp/\ufffd",)), "not UTF-8", False),
        (replace(MINER, targets=tuple(f"/tmp/{n}" for n in range(65))), "at most 64", False),
        (replace(MINER, enforce=True, reason="ok"), "needs a reason", False),
        (replace(REQUESTS["destination"], targets=("127.0.0.1",)), "this machine itself", True),
        (replace(REQUESTS["destination"], targets=("::ffff:127.0.0.1",)), "this machine itself", True),
        (replace(REQUESTS["destination"], targets=("0.0.0.0",)), "not a destination", False),
        (replace(REQUESTS["destination"], targets=("169.254.169.254",)), "local network", True),
        (replace(REQUESTS["file-read"], targets=("/etc/passwd",)), "system needs", True),
        (replace(REQUESTS["file-read"], targets=("/usr/lib/x/libc.so.6",)), "system needs", True),
    ],
)
def test_refused_request(request_: BlockRequest, reason: str, overridable: bool) -> None:
    refusals = refuse_request(request_)
    assert reason in refusals[0].reason
    assert refusals[0].overridable is overridable


@pytest.mark.parametrize("name", REQUESTS)
def test_harmless_request_is_not_refused(name: str) -> None:
    assert refuse_request(REQUESTS[name]) == []


def _lines() -> list[bytes]:
    return gzip.decompress((DATA / "captures" / "server.log.gz").read_bytes()).splitlines()


def test_attack_is_blocked_and_others_are_counted() -> None:
    lines = _lines()
    events = [(row, read_hook_event(orjson.loads(line))) for row, line in enumerate(lines)]
    attacks = {row for row, call in events if call and "nc.traditional" in str(call.process.get("binary"))}
    assert attacks
    request = replace(
        MINER,
        kind=BlockKind.DESTINATION,
        targets=find_targets(BlockKind.DESTINATION, [call for row, call in events if call and row in attacks]),
    )
    checked = check_policy(write_block_policy(request, DEBIAN).encode(), LoadingAgent(kernel=DEBIAN))
    assert checked.policy is not None
    impact = measure_block(checked.policy, build_table(lines), attacks, LoadingAgent(kernel=DEBIAN))
    assert impact.chosen == len(attacks)
    assert impact.collateral == sum(impact.programs.values()) > 0


def test_guarded_caller_and_busy_target_are_refused() -> None:
    impact = BlockImpact(looked_at=100, collateral=50, minutes=10.0)
    impact.programs.update({"/usr/sbin/sshd": 2, "/usr/bin/make": 48})
    refusals = refuse_collateral(MINER, impact)
    assert [refusal.target for refusal in refusals] == ["/usr/sbin/sshd", "/tmp/.x/xmrig"]
    assert "more than one a minute" in refusals[1].reason


def test_length_of_time_that_is_not_known_refuses_nothing_by_rate() -> None:
    impact = BlockImpact(looked_at=2, collateral=2, minutes=None)
    assert refuse_collateral(MINER, impact) == []


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_any_target_and_reason_stay_data(target: str, reason: str) -> None:
    try:
        (target + reason).encode()
    except UnicodeEncodeError:
        return
    request = replace(MINER, targets=(f"/{target}",), reason=reason, enforce=True)
    text = write_block_policy(request, UNKNOWN_KERNEL)
    document = yaml.safe_load(text)
    assert document["spec"]["kprobes"][0]["selectors"][0]["matchArgs"][0]["values"] == [f"/{target}"]
    assert set(document) == {"apiVersion", "kind", "metadata", "spec"}
