"""Odd shapes of an event: asked one by one and by the tables, they are the same event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tetratui.core.table import table_of
from tetratui.core.tetragon import read


@pytest.mark.parametrize(
    ("event", "matched"),
    [
        ({"process_exec": None}, 0),
        ({"node_name": "n"}, 0),
        ({"process_new": {"process": {}}}, 0),
        ({"process_exec": None, "process_exit": {}}, 2),
        ({"process_exec": {}}, 1),
        ({"process_exec": {"process": None}}, 1),
    ],
)
def test_a_kind_without_a_message_is_no_kind(event: dict[str, Any], matched: int) -> None:
    filters = read(b'{"event_set":["UNDEF"]}{"event_set":["PROCESS_EXEC"]}{"event_set":["PROCESS_EXIT"]}')
    assert filters.first_match(event) == matched
    assert filters.first_matches(table_of([json.dumps(event).encode()])).tolist() == [matched]
