from __future__ import annotations

from typing import Any

import orjson

from tetratui.core.events.kinds import Kind
from tetratui.core.table import build_table
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Mark, Marks, Verdict


def test_a_mark_finds_its_event_again_in_another_table(lines: Any) -> None:
    events = [lines.event(pid=pid, arguments=str(pid)) for pid in range(1, 6)]
    marks = Marks()
    assert marks.add(Verdict.NOISE, build_table(events), [1, 3]) == 2
    later = build_table([lines.event(pid=40), *events[1:]])
    assert marks.codes(later).tolist() == [0, 1, 0, 1, 0]
    assert marks.rows(later, Verdict.NOISE).tolist() == [1, 3]
    assert marks.rows(later, Verdict.KEEP).tolist() == []


def test_undo_and_redo_take_back_one_step_at_a_time(lines: Any) -> None:
    table = build_table([lines.event(pid=1), lines.event(pid=2)])
    marks = Marks()
    marks.add(Verdict.NOISE, table, [0, 1])
    marks.add(Verdict.KEEP, table, [1])
    assert marks.codes(table).tolist() == [1, 2]
    assert marks.undo()
    assert marks.codes(table).tolist() == [1, 1]
    assert marks.undo()
    assert not marks.undo()
    assert len(marks) == 0
    assert marks.redo()
    assert marks.redo()
    assert not marks.redo()
    assert marks.codes(table).tolist() == [1, 2]


def test_marking_the_same_again_is_no_step(lines: Any) -> None:
    table = build_table([lines.event()])
    marks = Marks()
    assert marks.add(Verdict.KEEP, table, [0]) == 1
    assert marks.add(Verdict.KEEP, table, [0]) == 0
    assert marks.remove(table, [0]) == 1
    assert marks.remove(table, [0]) == 0
    assert marks.undo()
    assert [mark.verdict for mark in marks.of(Verdict.KEEP)] == [Verdict.KEEP]


def test_a_mark_survives_as_json_with_every_byte_of_its_line() -> None:
    mark = Mark(Verdict.THREAT, Kind.EXEC, "id=", 17, bytes(range(256)))
    assert Mark.from_json(orjson.loads(orjson.dumps(mark.to_json()))) == mark


def test_a_history_is_taken_up_where_it_was_left() -> None:
    history = History("a")
    history.put("b")
    history.put("c")
    history.undo()
    again = History.restored(history.steps()[0], history.state, history.steps()[1])
    assert again.redo()
    assert again.state == "c"
    assert again.undo()
    assert again.undo()
    assert again.state == "a"
