from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.kinds import Kind
from tetratui.core.noise import call_sums as sums
from tetratui.core.noise.groups import Board, groups
from tetratui.core.noise.lifetimes import Lifetimes
from tetratui.core.table import EventTable, LineBatch, build_table


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
    assert (group.binary, group.template.to_re2(), group.parent) == (
        "/usr/bin/true",
        "^--worker [0-9]+$",
        "/opt/lab/pyfork.py",
    )
    assert group.commands == group.events == 857
    assert group.scope == "template"
    event = capture.event(int(board.rows(group)[0]))
    assert (event.binary, event.parent_binary, Kind(event.kind)) == (group.binary, group.parent, group.kind)


def test_what_is_told_apart_in_each_group_is_counted_whichever_way(
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
    monkeypatch.setattr(sums, "_FEW_PAIRS", 0)
    assert board.groups() == ticked


def test_events_in_batches_give_the_groups_of_all_at_once(capture: EventTable) -> None:
    lines = [capture.line(row) for row in range(2000)]
    board, table = Board(), build_table([])
    for start in range(0, len(lines), 500):
        table.append(LineBatch(lines[start : start + 500], range(start, start + 500)))
        board.update(table)
        assert sum(group.events for group in board.groups()) == len(table)
    board.settle()
    assert board.groups() == groups(table)
    assert not board.settle()


def event(kind: str, arguments: str, parent: str, uid: int, host: str, second: int) -> bytes:
    process = {"exec_id": "", "pid": 7, "uid": uid, "binary": "/usr/bin/tool", "arguments": arguments}
    block = {"exec_id": "", "pid": 6, "binary": "/usr/bin/sh", "arguments": parent}
    time = f"2026-01-01T00:00:{second:02d}Z"
    body = {"process": process} | ({"parent": block} if parent else {})
    return orjson.dumps({kind: body, "node_name": host, "time": time})


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(["process_exec", "process_exit"]),
        st.one_of(st.integers(0, 40).map("-n {}".format), st.sampled_from(["", "-v", "a b", "/etc/x", "café"])),
        st.one_of(st.just(""), st.integers(0, 9).map("/opt/job-{}.sh".format)),
        st.integers(0, 3),
        st.sampled_from(["one", "two"]),
        st.integers(0, 59),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=12))
def test_any_batches_at_both_ends_give_what_all_events_at_once_give(
    lines: list[bytes], batches: list[tuple[int, bool]]
) -> None:
    held, table, board = list(lines), build_table([]), Board()
    for size, above in batches * 12:
        batch = held[-size:] if above else held[:size]
        held = held[:-size] if above else held[size:]
        (table.prepend if above else table.append)(LineBatch(batch, range(len(batch))))
        board.update(table)
        found = board.groups()
        assert sum(group.events for group in found) == board.events == len(table)
    board.settle()
    found = board.groups()
    assert found == groups(table)
    for group in found:
        rows = board.rows(group) - table.first
        told = [table.event(int(row) + table.first) for row in rows]
        assert len(told) == group.events
        assert {(one.kind, one.binary) for one in told} == {(group.kind, group.binary)}
        assert len({one.arguments or "" for one in told}) == group.commands
        assert len({one.uid for one in told}) == group.users
        assert len({one.node for one in told}) == group.hosts
        assert sum(one.size for one in told) == group.bytes
        assert (min(one.time for one in told), max(one.time for one in told)) == (group.first, group.last)


def test_equal_groups_stand_in_the_order_of_what_they_share() -> None:
    lines = [event("process_exec", f"{word} x", "", 0, "one", 1) for word in ("c", "a", "b")]
    told = [group.template.literal for group in groups(build_table(lines))]
    assert told == ["a x", "b x", "c x"]
    assert [group.template.literal for group in groups(build_table(lines[::-1]), top=2)] == ["a x", "b x"]


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
    assert board.period(group) is None


def test_a_strip_counts_each_group_in_equal_spans(capture: EventTable) -> None:
    board = Board()
    board.update(capture)
    found = board.groups(top=50)
    strips = board.over_time(20)
    assert [int(strips[group.key].sum()) for group in found] == [group.events for group in found]
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
    assert groups(build_table([])) == []


@pytest.mark.parametrize(("arguments", "scope"), [(["-l", "-l", "-l"], "exact"), (["-n 1", "-n 2", "-n 3"], "")])
def test_a_path_that_names_no_program_is_held_by_the_scope_exact_only(arguments: list[str], scope: str) -> None:
    form = '{"process_exec":{"process":{"binary":"/proc/self/exe","arguments":"%s"},"parent":{"binary":"/bin/sh"}}}'
    (group,) = groups(build_table([(form % text).encode() for text in arguments]))
    assert group.scope == scope
