"""What policies would have done with the events a real agent wrote while they were loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.table import EventTable
from tetratui.core.table.load_sources import build_table
from tetratui.core.tetragon.format.versions import LATEST
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.impact import HookImpact, measure_policy
from tetratui.core.tetragon.policy.kernel import read_kernel_config
from tetratui.core.tetragon.policy.load_checks import LoadingAgent

DATA = Path(__file__).parents[3] / "data" / "policies"
AGENT = LoadingAgent(kernel=read_kernel_config(DATA / "debian-6.1.config"))


def _table(name: str) -> EventTable:
    return build_table((DATA / f"{name}.jsonl").read_bytes().splitlines())


def _measure(policy: str, events: str) -> HookImpact:
    checked = check_policy((DATA / f"{policy}.yaml").read_bytes(), AGENT)
    assert checked.policy is not None
    (impact,) = measure_policy(checked.policy, _table(events), LATEST)
    return impact


@pytest.mark.parametrize(
    ("name", "matched", "blocked"),
    [
        ("kill-exec-bprm", 4, 4),
        ("override-exec-bprm", 4, 4),
        ("lsm-exec", 4, 4),
        ("kill-tcp-connect", 4, 4),
        ("override-socket-connect", 2, 2),
        ("override-file-open", 2, 2),
        ("monitor-mode", 4, 0),
    ],
)
def test_events_of_a_loaded_policy_match_it(name: str, matched: int, blocked: int) -> None:
    impact = _measure(name, name)
    assert (impact.matched, impact.reported, impact.blocked, impact.unknown) == (matched, matched, blocked, 0)
    assert impact.looked_at == matched
    assert len(impact.rows) == matched


def test_program_that_was_started_is_found_without_a_hook() -> None:
    # Under monitor mode the target ran: its exec events tell what kill-exec-bprm would have stopped.
    execs = [line for line in (DATA / "monitor-mode.jsonl").read_bytes().splitlines() if b'"process_exec"' in line]
    checked = check_policy((DATA / "kill-exec-bprm.yaml").read_bytes(), AGENT)
    assert checked.policy is not None
    (impact,) = measure_policy(checked.policy, build_table(execs), LATEST)
    assert impact.matched == 4
    assert "exec events" in impact.caution


def test_socket_call_is_concluded_from_a_connection() -> None:
    impact = _measure("override-socket-connect", "kill-tcp-connect")
    assert (impact.matched, impact.blocked) == (4, 4)
    assert "tcp_connect" in impact.caution


def test_hook_without_events_is_not_answered() -> None:
    impact = _measure("override-file-open", "kill-tcp-connect")
    assert impact.looked_at == 0
    assert "leaves no trace" in impact.caution
