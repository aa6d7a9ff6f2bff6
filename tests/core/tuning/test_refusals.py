from __future__ import annotations

from typing import Any

import orjson
import pytest

from tetratui.core.table import table_of
from tetratui.core.tuning.drafting import Wish, drafted
from tetratui.core.tuning.ladder import Ground

CRON: dict[str, Any] = {"binary": "/usr/sbin/cron", "arguments": "-f"}
NO_PROCESS = [
    {"process_throttle": {"type": "THROTTLE_START", "cgroup": "x"}, "node_name": "n", "time": "2026-01-01T00:00:00Z"},
    {"rate_limit_info": {"number_of_dropped_process_events": "7"}, "node_name": "n", "time": "2026-01-01T00:00:00Z"},
]


def told(line: bytes, rung: str | None = None) -> tuple[list[str], int]:
    """Give the reasons for one event, and how many exclusions were made all the same."""
    table = table_of([line])
    found = drafted(Ground(table, needles=()), [0], Wish(rung))
    return [one.reason for one in found.refused], sum(len(draft.exclusions) for draft in found.drafts)


@pytest.mark.parametrize("rung", [None, "0", "2", "5", "n0"])
@pytest.mark.parametrize("event", NO_PROCESS)
def test_events_without_a_process_are_refused_on_every_rung(event: dict[str, Any], rung: str | None) -> None:
    reasons, made = told(orjson.dumps(event), rung)
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
@pytest.mark.parametrize("rung", [None, "0", "1", "2"])
def test_redacted_or_cut_arguments_are_never_built_from(lines: Any, process: dict[str, Any], rung: str | None) -> None:
    reasons, made = told(lines.event(parent=CRON, **process), rung)
    assert made == 0
    assert "redacted (*****) or cut" in reasons[0]
    assert told(lines.event(parent=CRON, **process), "3")[1] == 1


def test_a_redacted_parent_closes_the_rungs_that_ask_for_it(lines: Any) -> None:
    line = lines.event(arguments="-x", parent={"binary": "/bin/sh", "arguments": "-p *****"})
    assert told(line, "4")[1] == 0
    assert told(line, "1") == ([], 1)


def test_without_a_parent_block_the_narrowest_rung_asks_no_parent(lines: Any) -> None:
    table = table_of([lines.event(arguments="-x")])
    found = drafted(Ground(table, needles=()), [0])
    assert [draft.rung for draft in found.drafts] == ["1"]
    assert told(lines.event(arguments="-x"), "3") == (["no parent block; rungs 1 and 2 ask for no parent"], 0)


def test_whole_arguments_that_came_apart_are_no_reason_to_refuse(lines: Any) -> None:
    line = lines.event(arguments="x" * 300, flags="execve clone dataArgs", parent=CRON)
    assert told(line) == ([], 1)
