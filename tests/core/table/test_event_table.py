"""The event table holds what the lines say, whatever was appended, joined above or evicted."""

from __future__ import annotations

import base64
import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.kinds import KIND_OF_KEY, Kind
from tetratui.core.table import EventTable, LineBatch, build_table, load
from tetratui.core.table.query_fields import NUMBERS, TEXT_FIELDS

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
NAMES = ["disk-full.log.gz", "every-kind.log.gz", "everything-on.log.gz", "server.log.gz"]


def lines_of(name: str) -> list[bytes]:
    return gzip.decompress((CAPTURES / name).read_bytes()).split(b"\n")[:-1]


def event_lines(name: str) -> list[bytes]:
    return [line for line in lines_of(name) if b'"2{' not in line]


def body_of(event: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
    key = next(iter(event))
    return KIND_OF_KEY[key], event[key]


@pytest.mark.parametrize("name", NAMES)
def test_an_event_has_the_fields_of_its_line(name: str) -> None:
    lines = event_lines(name)
    table = build_table(lines)
    assert len(table) == len(lines)
    for row, line in enumerate(lines):
        whole = orjson.loads(line)
        kind, body = body_of(whole)
        event = table.event(row)
        assert (event.kind, event.node, event.size) == (kind, whole.get("node_name"), len(line))
        assert [getattr(event, field) for field in SAME] == [body.get(key) for key in SAME.values()]
        assert_process(event, body.get("process") or {}, body.get("parent"))


SAME = {"policy": "policy_name", "action": "action", "signal": "signal"}
OF_PROCESS = ("pid", "uid", "auid", "binary", "arguments", "cwd", "flags", "exec_id", "parent_exec_id", "in_init_tree")


def assert_process(event: Any, process: dict[str, Any], parent: dict[str, Any] | None) -> None:
    assert [getattr(event, name) for name in OF_PROCESS] == [process.get(name) for name in OF_PROCESS]
    assert event.user == process.get("user", {}).get("name")
    assert event.has_parent == (parent is not None)
    names = ("pid", "uid", "binary", "arguments", "cwd")
    assert [getattr(event, f"parent_{name}") for name in names] == [(parent or {}).get(name) for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_columns_equal_the_fields_of_the_events(name: str) -> None:
    table = build_table(lines_of(name))
    events = [table.event(row) for row in range(table.first, table.stop)]
    fields = {"bin": "binary", "args": "arguments", "ns": "namespace", "parent": "parent_binary", "host": "node"}
    fields |= {"pargs": "parent_arguments", "func": "function"}
    for field in TEXT_FIELDS:
        codes, texts = table.text_codes(field)
        values = [texts.get(code) for code in codes.tolist()]
        assert values == [getattr(event, fields.get(field, field)) for event in events], field
    probes = (table.numbers("exec_probe") > 0).tolist()
    assert probes == [event.exec_probe for event in events]
    for field in set(NUMBERS) - {"took", "time", "exec_probe", "parent_exec_probe"}:
        name_of = {"ppid": "parent_pid"}.get(field, field)
        values = [None if value == -1 else value for value in table.numbers(field).tolist()]
        assert values == [getattr(event, name_of) for event in events], field
    took = [None if np.isnan(value) else value for value in table.numbers("took")]
    assert took == [event.took for event in events]


def test_times_are_those_of_the_lines() -> None:
    lines = event_lines("server.log.gz")
    table = build_table(lines)
    for index in range(0, len(lines), 50):
        text = orjson.loads(lines[index])["time"]
        seconds = datetime.fromisoformat(text[:19] + "+00:00").timestamp()
        assert table.time[index] == int(seconds) * 10**9 + int(text[20:-1].ljust(9, "0"))
    assert not table.approximate.any()


def exec_line(time: str | None, **process: Any) -> bytes:
    event: dict[str, Any] = {"process_exec": {"process": process}, "node_name": "n"}
    return orjson.dumps(event if time is None else event | {"time": time})


EARLY, LATE = "2026-11-23T10:00:00Z", "2026-11-23T11:00:00.5Z"


def test_an_event_without_time_takes_that_of_the_line_before() -> None:
    lines = [exec_line(time) for time in (EARLY, None, LATE, None, "yesterday")]
    table = build_table(lines)
    hour = 3600 * 10**9
    assert (table.time - table.time[0]).tolist() == [0, 0, hour + 5 * 10**8, hour + 5 * 10**8, hour + 5 * 10**8]
    assert table.approximate.tolist() == [False, True, False, True, True]


def test_the_time_before_may_be_in_another_batch_and_without_any_the_next_time_counts() -> None:
    table = build_table([])
    table.append(LineBatch([exec_line(None), exec_line(EARLY)], [0, 1]))
    table.append(LineBatch([exec_line(None)], [2]))
    assert len(set(table.time.tolist())) == 1
    assert table.approximate.tolist() == [True, False, True]
    assert build_table([exec_line(None)]).time.tolist() == [-1]


def test_unreadable_lines_are_counted_with_their_offset_and_rows_keep_their_numbers() -> None:
    table = build_table([b"", exec_line(EARLY), b"{", b"\xff", exec_line(LATE), b"x" * 5000])
    assert (len(table), table.unreadable.count, table.rows_read) == (2, 4, 6)
    assert table.source_rows().tolist() == [1, 4]
    assert table.unreadable_rows().tolist() == [0, 2, 3, 5]
    assert (table.unreadable.recent[0].reason, table.unreadable.recent[0].offset) == ("a blank line", 0)
    assert len(table.unreadable.recent[-1].line) == 2000


def test_a_torn_line_with_another_glued_to_it_is_one_unreadable_line() -> None:
    table = build_table(lines_of("disk-full.log.gz"))
    assert (len(table), table.unreadable.count) == (499, 1)
    assert b'2{"process_exit"' in table.unreadable.recent[0].line


def test_exit_status_is_zero_when_the_line_has_neither_status_nor_signal() -> None:
    def leave(**more: Any) -> bytes:
        return orjson.dumps({"process_exit": {"process": {"start_time": EARLY}} | more, "time": LATE})

    table = build_table([leave(), leave(status=3), leave(signal="SIGKILL"), exec_line(EARLY)])
    assert [table.event(row).status for row in range(4)] == [0, 3, None, None]
    assert table.numbers("status").tolist() == [0, 3, -1, -1]
    assert table.numbers("took")[:3].tolist() == [3_600_500.0] * 3


def test_a_bare_process_has_a_row_and_no_id() -> None:
    table = build_table(
        [exec_line(EARLY, pid=7, start_time=EARLY), orjson.dumps({"rate_limit_info": {}, "time": LATE})]
    )
    assert (table.event(0).pid, table.event(0).exec_id, table.event(0).binary) == (7, None, None)
    assert table.process.tolist() == [1, 0]
    assert table.kind.tolist() == [Kind.EXEC, Kind.RATE_LIMIT]


@pytest.mark.parametrize(
    "exec_id", ["no base64 ☃", base64.b64encode(b"n:007:7").decode(), base64.b64encode(b"n:7:8").decode()]
)
def test_an_unusual_exec_id_is_kept_as_it_is(exec_id: str) -> None:
    assert build_table([exec_line(EARLY, pid=7, exec_id=exec_id)]).event(0).exec_id == exec_id


def test_an_absent_argument_and_an_empty_one_differ() -> None:
    table = build_table([exec_line(EARLY, arguments=""), exec_line(EARLY)])
    codes, texts = table.text_codes("args")
    assert [texts.get(code) for code in codes.tolist()] == ["", None]


SOCKETS = [
    ({"sock_arg": {"daddr": "10.0.0.1", "dport": 80, "family": "AF_INET", "protocol": "IPPROTO_TCP"}}, "10.0.0.1", 80),
    ({"skb_arg": {"daddr": "::1", "dport": "53"}}, "::1", 53),
    ({"sockaddr_arg": {"addr": "10.0.0.2", "port": 443, "family": "AF_INET"}}, "10.0.0.2", 443),
]


@pytest.mark.parametrize(("argument", "address", "port"), SOCKETS)
def test_the_first_socket_argument_becomes_columns(argument: dict[str, Any], address: str, port: int) -> None:
    args = [{"int_arg": 1}, argument, {"sock_arg": {"daddr": "9.9.9.9"}}, {"file_arg": {"path": "/etc/passwd"}}]
    for body in ({"args": args}, {"return": argument, "args": [{"path_arg": {"path": "/etc/passwd"}}]}):
        table = build_table([orjson.dumps({"process_kprobe": body})])
        event = table.event(0)
        assert (event.daddr, event.dport, event.file) == (address, port, "/etc/passwd")


def test_history_joined_above_keeps_row_ids() -> None:
    lines = lines_of("server.log.gz")
    whole = build_table(lines)
    table = EventTable(lambda _file, number, _size: lines[number])
    table.append(LineBatch(lines[3000:3500], range(3000, 3500)))
    before = table.event(0)
    table.prepend(LineBatch(lines[1000:3000], range(1000, 3000)))
    table.append(LineBatch(lines[3500:], range(3500, len(lines))))
    table.prepend(LineBatch(lines[:1000], range(1000)))
    assert (table.first, table.stop) == (-3000, 1000)
    assert table.event(0) == before
    assert np.array_equal(table.time, whole.time)
    assert table.line(-3000) == lines[0]
    for field in TEXT_FIELDS:
        (codes, texts), (expected, other) = table.text_codes(field), whole.text_codes(field)
        assert [texts[code] for code in codes.tolist()] == [other[code] for code in expected.tolist()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), max_size=5)), max_size=8))
def test_source_rows_count_unreadable_lines_however_history_was_joined(steps: list[tuple[bool, list[bool]]]) -> None:
    table, order = build_table([]), []
    for above, readable in steps:
        lines = [exec_line(EARLY) if is_event else b"bad" for is_event in readable]
        (table.prepend if above else table.append)(LineBatch(lines, range(len(lines))))
        order = readable + order if above else order + readable
    assert table.source_rows().tolist() == [index for index, is_event in enumerate(order) if is_event]
    assert table.unreadable_rows().tolist() == [index for index, is_event in enumerate(order) if not is_event]


def test_a_process_that_comes_again_is_the_same_row() -> None:
    lines = lines_of("server.log.gz")
    table = build_table(lines)
    events = [orjson.loads(line) for line in lines]
    blocks = [block for event in events for key in ("process", "parent") if (block := body_of(event)[1].get(key))]
    # What becomes no column tells no two processes apart: how often the agent refers to one, its capabilities.
    kept = [*OF_PROCESS, "start_time", "user"]
    assert len(table.processes) - 1 == len({orjson.dumps([block.get(name) for name in kept]) for block in blocks})


def test_loading_files_reads_whole_lines_back(tmp_path: Path) -> None:
    lines = lines_of("every-kind.log.gz")
    (tmp_path / "tetragon.log").write_bytes(b"\n".join(lines[:100]) + b"\n")
    packed = tmp_path / "other.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines[100:])))
    table = load([tmp_path / "tetragon.log", packed])
    assert [table.line(row) for row in range(len(lines))] == lines
    assert table.json(200) == orjson.loads(lines[200])
    assert table.bytes_read == sum(map(len, lines)) + len(lines) - 1


@pytest.mark.parametrize("name", ["server.log.gz", "every-kind.log.gz"])
def test_a_table_cut_by_its_budget_holds_the_same_as_the_whole_one(name: str) -> None:
    lines = lines_of(name)
    whole = build_table(lines)
    table = EventTable(lambda _file, number, _size: lines[number], budget=whole.nbytes // 3)
    for start in range(0, len(lines), 40):
        part = range(start, min(start + 40, len(lines)))
        table.append(LineBatch([lines[index] for index in part], part))
        assert table.nbytes <= whole.nbytes // 3
    assert table.evicted_count == table.first > 0
    assert table.stop == len(whole) == table.rows_read
    assert [table.event(row) for row in range(table.first, table.stop)] == [
        whole.event(row) for row in range(table.first, table.stop)
    ]
    for field in TEXT_FIELDS:
        (codes, texts), (expected, other) = table.text_codes(field), whole.text_codes(field)
        assert [texts[code] for code in codes.tolist()] == [other[code] for code in expected[table.first :].tolist()]
    assert table.source_rows().tolist() == list(range(table.first, table.stop))
    assert table.line(table.first) == lines[table.first]
    assert table.part(table.stop - 5, table.stop).source_rows().tolist() == list(range(table.stop - 5, table.stop))


def test_a_full_table_takes_no_older_history() -> None:
    lines = lines_of("server.log.gz")
    table = EventTable(lambda _file, number, _size: lines[number], budget=build_table(lines[:1000]).nbytes)
    table.append(LineBatch(lines[1000:3000], range(1000, 3000)))
    first, count = table.first, len(table)
    assert table.full
    assert len(table.prepend(LineBatch(lines[:1000], range(1000)))) == 0
    assert (table.first, len(table)) == (first, count)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(["event", "unreadable", "hole"]), max_size=6)), max_size=12
    ),
    st.integers(0, 30),
)
def test_lines_are_read_back_however_batches_were_joined(steps: list[tuple[bool, list[str]]], leaving: int) -> None:
    """Whatever stands between the events, and after the oldest have left memory."""
    contents: list[bytes] = []
    table = EventTable(lambda file, offset, size: contents[file][offset : offset + size])
    expected: list[bytes] = []
    for number, (above, parts) in enumerate(steps):
        lines, offsets, content = [], [], b""
        for index, part in enumerate(parts):
            content += b"?" * 7 if part == "hole" else b""
            line = b"{" if part == "unreadable" else exec_line(EARLY, pid=index, arguments="x" * index, cwd=f"{number}")
            lines.append(line)
            offsets.append(len(content))
            content += line + b"\n"
        contents.append(content)
        join = table.prepend if above else table.append
        join(LineBatch(lines, offsets, number))
        events = [line for line in lines if line != b"{"]
        expected = [*events, *expected] if above else [*expected, *events]
    rows = range(table.first, table.stop)
    assert [table.line(row) for row in rows] == expected
    assert list(table.lines(rows)) == list(zip(rows, expected, strict=True))
    assert list(table.lines(rows[::-3])) == sorted(zip(rows[::-3], expected[::-3], strict=True))
    if expected:
        count = min(leaving, len(expected) - 1)
        table._state = table._state.without_oldest(count)
        rows = range(table.first, table.stop)
        assert [table.line(row) for row in rows] == expected[count:]
        assert list(table.lines(rows)) == list(zip(rows, expected[count:], strict=True))
