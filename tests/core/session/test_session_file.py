"""A session outlives the terminal: marks, drafts and undo are there again, or the file is refused by name."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, Place, SocketMatch
from tetratui.core.session.draft_json import draft_from_json, draft_to_json
from tetratui.core.session.session_file import PanePlace, Session, file_of, load, name_of, save
from tetratui.core.session.undo_json import history_from_json, history_to_json
from tetratui.core.session.workbench import BenchState, Workbench
from tetratui.core.table import build_table
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Mark, Marks, Verdict, mark_rows

parts = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    st.builds(Chars, st.sampled_from(["0-9", "0-9a-f"]), st.integers(1, 9), st.none() | st.integers(9, 12)),
    st.builds(Chars, st.sampled_from(["^ ", "^/ "])),
)
patterns = st.lists(st.builds(Pattern, st.lists(parts, max_size=3).map(tuple)), max_size=2).map(tuple)
words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=2).map(tuple)
pairs = st.lists(st.tuples(st.sampled_from(["a", "a.b/c"]), st.sampled_from(["", "x", "é"])), max_size=2).map(tuple)
exclusions = st.builds(
    Exclusion,
    kinds=st.lists(st.sampled_from([Kind.EXEC, Kind.EXIT, Kind.KPROBE]), min_size=1, max_size=3).map(tuple),
    binary=patterns,
    arguments=patterns,
    parent_binary=patterns,
    parent_arguments=patterns,
    policies=words,
    functions=words,
    in_container=st.none() | st.booleans(),
    place=st.builds(Place, words, pairs, patterns, pairs, words),
    probe=st.booleans(),
    socket=st.none() | st.builds(SocketMatch, st.just(("10.0.0.0/8",)), st.just((443,))),
    hosts=words,
)


def lines() -> list[bytes]:
    form = (
        '{"process_exec":{"process":{"exec_id":"aG9zdDox%d","pid":%d,"binary":"/usr/bin/date"}},'
        '"node_name":"host","time":"2026-11-23T19:12:5%dZ"}'
    )
    return [(form % (number, number, number)).encode() for number in range(5)]


@given(st.lists(exclusions, min_size=1, max_size=2).map(tuple), st.none() | st.dates())
def test_draft_is_read_back_equal(hidden: tuple[Exclusion, ...], expiry: date | None) -> None:
    draft = Draft("d1", hidden, "template", "why", "who", expiry, ("host",))
    assert draft_from_json(draft_to_json(draft)) == draft


def bench_with_three_steps() -> Workbench:
    bench = Workbench()
    table = build_table(lines())
    bench.mark(Verdict.NOISE, table, [table.first, table.first + 1])
    bench.accept(
        Draft(bench.free_id(), (Exclusion((Kind.EXEC,), binary=(Pattern.exactly("/usr/bin/date"),)),), "command")
    )
    bench.import_denylist(b'{"event_set":["PROCESS_EXEC"]}\n')
    return bench


def test_undo_goes_back_over_every_kind_of_change_in_order() -> None:
    bench = bench_with_three_steps()
    assert [bench.undo(), bench.undo(), bench.undo(), bench.undo()] == ["denylist", "drafts", "marks", None]
    assert (len(bench.marks), bench.drafts, bench.denylist) == (0, (), None)
    assert [bench.redo(), bench.redo(), bench.redo(), bench.redo()] == ["marks", "drafts", "denylist", None]
    assert len(bench.marks) == 2


def test_a_new_change_forgets_what_was_undone() -> None:
    bench = bench_with_three_steps()
    bench.undo()
    bench.drop("d1")
    assert bench.redo() is None
    assert bench.undo() == "drafts"
    assert [draft.id for draft in bench.drafts] == ["d1"]


def test_session_is_read_back_with_its_undo_history(tmp_path: Path) -> None:
    session = Session("log", bench_with_three_steps(), {"process": PanePlace("kind:exec", "time", False)}, "process")
    session.workbench.undo()
    file = save(session, tmp_path / "state" / "s.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    back = load("log", file)
    assert back is not None
    assert not back.empty
    assert back.panes == session.panes
    assert list(back.workbench.marks) == list(session.workbench.marks)
    assert back.workbench.drafts == session.workbench.drafts
    assert back.workbench.redo() == "denylist"
    assert back.workbench.denylist == b'{"event_set":["PROCESS_EXEC"]}\n'
    assert [back.workbench.undo() for _ in range(4)] == ["denylist", "drafts", "marks", None]


ROWS = st.lists(st.integers(0, 4), min_size=1, max_size=5)
ACTIONS = st.one_of(
    st.tuples(st.just("mark"), st.sampled_from(Verdict), ROWS),
    st.tuples(st.just("unmark"), ROWS),
    st.tuples(st.just("accept"), st.sampled_from(["d1", "d2", "d3"]), st.sampled_from(["why", "who"])),
    st.tuples(st.just("drop"), st.sampled_from(["d1", "d2"])),
    st.tuples(st.just("import"), st.sampled_from([None, b"", b"{}"])),
    st.tuples(st.sampled_from(["undo", "redo"])),
)


def act(bench: Workbench, action: tuple) -> None:
    table = build_table(lines())
    match action:
        case "mark", verdict, rows:
            bench.mark(verdict, table, rows)
        case "unmark", rows:
            bench.unmark(table, rows)
        case "accept", name, reason:
            bench.accept(Draft(name, (Exclusion((Kind.EXEC,)),), "command", reason))
        case "drop", name:
            bench.drop(name)
        case "import", data:
            bench.import_denylist(data)
        case (move,):
            getattr(bench, move)()


def looked_at(bench: Workbench) -> tuple:
    return {mark.key: mark for mark in bench.marks}, bench.drafts, bench.denylist


@given(st.lists(ACTIONS, max_size=15))
def test_every_step_is_taken_back_and_done_again_after_a_restart_as_before_it(actions: list[tuple]) -> None:
    bench = Workbench()
    for action in actions:
        act(bench, action)
    back = Workbench(history_from_json(orjson.loads(orjson.dumps(history_to_json(bench.history)))))
    assert looked_at(back) == looked_at(bench)
    for move in ("undo", "redo"):
        while (part := getattr(bench, move)()) is not None:
            assert getattr(back, move)() == part
            assert looked_at(back) == looked_at(bench)
        assert getattr(back, move)() is None


def test_a_step_made_from_other_marks_is_not_put() -> None:
    bench, table = Workbench(), build_table(lines())
    before = bench.marks
    step = mark_rows(before, Verdict.NOISE, table, [0, 1])
    bench.mark(Verdict.KEEP, table, [2])
    assert not bench.put_marks(before, step.after(before))
    assert bench.put_marks(bench.marks, step.after(bench.marks))
    assert bench.marks.codes(table).tolist() == [1, 1, 2, 0, 0]
    assert bench.undo() == "marks"
    assert bench.marks.codes(table).tolist() == [0, 0, 2, 0, 0]


def test_several_drafts_are_accepted_in_one_step() -> None:
    bench = Workbench()
    bench.accept(*(Draft(name, (), "command") for name in ("d1", "d2")))
    bench.accept(Draft("d1", (), "command"))
    assert bench.undo() == "drafts"
    assert (bench.drafts, bench.undo()) == ((), None)


def test_a_mark_survives_with_every_byte_of_its_line() -> None:
    mark = Mark(Verdict.THREAT, Kind.EXEC, "id=", 17, bytes(range(256)))
    written = history_to_json(History(BenchState(Marks([mark]))))
    (back,) = history_from_json(orjson.loads(orjson.dumps(written))).state.marks
    assert back == mark


def test_the_file_holds_each_mark_once_however_many_steps_there_are() -> None:
    bench, table = Workbench(), build_table(lines())
    bench.mark(Verdict.NOISE, table, range(5))
    once = len(orjson.dumps(history_to_json(bench.history)))
    for number in range(40):
        bench.import_denylist(b"%d" % number)
        bench.unmark(table, [0])
        bench.mark(Verdict.NOISE, table, [0])
    written = history_to_json(bench.history)
    assert (len(written["marks"]), len(written["data"])) == (5, 5 + 17)
    assert len(orjson.dumps(written)) < once + 101 * 70
    assert [len(step.get("marked", ())) for step in written["steps"][1:]].count(1) > 10


def test_a_session_of_another_version_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    content = b'{"format":1,"source":"log","marks":{"past":[[]],"now":[],"future":[],"things":[]}}'
    file.write_bytes(content)
    with pytest.raises(SourceError, match="another version of tetratui: its format is 1, this one reads 2") as caught:
        load("log", file)
    assert "move it away" in str(caught.value)
    assert file.read_bytes() == content


def test_no_session_is_none_and_each_source_has_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert load("never") is None
    assert file_of(name_of(["a.log"])) != file_of(name_of(["b.log"]))
    assert file_of("x").is_relative_to(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":9}',
        b"\x00\xff",
        b'{"format":2,"bench":3}',
        b'{"format":2,"source":"log","saved":"2026-01-01","bench":{"steps":[],"now":4}}',
    ],
)
def test_a_file_that_is_no_session_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.json"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=r"s\.json"):
        load("log", file)
    assert file.read_bytes() == content
