from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.sources.line_location import LineGone
from tetratui.core.table import EventTable, LineBatch, build_table
from tetratui.core.table.read_lines import ReadLine, ReadMany
from tetratui.core.tuning.marks import (
    Mark,
    MarkingProgress,
    MarkingStoppedError,
    Marks,
    Verdict,
    mark_rows,
    toggle_rows,
    unmark_rows,
)

KEYS = st.tuples(st.just(Kind.EXEC), st.sampled_from("abcdefgh"), st.integers(0, 3))
CHANGES = st.dictionaries(KEYS, st.none() | st.sampled_from(Verdict), max_size=12)


@given(st.lists(CHANGES, max_size=12))
def test_marks_are_what_a_dictionary_would_hold_and_earlier_ones_stay(steps: list[dict]) -> None:
    states, expected = [Marks()], [{}]
    for step in steps:
        changes = {key: verdict and Mark(verdict, *key, b"line") for key, verdict in step.items()}
        states.append(states[-1].apply(changes))
        merged = expected[-1] | changes
        expected.append({key: mark for key, mark in merged.items() if mark is not None})
    for marks, wanted in zip(states, expected, strict=True):
        assert {mark.key: mark for mark in marks} == wanted
        assert len(marks) == len(wanted)
        assert all(marks.get(key) == wanted.get(key) for step in steps for key in step)
    for before, after in zip(states, reversed(states), strict=True):
        changes = after.changes_since(before)
        assert {mark.key for mark in before.apply(changes)} == {mark.key for mark in after}


def test_one_more_mark_copies_few_of_the_others() -> None:
    marks = Marks(Mark(Verdict.NOISE, Kind.EXEC, "id", time, b"") for time in range(1000))
    largest = marks.layers[0]
    for time in range(1000, 1400):
        marks = marks.apply({(Kind.EXEC, "id", time): Mark(Verdict.KEEP, Kind.EXEC, "id", time, b"")})
        assert marks.layers[0] is largest
    assert len(marks.layers) < 12


def test_a_mark_finds_its_event_again_in_another_table(lines: Any) -> None:
    events = [lines.event(pid=pid, arguments=str(pid)) for pid in range(1, 6)]
    marks = Marks().with_rows(Verdict.NOISE, build_table(events), [1, 3])
    assert len(marks) == 2
    later = build_table([lines.event(pid=40), *events[1:]])
    assert marks.codes(later).tolist() == [0, 1, 0, 1, 0]
    assert marks.rows(later, Verdict.NOISE).tolist() == [1, 3]
    assert marks.rows(later, Verdict.KEEP).tolist() == []


def test_codes_are_those_of_the_last_verdict(lines: Any) -> None:
    table = build_table([lines.event(pid=1), lines.event(pid=2)])
    both = Marks().with_rows(Verdict.NOISE, table, [0, 1])
    kept = both.with_rows(Verdict.KEEP, table, [1])
    assert kept.codes(table).tolist() == [1, 2]
    assert both.codes(table).tolist() == [1, 1]
    assert unmark_rows(kept, table, [0]).after(kept).codes(table).tolist() == [0, 2]
    assert np.array_equal(Marks().codes(table), [0, 0])


def test_marking_the_same_again_changes_nothing(lines: Any) -> None:
    table = build_table([lines.event()])
    marks = Marks().with_rows(Verdict.KEEP, table, [0])
    assert marks.with_rows(Verdict.KEEP, table, [0]) is marks
    assert unmark_rows(Marks(), table, [0]).after(marks) is marks
    assert [mark.verdict for mark in marks.of(Verdict.KEEP)] == [Verdict.KEEP]


def table_read_by(lines: list[bytes], read_line: ReadLine, read_many: ReadMany | None = None) -> EventTable:
    """Make a table whose lines are read back by these functions; the offset of a line is its number."""
    table = EventTable(read_line, read_many=read_many)
    table.append(LineBatch(lines, range(len(lines))))
    return table


def without_lines(lines: list[bytes], gone: set[int]) -> EventTable:
    """Make a table of which the lines with these numbers cannot be read back."""

    def read(_file: int, number: int, _size: int) -> bytes:
        if number in gone:
            raise LineGone(f"line {number} is no longer there")
        return lines[number]

    return table_read_by(lines, read)


def test_a_step_marks_what_can_be_read_and_names_what_cannot(lines: Any) -> None:
    table = without_lines([lines.event(pid=pid) for pid in range(1, 6)], {1, 3})
    step = mark_rows(Marks(), Verdict.NOISE, table, [4, 3, 2, 1])
    assert sorted(mark.line for mark in step.made.values()) == sorted(table.line(row) for row in (2, 4))
    assert [str(gone) for gone in step.unreadable] == ["line 1 is no longer there", "line 3 is no longer there"]
    with pytest.raises(LineGone):
        Marks().with_rows(Verdict.NOISE, table, [0, 1])


def test_another_verdict_needs_no_line(lines: Any) -> None:
    events = [lines.event(pid=pid) for pid in range(1, 4)]
    marks = Marks().with_rows(Verdict.NOISE, build_table(events), [0, 1, 2])
    table = without_lines(events, {0, 1, 2})
    marks = marks.with_rows(Verdict.KEEP, table, [0, 1])
    assert marks.codes(table).tolist() == [2, 2, 1]


def test_toggling_takes_marks_off_only_where_all_are_marked_so(lines: Any) -> None:
    table = build_table([lines.event(pid=pid) for pid in range(1, 5)])
    marks = Marks().with_rows(Verdict.NOISE, table, [0, 1])
    assert len(toggle_rows(marks, Verdict.NOISE, table, [0, 1]).removed) == 2
    assert len(toggle_rows(marks, Verdict.KEEP, table, [0, 1]).made) == 2
    more = toggle_rows(marks, Verdict.NOISE, table, [0, 1, 2])
    assert (len(more.made), more.removed) == (1, frozenset())


def test_a_marking_counts_its_rows_and_ends_when_it_is_stopped(lines: Any) -> None:
    events = [lines.event(pid=pid) for pid in range(1, 6)]
    progress = MarkingProgress(5)
    mark_rows(Marks(), Verdict.NOISE, build_table(events), range(5), progress)
    assert progress.done == 5
    progress = MarkingProgress(5)

    def read_and_stop(_file: int, number: int, _size: int) -> bytes:
        progress.stopped = number >= 2
        return events[number]

    def read_many(file: int, offsets: Sequence[int], sizes: Sequence[int]) -> list[bytes | SourceError]:
        return [read_and_stop(file, number, size) for number, size in zip(offsets[:3], sizes[:3], strict=True)]

    table = table_read_by(events, read_and_stop, read_many)
    with pytest.raises(MarkingStoppedError):
        mark_rows(Marks(), Verdict.NOISE, table, range(3), progress)
    assert progress.done < 5


@given(steps=st.lists(st.tuples(st.integers(0, 19), st.sampled_from(Verdict)), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_column_says_of_each_row_what_was_said_last(lines: Any, steps: list[tuple[int, Verdict]]) -> None:
    table = build_table([lines.event(pid=pid) for pid in range(1, 21)])
    marks, expected = Marks(), [0] * 20
    for row, verdict in steps:
        marks = marks.with_rows(verdict, table, [row])
        expected[row] = verdict
    assert marks.codes(table).tolist() == expected
    assert marks.codes(table.part(5, 12)).tolist() == expected[5:12]


def test_an_event_that_was_rebuilt_gets_no_mark() -> None:
    table = build_table([b'{"process_exec":{"process":{"exec_id":"a","pid":1}}}'])
    table.lossy_files = {0}
    step = mark_rows(Marks(), Verdict.NOISE, table, [0])
    assert (step.made, [str(error) for error in step.unreadable]) == (
        {},
        [
            "the event was rebuilt from fields of a SIEM that do not hold all of it: "
            "draft from the export file, or from Wazuh's archives.json"
        ],
    )
