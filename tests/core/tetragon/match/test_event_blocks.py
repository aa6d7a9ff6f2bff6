"""Events of odd shapes are the same event when matched by themselves and in a table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tetratui.core.table import build_table
from tetratui.core.tetragon import Panic, read


@pytest.mark.parametrize(
    ("event", "matched"),
    [
        ({"process_exec": None}, 0),
        ({"node_name": "n", "time": "2026-11-23T19:12:51Z"}, 0),
        ({"process_new": {"process": {}}}, 0),
        ({"process_exec": None, "process_exit": {}}, 2),
        ({"process_exec": {}}, 1),
        ({"process_exec": {"process": None}}, 1),
    ],
)
def test_a_kind_without_a_message_is_no_kind(event: dict[str, Any], matched: int) -> None:
    filters = read(b'{"event_set":["UNDEF"]}{"event_set":["PROCESS_EXEC"]}{"event_set":["PROCESS_EXIT"]}')
    assert filters.first_match(event) == matched
    table = build_table([json.dumps(event).encode()])
    # An object without an event is no row of a table.
    assert filters.first_matches(table).tolist() == [matched] * len(table)
    assert len(table) == (event != {"process_exec": None})


@pytest.mark.parametrize(
    ("text", "crashes"),
    [
        ('{"in_init_tree":true,"parent_binary_regex":["^/p$"]}', True),
        ('{"in_init_tree":true,"parent_binary_regex":["^/q$"]}', False),
        ('{"in_init_tree":true,"parent_arguments_regex":["^-x$"],"health_check":false}', True),
        ('{"in_init_tree":true,"health_check":true}', False),
        ('{"in_init_tree":true,"binary_regex":[""],"parent_binary_regex":["^/p$"]}', False),
    ],
)
def test_an_event_with_a_parent_and_no_process_may_crash_the_agent(text: str, crashes: bool) -> None:
    event = {"process_exec": {"parent": {"binary": "/p", "arguments": "-x"}}}
    filters = read(text)
    answer = filters.match_table(build_table([json.dumps(event).encode()]))
    assert (answer.panics.tolist(), answer.first.tolist()) == ([0] * crashes, [-1])
    if crashes:
        with pytest.raises(Panic):
            filters.first_match(event)
    else:
        assert filters.first_match(event) is None


def test_a_pid_that_is_no_number_counts_as_none() -> None:
    event = {"process_exec": {"process": {"pid": True}}}
    filters = read('{"pid":[1]}{"pid":[0]}')
    assert filters.first_match(event) == filters.first_matches(build_table([json.dumps(event).encode()]))[0] == 1
