from __future__ import annotations

import numpy as np

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.groups import Board, groups
from tetratui.core.table import EventTable, HeldBatch, table_of


def test_every_event_is_in_exactly_one_group(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    found = board.groups()
    rows = np.concatenate([board.rows(group) for group in found])
    assert sorted(rows.tolist()) == list(range(capture.first, capture.stop))
    assert [group.events for group in found] == sorted((group.events for group in found), reverse=True)


def test_a_group_shares_kind_binary_template_and_parent(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    group = board.groups(top=2)[1]
    assert (group.binary, group.template.re2(), group.parent) == (
        "/usr/bin/true",
        "^--worker [0-9]+$",
        "/opt/lab/pyfork.py",
    )
    assert group.commands == group.events == 857
    assert group.rung == "2"
    event = capture.event(int(board.rows(group)[0]))
    assert (event.binary, event.parent_binary, Kind(event.kind)) == (group.binary, group.parent, group.kind)


def test_events_in_batches_give_the_groups_of_all_at_once(capture: EventTable) -> None:
    lines = [capture.line(row) for row in range(2000)]
    board, table = Board(), table_of([])
    for start in range(0, len(lines), 500):
        table.append(HeldBatch(lines[start : start + 500], range(start, start + 500)))
        board.update(table)
        assert sum(group.events for group in board.groups()) == len(table)
    told = [(group.kind, group.binary, group.parent, group.events) for group in board.groups(top=10)]
    once = [(group.kind, group.binary, group.parent, group.events) for group in groups(table, top=10)]
    assert told == once


def test_a_mask_counts_only_what_it_names(capture: EventTable) -> None:
    mask = np.asarray(capture.kind == Kind.EXIT)
    assert sum(group.events for group in groups(capture, mask)) == int(mask.sum())
    assert {group.kind for group in groups(capture, mask)} == {Kind.EXIT}


def test_an_empty_table_has_no_groups() -> None:
    assert groups(table_of([])) == []
