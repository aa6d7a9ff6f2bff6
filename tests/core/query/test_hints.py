"""A term that selects nothing for a known reason says so; one that selects something says nothing."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.query import find_hints
from tetratui.core.table import EventTable, build_table


def line(kind: str, binary: str, **more: object) -> bytes:
    process = {"exec_id": f"a{binary}", "pid": 7, "uid": 0, "binary": binary, "arguments": "-s x*y", "flags": "execve"}
    body = {"process": process, "parent": {**process, "binary": "/bin/bash"}, **more}
    return orjson.dumps({f"process_{kind}": body, "node_name": "host", "time": "2026-11-23T19:20:00Z"})


@pytest.fixture
def table() -> EventTable:
    return build_table([line("exec", "/usr/bin/curl"), line("exit", "/usr/bin/curl", status=3), line("exec", "odd")])


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("bin=curl", "binary holds full paths: bin:curl"),
        ("-bin=curl", "-bin=curl is true of every event: binary holds full paths: bin:curl"),
        ("parent=bash", "parent holds full paths: parent:bash"),
        ("bin=curl or kind=exec", "bin=curl selects nothing"),
        ("user=root", "no event here has a user name. Write uid=0"),
        ("user:www-data", "no event here has a user name. Write uid="),
        ('bin="/usr/bin/curl -s"', "bin=/usr/bin/curl args:-s"),
        ("bin:*curl*", "bin:curl"),
        ("bin=/usr/bin/*", "bin~^/usr/bin/.*$"),
        ("bin=*", "bin:*"),
        ("flags=exec", "Write flags:exec (contains, any case)"),
        ("status=300", "status is 255 at most"),
        ("ns:web", "no event here is of a pod"),
        ("dport=443", "Tetragon reports them only with a policy"),
        ("mark=noise", "nothing is marked yet"),
        ("daddr=example.com", "no event here is of a connection"),
    ],
)
def test_a_term_that_selects_nothing_says_why(table: EventTable, query: str, hint: str) -> None:
    (told,) = find_hints(query, table)
    assert hint in told


@pytest.mark.parametrize("query", ["", "bin=odd", "bin:curl", "uid=0", "args:x*y", "nosuchword", "bin!=x", "uid=7"])
def test_what_selects_events_or_may_do_so_says_nothing(table: EventTable, query: str) -> None:
    assert find_hints(query, table) == []


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("bin=curl", "bin:curl"),
        ("signal=9", "signal=SIGKILL"),
        ("signal=kill", "signal=SIGKILL"),
        (f"docker:{'a' * 64}", f"docker:{'a' * 31}"),
        ("daddr:example.com", "addresses, not names"),
    ],
)
def test_some_reasons_need_no_event(query: str, hint: str) -> None:
    (told,) = find_hints(query)
    assert told.endswith(hint)


def test_without_events_nothing_is_told_that_only_events_show() -> None:
    assert find_hints("user=root") == find_hints("ns:web", build_table([])) == []
