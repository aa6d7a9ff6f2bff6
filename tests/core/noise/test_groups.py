from __future__ import annotations

import numpy as np
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.noise import call_sums as sums
from tetratui.core.noise.groups import Board, group_events
from tetratui.core.noise.lifetimes import Lifetimes
from tetratui.core.table import EventTable, LineBatch, build_table

from .events import event


def test_every_event_is_in_exactly_one_group(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    listed = board.groups()
    rows = np.concatenate([board.rows(group) for group in listed])
    assert sorted(rows.tolist()) == list(range(capture.first, capture.stop))
    assert [group.events for group in listed] == sorted((group.events for group in listed), reverse=True)


def test_a_group_shares_kind_binary_template_and_parent(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    group = board.groups(top=2)[1]
    assert (group.binary, group.template.to_re2(), group.parent) == (
        "/usr/bin/true",
        "^--worker [0-9]+$",
        "/opt/lab/pyfork.py",
    )
    assert group.commands == group.events == 857
    assert group.scope == "template"
    event = capture.event(int(board.rows(group)[0]))
    assert (event.binary, event.parent_binary, Kind(event.kind)) == (group.binary, group.parent, group.kind)


def test_distinct_values_of_each_group_are_counted_by_masks_and_by_sorting(
    capture: EventTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board()
    board.update(capture)
    ticked = board.groups()
    for group in ticked[:20]:
        rows = board.rows(group)
        events = [capture.event(int(row)) for row in rows]
        assert group.commands == len({(event.binary, event.arguments) for event in events})
        assert group.users == len({event.uid for event in events})
        assert group.hosts == len({event.node for event in events})
    monkeypatch.setattr(sums, "MOST_MASKED_PAIRS", 0)
    assert board.groups() == ticked


def test_events_in_batches_give_the_groups_of_all_at_once(capture: EventTable) -> None:
    lines = [capture.line(row) for row in range(2000)]
    board, table = Board(), build_table([])
    for start in range(0, len(lines), 500):
        table.append(LineBatch(lines[start : start + 500], range(start, start + 500)))
        board.update(table)
        assert sum(group.events for group in board.groups()) == len(table)
    board.settle()
    assert board.groups() == group_events(table)
    assert not board.settle()


def test_equal_groups_stand_in_the_order_of_what_they_share() -> None:
    lines = [event("process_exec", f"{word} x", "", 0, "one", 1) for word in ("c", "a", "b")]
    templates = [group.template.literal for group in group_events(build_table(lines))]
    assert templates == ["a x", "b x", "c x"]
    assert [group.template.literal for group in group_events(build_table(lines[::-1]), top=2)] == ["a x", "b x"]


def test_events_that_left_memory_stay_counted() -> None:
    lines = [event("process_exec", f"-n {number}", "/opt/job.sh", 0, "one", 1) for number in range(4000)]
    table = EventTable(lambda *_: b"", budget=400_000)
    board = Board()
    for start in range(0, len(lines), 500):
        table.append(LineBatch(lines[start : start + 500], range(start, start + 500)))
        board.update(table)
    assert table.evicted_count
    assert board.events == len(lines)
    (group,) = board.groups()
    assert group.events == len(lines)
    rows = board.rows(group)
    assert rows.tolist() == list(range(len(lines)))
    assert board.find_period(group) is None


def test_a_strip_counts_each_group_in_equal_spans(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    listed = board.groups(top=50)
    strips = board.over_time(20)
    assert [int(strips[group.key].sum()) for group in listed] == [group.events for group in listed]
    assert all(len(strip) == 20 for strip in strips.values())


def test_processes_live_from_their_start_to_their_exit(capture: EventTable) -> None:
    board, lives = Board(), Lifetimes(capture)
    board.update(capture)
    execs, exits = (group for group in board.groups(top=3) if group.binary == "/usr/bin/true")
    took = capture.numbers("took")[board.rows(exits)]
    life = lives.of(board.rows(exits))
    assert life is not None
    assert (life.median, life.most) == (float(np.median(took)), float(took.max()))
    assert lives.of(board.rows(execs)) == life
    assert lives.of(np.zeros(0, dtype=np.int64)) is None


def test_an_empty_table_has_no_groups() -> None:
    assert group_events(build_table([])) == []


@pytest.mark.parametrize(("arguments", "scope"), [(["-l", "-l", "-l"], "exact"), (["-n 1", "-n 2", "-n 3"], "")])
def test_a_path_that_names_no_program_takes_the_scope_exact_only(arguments: list[str], scope: str) -> None:
    form = '{"process_exec":{"process":{"binary":"/proc/self/exe","arguments":"%s"},"parent":{"binary":"/bin/sh"}}}'
    (group,) = group_events(build_table([(form % text).encode() for text in arguments]))
    assert group.scope == scope
