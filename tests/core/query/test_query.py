"""Which events a query selects, over a table of real-shaped lines."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.query import QueryError, add_term, parse
from tetratui.core.query.syntax import is_plain, quote
from tetratui.core.table import EventTable, LineBatch, build_table

NOW = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)


def exec_id(pid: int) -> str:
    return base64.b64encode(f"server01:{pid}000:{pid}".encode()).decode()


def process(pid: int, binary: str, arguments: str = "", parent: int = 0, **more: Any) -> dict[str, Any]:
    fields = {"exec_id": exec_id(pid), "pid": pid, "uid": 0, "cwd": "/", "binary": binary, "arguments": arguments}
    if parent:
        fields["parent_exec_id"] = exec_id(parent)
    return {key: value for key, value in (fields | more).items() if value != ""}


def line(key: str, body: dict[str, Any], time: str = "2026-11-23T19:12:51.123456789Z", node: str = "server01") -> bytes:
    return json.dumps({key: body, "node_name": node, "time": time}).encode()


CRON = process(1, "/usr/sbin/cron")
BASH = process(2, "/bin/bash", "open-audit.sh --all", 1, flags="execve clone")
CURL = process(3, "/usr/bin/curl", "-s http://10.0.0.7/a b", 2, uid=33, start_time="2026-11-23T19:12:50.000000000Z")
SOCKET = {
    "family": "AF_INET",
    "protocol": "IPPROTO_TCP",
    "saddr": "10.0.0.2",
    "sport": 40000,
    "daddr": "10.0.0.7",
    "dport": 443,
}
SIX = SOCKET | {"family": "AF_INET6", "daddr": "::ffff:10.0.0.9", "dport": 80}
LINES = [
    line("process_exec", {"process": CRON}, "2026-11-23T18:00:00Z"),
    line("process_exec", {"process": BASH, "parent": CRON}),
    line("process_exec", {"process": CURL, "parent": BASH}),
    line("process_kprobe", {"process": CURL, "parent": BASH, "function_name": "tcp_connect", "policy_name": "net",
                            "action": "KPROBE_ACTION_POST", "args": [{"sock_arg": SOCKET}]}),
    line("process_kprobe", {"process": CURL, "parent": BASH, "function_name": "tcp_connect", "policy_name": "net",
                            "args": [{"sock_arg": SIX}]}),
    line("process_kprobe", {"process": BASH, "parent": CRON, "function_name": "fd_install", "policy_name": "files",
                            "args": [{"file_arg": {"path": "/etc/shadow"}}]}, node="server02"),
    line("process_exit", {"process": CURL, "parent": BASH, "status": 7}, "2026-11-23T19:12:52.500000000Z"),
    line("process_exit", {"process": BASH, "parent": CRON, "signal": "SIGKILL"}, "2026-11-23T19:29:00Z"),
    line("rate_limit_info", {"number_of_dropped_process_events": "677"}, "2026-11-23T19:29:30Z"),
]  # fmt: skip
TABLE = build_table(LINES)


def rows(query: str, table: EventTable = TABLE) -> list[int]:
    return np.flatnonzero(parse(query, NOW, UTC).mask(table)).tolist()


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("kind:exec", [0, 1, 2]),
        ("kind=exec,exit", [0, 1, 2, 6, 7]),
        ("kind:process_exit", [6, 7]),
        ('kind:"rate limit"', [8]),
        ("-kind:exec,exit", [3, 4, 5, 8]),
        ("bin=/bin/bash", [1, 5, 7]),
        ("bin=bash", []),
        ("bin:BASH", [1, 5, 7]),
        ("bin~^/usr/", [0, 2, 3, 4, 6]),
        ("args:OPEN-audit", [1, 5, 7]),
        ("-args:*", [0, 8]),
        ("-args:audit", [0, 2, 3, 4, 6, 8]),
        ("curl", [2, 3, 4, 6]),
        ('"bash open"', [1, 5, 7]),
        ("cmd=/usr/sbin/cron", [0]),
        ('cmd~"cron$|sh open"', [0, 1, 5, 7]),
        ("cmd:*", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("pid=3", [2, 3, 4, 6]),
        ("pid>1 pid<=2", [1, 5, 7]),
        ("ppid=1", [1, 5, 7]),
        ("uid=33", [2, 3, 4, 6]),
        ("-uid=33", [0, 1, 5, 7, 8]),
        ("parent:cron", [1, 5, 7]),
        ("pargs:audit", [2, 3, 4, 6]),
        ("anc:cron", [1, 2, 3, 4, 5, 6, 7]),
        ("anc=/bin/bash", [2, 3, 4, 6]),
        ("-anc:*", [0, 8]),
        ("policy=net", [3, 4]),
        ("func:connect", [3, 4]),
        ("action:post", [3]),
        ("daddr:10.0.0.0/8", [3, 4]),
        ("daddr:10.0.0.7", [3]),
        ("daddr:192.168.0.0/16,10.0.0.9", [4]),
        ("dport=80,443", [3, 4]),
        ("dport:443", [3]),
        ("-dport=443", [0, 1, 2, 4, 5, 6, 7, 8]),
        ("dport:*", [3, 4]),
        ("sport=40000", [3, 4]),
        ("family=AF_INET6", [4]),
        ("file:shadow", [5]),
        ("host=server02", [5]),
        ("flags:clone", [1, 5, 7]),
        ("pid<99999999999999999999 -pid>99999999999999999999 bin:cron", [0]),
        ("time<9999-12-31 time>1800-01-01 bin:cron", [0]),
        ("took<99999999999999999999h", [6]),
        ("cwd=/", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("status>0", [6]),
        ("signal=SIGKILL", [7]),
        ("took>2s took<2600ms", [6]),
        ("took=2s", [6]),
        ("time<2026-11-23T19:00Z", [0]),
        ("time>-5m", [7, 8]),
        ("time:19:29", [7, 8]),
        ("time:2026-11-23", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("mark:noise", []),
        ("-mark:*", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("kind:exec (curl or cron)", [0, 2]),
        ("kind:exec curl or kind:exit -curl", [2, 7]),
        ("-(kind:exec or kind:exit)", [3, 4, 5, 8]),
    ],
)
def test_a_query_selects_events(query: str, selected: list[int]) -> None:
    assert rows(query) == selected


@pytest.mark.parametrize(
    ("query", "column", "message"),
    [
        ("kind:exce", 6, "unknown kind: exce"),
        ("kind:exec,exce", 11, "unknown kind"),
        ("pid=12 uid=root", 12, "not a whole number: root"),
        ("took>5parsecs", 6, "not a duration: 5parsecs"),
        ("time:noon", 6, "not a time: noon"),
        ("time:-5m", 6, "time>-5m"),
        ("daddr=10.0.0.0/8", 7, "daddr:10.0.0.0/8"),
        ("daddr:10.0.0.0/99", 7, "not a network: 10.0.0.0/99"),
        ("args~a{1,2}", 6, "quote"),
        ("bin:x args~[a", 12, "not a regular expression"),
    ],
)
def test_bad_value_names_its_column(query: str, column: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, NOW, UTC)
    assert message in str(caught.value)
    assert column <= caught.value.column <= column + 2


def test_message_stays_short_whatever_was_typed() -> None:
    for query in ("dport=" + "9" * 10_000, "time:" + "x" * 10_000, "kind:" + "x" * 10_000):
        with pytest.raises(QueryError) as caught:
            parse(query)
        assert len(str(caught.value)) < 300


def test_mask_of_a_part_is_a_part_of_the_mask() -> None:
    query = parse("curl or anc:cron or dport=80")
    whole = query.mask(TABLE)
    for start in range(len(LINES)):
        for stop in range(start, len(LINES) + 1):
            assert query.mask(TABLE, start, stop).tolist() == whole[start:stop].tolist()


class Marks:
    """Marks as the screens register them: one event is noise, one a threat."""

    texts = ("", "noise", "keep", "threat")

    def codes(self, start: int, stop: int) -> np.ndarray:
        return np.array([0, 1, 0, 3, 0, 0, 0, 0, 0], dtype=np.uint8)[start:stop]


def test_a_registered_column_is_queried_like_any_other() -> None:
    table = build_table(LINES)
    table.register_column("mark", Marks())
    assert rows("mark:noise", table) == [1]
    assert rows("mark:*", table) == [1, 3]
    assert rows("-mark=threat kind:kprobe", table) == [4, 5]
    assert parse("mark:threat").mask(table, 2, 5).tolist() == [False, True, False]


def test_history_joined_above_does_not_mix_up_rows() -> None:
    table = build_table(LINES[3:])
    query = parse("kind:exec or anc:cron")
    before = query.mask(table).tolist()
    table.prepend(LineBatch(LINES[:3], range(3)))
    assert query.mask(table, 0, len(before)).tolist() == before
    assert query.mask(table).tolist() == [True, True, True, *before]


VALUES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=100)
@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_include_and_exclude_select_exactly_the_value(texts: list[str], data: st.DataObject) -> None:
    table = build_table([line("process_exec", {"process": process(7, "/x", text)}) for text in texts])
    chosen = data.draw(st.sampled_from(texts))
    same = [index for index, text in enumerate(texts) if text == chosen]
    assert rows(add_term("kind:exec or bin:y", "args", "=", chosen), table) == same
    others = [index for index in range(len(texts)) if index not in same]
    assert rows(add_term("kind:exec", "args", "=", chosen, negate=True), table) == others


@settings(max_examples=100)
@given(VALUES, st.lists(VALUES, max_size=5))
def test_contains_ignores_case_and_equal_does_not(wanted: str, texts: list[str]) -> None:
    texts = [*texts, wanted, wanted.upper(), f"a{wanted}b"]
    table = build_table([line("process_exec", {"process": process(7, "/x", text)}) for text in texts])
    written = wanted if is_plain(wanted) else quote(wanted)
    contains = [index for index, text in enumerate(texts) if wanted.casefold() in text.casefold()]
    assert rows(f"args:{written}", table) == contains
    assert rows(f"args={written}", table) == [index for index, text in enumerate(texts) if text == wanted]
