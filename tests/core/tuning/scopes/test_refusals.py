from __future__ import annotations

from typing import Any

import orjson
import pytest

from tetratui.core.table import build_table
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.tuning_context import TuningContext

CRON: dict[str, Any] = {"binary": "/usr/sbin/cron", "arguments": "-f"}
NO_PROCESS = [
    {"process_throttle": {"type": "THROTTLE_START", "cgroup": "x"}, "node_name": "n", "time": "2026-01-01T00:00:00Z"},
    {"rate_limit_info": {"number_of_dropped_process_events": "7"}, "node_name": "n", "time": "2026-01-01T00:00:00Z"},
]


def refusals(line: bytes, scope: str | None = None) -> tuple[list[str], int]:
    """Return the reasons against one event, and how many exclusions were made all the same."""
    table = build_table([line])
    result = draft_events(TuningContext(table, attack_samples=()), [0], DraftRequest(scope))
    return [refusal.reason for refusal in result.refused], sum(len(draft.exclusions) for draft in result.drafts)


@pytest.mark.parametrize("scope", [None, "exact", "template", "binary", "destination"])
@pytest.mark.parametrize("event", NO_PROCESS)
def test_events_without_a_process_are_refused_on_every_scope(event: dict[str, Any], scope: str | None) -> None:
    reasons, made = refusals(orjson.dumps(event), scope)
    assert made == 0
    assert reasons[0].startswith("no process")


@pytest.mark.parametrize(
    "process",
    [
        {"arguments": "--password ***** x"},
        {"arguments": "a b", "flags": "execve clone truncArgs"},
        {"cwd": "<enomem>", "flags": "execve clone dataArgs"},
        {"arguments": "<enomem>"},
    ],
)
@pytest.mark.parametrize("scope", [None, "exact", "command", "template"])
def test_redacted_or_cut_arguments_are_never_built_from(lines: Any, process: dict[str, Any], scope: str | None) -> None:
    reasons, made = refusals(lines.event(parent=CRON, **process), scope)
    assert made == 0
    assert "redacted (*****) or cut" in reasons[0]
    assert refusals(lines.event(parent=CRON, **process), "caller")[1] == 1


def test_a_redacted_parent_closes_the_scopes_that_need_it(lines: Any) -> None:
    line = lines.event(arguments="-x", parent={"binary": "/bin/sh", "arguments": "-p *****"})
    assert refusals(line, "subtree")[1] == 0
    assert refusals(line, "command") == ([], 1)


def test_without_a_parent_block_the_narrowest_scope_is_one_that_needs_no_parent(lines: Any) -> None:
    table = build_table([lines.event(arguments="-x")])
    result = draft_events(TuningContext(table, attack_samples=()), [0])
    assert [draft.scope for draft in result.drafts] == ["command"]
    assert refusals(lines.event(arguments="-x"), "caller") == (
        ["no parent block; the scopes command and template need no parent"],
        0,
    )


def test_arguments_that_the_agent_put_together_again_are_no_reason_to_refuse(lines: Any) -> None:
    line = lines.event(arguments="x" * 300, flags="execve clone dataArgs", parent=CRON)
    assert refusals(line) == ([], 1)
