"""Ancestors, children and events of processes are those that the lines name."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events import exec_id
from tetratui.core.lineage import Lineage, process_tree
from tetratui.core.table import build_table

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
LINES = gzip.decompress((CAPTURES / "server.log.gz").read_bytes()).split(b"\n")[:-1]


@pytest.fixture(scope="module")
def family() -> Lineage:
    return Lineage(build_table(LINES))


def parents_by_hand() -> dict[str, str]:
    parents: dict[str, str] = {}
    for line in LINES:
        body = next(iter(orjson.loads(line).values()))
        for block in filter(None, (body.get("process"), body.get("parent"))):
            parents.setdefault(block["exec_id"], block["parent_exec_id"])
    return parents


def test_ancestors_follow_embedded_parents_up_to_the_kernel(family: Lineage) -> None:
    parents = parents_by_hand()
    for row in range(0, len(LINES), 41):
        process = next(iter(orjson.loads(LINES[row]).values()))["process"]["exec_id"]
        expected = []
        while (parent := parents.get(process)) in parents and parent not in expected and parent != process:
            expected.append(parent)
            process = parent
        assert [ancestor.exec_id for ancestor in family.ancestors(row)] == expected


def test_children_and_events_are_those_of_the_lines(family: Lineage) -> None:
    parents = parents_by_hand()
    for parent in sorted(set(parents.values()))[::25]:
        expected = {child for child, of in parents.items() if of == parent and child != parent}
        assert {child.exec_id for child in family.children(parent)} == expected
        own = [
            row
            for row, line in enumerate(LINES)
            if next(iter(orjson.loads(line).values()))["process"]["exec_id"] == parent
        ]
        assert family.event_rows(parent) == own


def test_an_unknown_process_has_no_family(family: Lineage) -> None:
    for unknown in ("", "nonsense", exec_id.join("elsewhere", 1, 2)):
        assert family.children(unknown) == []
        assert family.event_rows(unknown) == []


def test_processes_that_name_each_other_as_parent_end_the_search() -> None:
    first, second = exec_id.join("n", 1, 1), exec_id.join("n", 2, 2)
    lines = [
        orjson.dumps({"process_exec": {"process": {"exec_id": own, "pid": pid, "parent_exec_id": parent}}})
        for own, pid, parent in ((first, 1, second), (second, 2, first))
    ]
    ancestors = Lineage(build_table(lines)).ancestors(0)
    assert [ancestor.exec_id for ancestor in ancestors] == [second]


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=8))
def test_a_sorted_column_finds_what_a_search_finds(parts: list[list[int]]) -> None:
    column, index = np.empty(0, dtype=np.int64), process_tree.SortedColumn(unsorted_rows=3)
    for part in parts:
        column = np.concatenate([column, np.array(part, dtype=np.int64)])
        for value in range(6):
            assert index.rows(column, value).tolist() == np.flatnonzero(column == value).tolist()
