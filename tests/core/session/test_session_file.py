"""A session outlives the terminal: marks, drafts and undo are there again, or the file is refused by name."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.session.draft_json import draft_from_json, draft_to_json
from tetratui.core.session.session_file import PanePlace, Session, file_of, load, name_of, save
from tetratui.core.session.workbench import Workbench
from tetratui.core.table import build_table
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict

parts = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    st.builds(Chars, st.sampled_from(["0-9", "0-9a-f"]), st.integers(1, 9), st.none() | st.integers(9, 12)),
    st.builds(Chars, st.sampled_from(["^ ", "^/ "])),
)
patterns = st.lists(st.builds(Pattern, st.lists(parts, max_size=3).map(tuple)), max_size=2).map(tuple)
words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=2).map(tuple)
exclusions = st.builds(
    Exclusion,
    kinds=st.lists(st.sampled_from([Kind.EXEC, Kind.EXIT, Kind.KPROBE]), min_size=1, max_size=3).map(tuple),
    binary=patterns,
    arguments=patterns,
    parent_binary=patterns,
    parent_arguments=patterns,
    policies=words,
    functions=words,
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


def test_no_session_is_none_and_each_source_has_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert load("never") is None
    assert file_of(name_of(["a.log"])) != file_of(name_of(["b.log"]))
    assert file_of("x").is_relative_to(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format":9}', b"\x00\xff", b'{"format":1,"marks":3}'])
def test_a_file_that_is_no_session_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.json"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=r"s\.json"):
        load("log", file)
    assert file.read_bytes() == content
