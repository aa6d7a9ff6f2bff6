"""Groups folded for people: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.fold import fold_groups
from tetratui.core.noise.groups import Board
from tetratui.core.noise.roots import below, below_each, roots
from tetratui.core.table import EventTable, build_table

CAPTURE = Path(__file__).parents[2] / "data" / "captures" / "server.log.gz"


def table() -> EventTable:
    return build_table(gzip.decompress(CAPTURE.read_bytes()).split(b"\n")[:1500])


def board_of(events: EventTable) -> Board:
    board = Board()
    board.update(events)
    return board


def test_rows_hold_every_group_once_and_the_kinds_of_a_command_together() -> None:
    groups = board_of(table()).groups()
    rows = fold_groups(groups)
    assert sorted(group.key for row in rows for group in row.groups) == sorted(group.key for group in groups)
    assert [row.events for row in rows] == sorted((row.events for row in rows), reverse=True)
    for row in rows:
        assert len({group.kind for group in row.groups}) == len(row.groups)
        assert len(row.groups) == 1 or {group.kind for group in row.groups} == {Kind.EXEC, Kind.EXIT}


def test_masked_events_are_counted_by_group() -> None:
    events = table()
    board = board_of(events)
    groups = board.groups()
    everything = board.count_masked(events, np.ones(len(events), dtype=np.bool_))
    assert everything == {group.key: group.events for group in groups}
    for group in groups[:10]:
        mask = np.zeros(len(events), dtype=np.bool_)
        mask[board.rows(group) - events.first] = True
        assert board.count_masked(events, mask) == {group.key: group.events}


def test_a_row_stands_under_the_root_from_which_most_of_it_descends() -> None:
    events = table()
    board = board_of(events)
    groups, causes = board.groups(), roots(events)
    masks = below_each(events, causes)
    assert all(np.array_equal(mask, below(events, root)) for mask, root in zip(masks, causes, strict=True))
    rows = fold_groups(groups, [board.count_masked(events, mask) for mask in masks])
    assert {row.root for row in rows} > {-1, 0}
    for row in rows:
        ids = np.concatenate([board.rows(group) for group in row.groups]) - events.first
        shares = [mask[ids].mean() for mask in masks]
        assert (row.root >= 0) == (max(shares) > 0.5)
        assert row.root < 0 or shares[row.root] == max(shares)


def test_a_row_names_the_drafts_that_hide_it() -> None:
    groups = board_of(table()).groups()[:3]
    hidden = {"d1": {groups[0].key: groups[0].events}, "d2": {}}
    rows = fold_groups(groups, (), hidden)
    assert [row.hidden for row in rows if groups[0] in row.groups] == [(("d1", groups[0].events),)]
    assert all(not row.hidden for row in rows if groups[0] not in row.groups)
