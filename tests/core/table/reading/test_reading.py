"""The compiled reader and the lenient one together read every line as the slow reader does."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.lenient_reader import LONGEST_LINE
from tetratui.core.table import ContextTable, EventTable, ProcessTable, SocketTable, build_table
from tetratui.core.table.ingest import ingest
from tetratui.core.table.ingest.refused_line import read_refused
from tetratui.core.table.ingest.scan_lines import numbered
from tetratui.core.table.storage.process_table import BLOCK_COLUMNS

from .compare import assert_reads_like_the_slow_reader, rows_of
from .damage import FILES, damage, damage_bytes, read_file
from .slow_reader import KINDS, read_line

SAMPLES = [line for path in FILES for line in read_file(path)[::29]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_of_a_capture_is_read_alike(path: Path) -> None:
    lines = read_file(path)
    assert len(lines) >= 3
    assert_reads_like_the_slow_reader(lines)


def test_captured_lines_need_no_lenient_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    lenient: list[bytes] = []

    def read(line: bytes) -> bytes:
        lenient.append(line)
        return read_refused(line)

    monkeypatch.setattr(ingest, "read_refused", read)
    lines = [line for path in FILES for line in read_file(path) if read_line(line) is not None]
    build_table(lines)
    # The number of a rate-limit event is written as a text; some files hold kinds that are not known.
    others = [line for line in lenient if b"rate_limit_info" not in line and any(key.encode() in line for key in KINDS)]
    assert len(others) < len(lines) / 1000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=40))
def test_damaged_lines_are_read_alike(seed: int, lines: list[bytes]) -> None:
    random = Random(seed)
    assert_reads_like_the_slow_reader([damage(line, random) for line in lines])


@pytest.mark.parametrize("line", [max(SAMPLES, key=lambda line: len(line) < 1_500 and len(line)), SAMPLES[0]])
def test_a_line_cut_at_every_byte_is_read_alike(line: bytes) -> None:
    assert_reads_like_the_slow_reader([line[:end] for end in range(len(line) + 1)])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.text(max_size=30).map(str.encode)), max_size=20))
def test_any_bytes_are_read_alike(lines: list[bytes]) -> None:
    assert_reads_like_the_slow_reader(lines)


EXEC = b'{"process_exec":{"process":{%b}},"node_name":"n","time":"2026-11-23T19:12:51.123456789Z"}'
ODD = [
    b"",
    b" \t\r",
    b"{}",
    b"[1]",
    b'"text"',
    b"\0\0\0" + b'{"process_exec":{}}',
    b'{"process_exec":{}}{"process_exec":{}}',
    b'{"process_exec":null,"process_exit":{}}',
    b'{"process_exec":{},"process_exit":{"status":1}}',
    b'{"process_exec":{"status":1},"process_exec":{"status":2}}',
    b'{"process_exec":{"process":{"pid":1},"process":{"pid":2}}}',
    b'{"other":{"signal":"SIGKILL"}}',
    b'{"process_new":{"process":{"pid":1}},"time":"2026-11-23T19:12:51Z"}',
    b'{"process_new":{"process":{"pid":1}},"process_exec":{"process":{"pid":2}}}',
    b'{"process_new":{"process":{"pid":1},"function_name":"f","source_ip":"1.1.1.1","source_port":7,"destination_ip":2}}',
    b'{"process_new":{"process":{},"args":[{"sock_arg":{"dport":9}}],"destination_ip":"1.1.1.1"}}',
    b'{"process_new":{"binary":"/bin/sh"}}',
    b'{"node_name":"n","time":"2026-11-23T19:12:51Z"}',
    b'{"log":"{\\"process_exec\\":{\\"process\\":{\\"pid\\":3}}}\\n","stream":"stdout","time":"2026-11-23T19:12:51Z"}',
    b'2026-11-28T10:00:00Z stdout F {"process_exit":{"process":{"pid":4},"status":"1"},"node_name":"n"}',
    b'[{"process_exec":{"process":{"pid":5}}}]',
    b' {"process_lsm": {}}\r',
    b'{"proc\\u0065ss_exec":{"process":{"pid":1}}}',
    b'{"process_exec":{"\\u0070rocess":{"pid":1}}}',
    b'{"rate_limit_info":{"number_of_dropped_process_events":"677"}}',
    b'{"rate_limit_info":{"number_of_dropped_process_events":9223372036854775807}}',
    b'{"process_exec":{"x":' + b"[" * 1000 + b"]" * 1000 + b"}}",
    b'{"process_exec":{"x":' + b"[" * 100_000 + b"}}",
    b'{"process_kprobe":{"return":{"file_arg":{"path":"/r"}},"args":[{"file_arg":{}},{"path_arg":{"path":"/a"}}]}}',
    b'{"process_kprobe":{"return":{"sock_arg":{"addr":"1.1.1.1"}},"args":[{"int_arg":1},{"skb_arg":{}}]}}',
    b'{"process_kprobe":{"args":[{"file_arg":{"path":"/f"},"sock_arg":{"sport":1}},null],"tags":["a","b"]}}',
    b'{"process_kprobe":{"args":[{"skb_arg":{"sport":2},"sock_arg":{"sport":1}}],"tags":["a",1]}}',
    b'{"process_kprobe":{"args":{"sock_arg":{"sport":1}}}}',
    b'{"process_tracepoint":{"subsys":"a","event":"b"}}',
    b'{"process_tracepoint":{"subsys":"","event":"b","function_name":""}}',
    b'{"process_tracepoint":{"function_name":"","subsys":"a","event":null}}',
    b'{"process_throttle":{"type":"THROTTLE_START","cgroup":""}}',
    b'{"process_loader":{"path":"","args":[{"file_arg":{"path":"/f"}}]}}',
    EXEC % b'"arguments":"a\\u0000b\\n\\"\\/\\u00e9\\u20ac"',
    EXEC % b'"arguments":"\\ud83d\\ude00"',
    EXEC % b'"arguments":"\\ud800"',
    EXEC % b'"pid":7,"exec_id":"bm9kZToxOjc="',
    EXEC % b'"pid":8,"exec_id":"bm9kZToxOjc="',
    EXEC % b'"exec_id":"bm9kZToxOjc=","parent_exec_id":"bm9kZToxOjc\\u003d"',
    EXEC % b'"exec_id":"bm9kZToxOjd=","parent_exec_id":"AAAA"',
    EXEC % b'"exec_id":"","parent_exec_id":"===="',
    EXEC % b'"exec_id":"w6k6MTox","pid":1,"parent_exec_id":"/zoxOjE="',
    EXEC % b'"pod":{"pod_labels":{"b":"1","a":"2"},"name":"p"}',
    EXEC % b'"pod":{"pod_labels":{"a":"1","a.b/c":"2=,"},"container":{"maybe_exec_probe":true,"id":"containerd://1"}}',
    EXEC % b'"pod":{"pod_labels":{},"workload":"w","workload_kind":"Deployment"}',
    EXEC % b'"user":{"name":"root","name":"other"}',
    EXEC % b'"start_time":"2262-04-11T23:47:16.854775808Z"',
    EXEC % b'"start_time":"2262-04-11T23:47:16.854775807Z"',
    EXEC % b'"start_time":"1969-12-31T23:59:59Z"',
    EXEC % b'"start_time":"2000-02-29T00:00:00.5Z","uid":-0',
    b'{"process_exit":{"time":"2026-11-23T19:12:51Z","status":-2147483648},"time":""}',
    b'{"process_exit":{"time":"2026-11-23T19:12:51Z"},"time":"yesterday"}',
    b'{"process_exit":{"time":"2026-11-23T19:12:51Z","status":4294967295}}',
    b"\xef\xbb\xbf{}",
    EXEC % b'"cwd":"\xed\xa0\x80"',
    EXEC % b'"x":"\xf4\x90\x80\x80"',
    EXEC % '"binary":"/é/\u2028/🙂"'.encode(),
]


@pytest.mark.parametrize("line", ODD)
def test_an_odd_line_is_read_alike_and_affects_no_other(line: bytes) -> None:
    assert_reads_like_the_slow_reader([line])
    assert_reads_like_the_slow_reader([SAMPLES[0], line, SAMPLES[1], line, SAMPLES[0]])


def test_a_refused_line_leaves_no_text_and_no_process() -> None:
    torn = b'{"process_exec":{"process":{"binary":"/torn","pid":1,"exec_id":"bm9kZToxOjE="},"parent":{"pid":2}},"time":'
    table = build_table([SAMPLES[0], torn, SAMPLES[0]])
    assert table.processes.texts["binary"].find("/torn") is None
    assert len(table.processes) == len(build_table([SAMPLES[0]]).processes)


def test_a_line_beyond_the_longest_is_unreadable_and_affects_no_other() -> None:
    long = b'{"process_exec":{"x":"' + b"a" * LONGEST_LINE + b'"}}'
    table = build_table([SAMPLES[0], long, SAMPLES[1]])
    assert [unreadable.reason for unreadable in table.unreadable.recent] == ["longer than 64 MiB"]
    assert table.source_rows().tolist() == [0, 2]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_batches_of_any_size_hold_the_same(seed: int, size: int) -> None:
    random = Random(seed)
    lines = [damage(line, random) if random.random() < 0.2 else line for line in random.choices(SAMPLES, k=200)]
    table = EventTable(lambda *_: b"")
    for start in range(0, len(lines), size):
        table.append(Lines(lines[start : start + size]))
    assert [row[2:] for row in rows_of(table)] == [row[2:] for row in rows_of(build_table(lines))]


class Lines:
    """A batch of lines whose places nobody asks for."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines, self.offsets, self.file = lines, list(range(len(lines))), 0


def test_a_block_of_bytes_is_cut_at_line_feeds_only() -> None:
    lines = ["é\u2028\x85\x0b\x0c\r".encode(), b"", b"x"]
    for data in (b"\n".join(lines), b"\n".join(lines) + b"\n"):
        begins, ends = ingest.find_lines(data)
        assert [data[begin:end] for begin, end in zip(begins, ends, strict=True)] == lines
    assert ingest.find_lines(b"").shape == (2, 0)


def test_the_tables_name_the_columns_of_a_scan_in_their_order() -> None:
    processes = ProcessTable()
    contexts, sockets = ContextTable(processes.texts["node"]), SocketTable()
    for prefix, names in (
        ("BLOCK_", BLOCK_COLUMNS),
        ("CONTEXT_", (*contexts.texts, "status", "dropped")),
        ("SOCKET_", (*sockets.texts, "sport", "dport")),
    ):
        ordered = sorted(numbered(prefix), key=lambda constant: constant[1])
        assert [name.lower() for name, _ in ordered] == list(names)


def test_every_key_that_is_read_is_found() -> None:
    for name, _ in numbered("KEY_"):
        assert name == name.upper()
    # A key in the wrong place is only skipped.
    lines = [b'{"process_exec":{"%b":{"x":[]}}}' % name.lower().encode() for name, _ in numbered("KEY_")]
    assert_reads_like_the_slow_reader(lines)


def test_many_damaged_lines_are_read_alike() -> None:
    random = Random(18)
    assert_reads_like_the_slow_reader([damage_bytes(line, random) for line in random.choices(SAMPLES, k=3_000)])
