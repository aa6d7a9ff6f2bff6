"""Who started whom, as the lines embed it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events import exec_id
from tetratui.core.lineage import process_tree as lineage
from tetratui.core.table import Lineage, table_of

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
LINES = gzip.decompress((CAPTURES / "server.log.gz").read_bytes()).split(b"\n")[:-1]


@pytest.fixture(scope="module")
def family() -> Lineage:
    return Lineage(table_of(LINES))


def parents_by_hand() -> dict[str, str]:
    parents: dict[str, str] = {}
    for line in LINES:
        body = next(iter(orjson.loads(line).values()))
        for block in filter(None, (body.get("process"), body.get("parent"))):
            parents.setdefault(block["exec_id"], block["parent_exec_id"])
    return parents


def test_chains_follow_embedded_parents_up_to_the_kernel(family: Lineage) -> None:
    parents = parents_by_hand()
    for row in range(0, len(LINES), 41):
        process = next(iter(orjson.loads(LINES[row]).values()))["process"]["exec_id"]
        expected = []
        while (parent := parents.get(process)) in parents and parent not in expected and parent != process:
            expected.append(parent)
            process = parent
        assert [ancestor.exec_id for ancestor in family.chain(row)] == expected


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
        assert family.events_of(parent) == own


def test_an_unknown_process_has_no_family(family: Lineage) -> None:
    for unknown in ("", "nonsense", exec_id.join("elsewhere", 1, 2)):
        assert family.children(unknown) == []
        assert family.events_of(unknown) == []


def test_processes_that_claim_each_other_end_the_chain() -> None:
    one, two = exec_id.join("n", 1, 1), exec_id.join("n", 2, 2)
    lines = [
        orjson.dumps({"process_exec": {"process": {"exec_id": own, "pid": pid, "parent_exec_id": parent}}})
        for own, pid, parent in ((one, 1, two), (two, 2, one))
    ]
    chain = Lineage(table_of(lines)).chain(0)
    assert [ancestor.exec_id for ancestor in chain] == [two]


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=8))
def test_a_sorted_column_finds_what_a_search_finds(split: list[list[int]]) -> None:
    column, index = np.empty(0, dtype=np.int64), lineage.SortedColumn(tail=3)
    for part in split:
        column = np.concatenate([column, np.array(part, dtype=np.int64)])
        for value in range(6):
            assert index.rows(column, value).tolist() == np.flatnonzero(column == value).tolist()
