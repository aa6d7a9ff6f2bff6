"""The reader accepts and refuses what Go's decoder and protojson do, and locates each error."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.tetragon import (
    LATEST,
    EnabledFeatures,
    EventType,
    Filter,
    FilterError,
    Version,
    canonical_text,
    read,
)
from tetratui.core.tetragon.format.scanner import parse_whole_number

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")


def refused(text: bytes | str) -> FilterError:
    filters = read(text)
    assert not filters.accepted
    return filters.errors[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "entry", "field", "remedy"),
    [
        ('{"event_set":["PROCESS_EXEC"]}\n\n {"binary_regex":"x"}', 3, 18, 1, "binary_regex", '["…"]'),
        ('{"binary_regex":["é", 5]}', 1, 23, 0, "binary_regex", "…"),
        ('{"binary_regex":["\\."]}', 1, 19, 0, "binary_regex", "\\\\."),
        ("[{}]", 1, 1, 0, None, "stream of objects"),
        ("{},{}", 1, 3, 1, None, "comma"),
        ("# noise\n{}", 1, 1, 0, None, "comments"),
        ("\ufeff{}", 1, 1, 0, None, "byte order mark"),
        ('{"Event_Set":[]}', 1, 2, 0, None, "event_set"),
        ('{"pid":[1,', 1, 11, 0, "pid", "close"),
        ('{"capabilities":{"effective":{"any":["x"]}}}', 1, 38, 0, "capabilities", "CAP_NET_RAW"),
    ],
)
def test_an_error_has_line_column_entry_field_and_remedy(
    text: str, line: int, column: int, entry: int, field: str | None, remedy: str
) -> None:
    error = refused(text)
    assert (error.line, error.column, error.entry, error.field) == (line, column, entry, field)
    assert remedy in error.remedy


@pytest.mark.parametrize(
    "text",
    [
        "{}x",
        "{} null",
        "nul",
        '{"pid":[01]}',
        '{"pid":[1.]}',
        '{"pid":[+1]}',
        '{"pid":[" 1"]}',
        '{"pid":["1\xa0"]}',
        '{"pid":[1.5]}',
        '{"pid":[4294967296]}',
        '{"pid":[1e99999999999]}',
        '{"pid":[true]}',
        '{"pid":[[1]]}',
        '{"event_set":[2147483648]}',
        '{"event_set":["1"]}',
        '{"event_set":[1.5]}',
        '{"event_set":["PROCESS_EXEC"]',
        '{"binary_regex":["\t"]}',
        '{"binary_regex":["\\ud800x"]}',
        '{"binary_regex":["\\ude00"]}',
        '{"health_check":1}',
        '{"binary_regex":["a"],"binaryRegex":null}',
        '{"binary_regex":null,"binary_regex":["a"]}',
        '{"in_init_tree":{}}',
        '{"capabilities":[]}',
        '{"capabilities":{"x":1}}',
        '{"":[]}',
        '{"binary_regex" ["x"]}',
        "\x0b{}",
        "{}\xa0",
        '{"x":1}',
        '{"capabilities":{"effective":null,"effective":null}}',
        '{"labels":{}}',
        '{"pid_set":[1]}',
        '{"@type":"x"}',
    ],
)
def test_what_the_agent_refuses_is_refused(text: str) -> None:
    assert refused(text).stage == "parse"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"pid":[-0, 0.0, 7.0010e3, 70010e-1, "7001.0", "7001,x"]}', Filter(pid=(0, 0, 7001, 7001, 7001, 7001))),
        ('{"event_set":[1, 99, -5, 1e0]}', Filter(event_set=(EventType.PROCESS_EXEC, 99, -5, EventType.PROCESS_EXEC))),
        ('{"event\\u005fset":null,"healthCheck":false}', Filter(health_check=False)),
        ('{"binary_regex":["\\ud83d\\udc1d\\/\\u0000"]}', Filter(binary_regex=("🐝/\0",))),
        ('{"binary_regex":[],"capabilities":null,"pid_set":[]}', Filter(binary_regex=(), pid_set=())),
        ('{"labels":["\x7f\u2028"]}', Filter(labels=("\x7f\u2028",))),
    ],
)
def test_what_the_agent_accepts_means_the_same(text: str, expected: Filter) -> None:
    assert read(text).entries[0].filter == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [("0e99999999999", 0), ("-0", 0), ("1e19", 10**19), ("10e-1", 1), ("1e-1", None), ("12.30e1", 123), ("-3", -3),
     (f"7e{'0' * 5000}1", 70), (f"7e-{'0' * 5000}", 7), (f"7e{'9' * 5000}", None), ("9" * 5000, None),
     ("1e21", None), ("0.5e1", 5), ("123e-3", None), ("1.0e-0", 1)],
)  # fmt: skip
def test_whole_numbers_are_exact(text: str, number: int | None) -> None:
    assert parse_whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("7001", 7001), ("7001,x", 7001), ("7001 x", 7001), ("7001e,", 7001), ("15.0e}", 15), ("7e3;", 7000), ("-0", 0)],
)
def test_a_quoted_process_id_is_the_number_at_the_start(text: str, number: int) -> None:
    # protobuf-go 1.28 to 1.36 (golang/protobuf#1703)
    filters = read(f'{{"pid":["{text}"]}}')
    assert [filter_.pid for filter_ in filters.filters] == [(number,)]


@pytest.mark.parametrize("text", ["7001e", "7001e+ 2", "7001x", "7001 ", " 7001", "07", "1.5", "", "7001_0", "-1"])
def test_a_quoted_process_id_that_starts_with_no_number_is_refused(text: str) -> None:
    assert [error.field for error in read(f'{{"pid":["{text}"]}}').errors] == ["pid"]


def test_entries_know_their_bytes() -> None:
    text = ' {"binary_regex":["é"]}{"pid":[1]}\r\n{}'.encode()
    assert [text[entry.start : entry.stop] for entry in read(text).entries] == [
        '{"binary_regex":["é"]}'.encode(), b'{"pid":[1]}', b"{}",
    ]  # fmt: skip


def test_ten_thousand_mutated_lists_raise_nothing_else(recorded: list[dict[str, object]]) -> None:
    chance = random.Random(20260824)
    seeds = [case["text"] for case in recorded]
    pieces = [
        *map(bytes.fromhex, ("22", "5c", "7b", "7d", "5b", "5d", "2c", "3a", "00", "ff", "efbbbf")),
        b"null",
        b"\\ud800",
    ]
    for _ in range(10_000):
        text = bytearray(chance.choice(seeds))  # type: ignore[call-overload]
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(text))
            text[at : at + chance.randint(0, 3)] = chance.choice([*pieces, bytes([chance.randrange(256)])])
        filters = read(bytes(text), Version(1, 7), ON)
        for error in filters.errors:
            assert error.stage in {"parse", "build"}
            assert error.message
            assert error.remedy
            assert error.line >= 1
            assert error.column >= 1
            assert error.entry is not None
        if not any(error.stage == "parse" for error in filters.errors):
            assert _stream_of_objects(bytes(text)) == len(filters.entries)


def _stream_of_objects(data: bytes) -> int:
    """Count the objects as a JSON decoder that is not ours reads them; raises on what is no such stream."""
    text, at, count = data.decode(), 0, 0
    while text[at:].strip(" \t\r\n"):
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n"))
        value, at = json.JSONDecoder().raw_decode(text, at)
        assert isinstance(value, dict)
        count += 1
    return count


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=3).map(tuple)


@given(st.builds(Filter, namespace=TEXTS, policy_names=TEXTS, pid=st.lists(st.integers(0, 2**32 - 1)).map(tuple)))
def test_canonical_text_reads_back_as_the_same_filter(filter_: Filter) -> None:
    filters = read(canonical_text(filter_))
    assert filters.filters == (filter_,)
    assert canonical_text(filters.filters[0]) == canonical_text(filter_)


@pytest.mark.parametrize("text", ["\ud83d", '{"binary_regex":["\udcff"]}'])
def test_text_that_is_no_utf8_is_refused_too(text: str) -> None:
    assert refused(text).stage == "parse"


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "array": lambda text: b"[" + text + b"]",
    "comma between": lambda text: text + b"," + text,
    "comma after": lambda text: text + b",",
    "comma before a brace": lambda text: text + b'{"pid":[1],}',
    "comma before a bracket": lambda text: text + b'{"pid":[1,]}',
    "hash comment": lambda text: b"# ours\n" + text,
    "slash comment": lambda text: text + b"\n// ours",
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "NUL": lambda text: text + b"\0",
    "unknown field": lambda text: text + b'{"comment":"ours"}',
    "upper case": lambda text: text + b'{"Binary_regex":["x"]}',
    "a field twice": lambda text: text + b'{"pid":[1],"pid":[1]}',
    "a field twice, once in camel case": lambda text: text + b'{"pod_regex":["x"],"podRegex":["x"]}',
    "null as a filter": lambda text: text + b" null",
    "null in a list": lambda text: text + b'{"pod_regex":["x",null]}',
    "a number as a text": lambda text: text + b'{"pod_regex":[1]}',
    "a text as a list": lambda text: text + b'{"pod_regex":"x"}',
    "not UTF-8": lambda text: text + b'{"pod_regex":["\xe9"]}',
    "half a surrogate": lambda text: text + b'{"pod_regex":["\\udc00"]}',
    "a control character": lambda text: text + b'{"pod_regex":["\x01"]}',
    "an escape of expressions": lambda text: text + b'{"pod_regex":["a\\.b"]}',
    "a lower case event type": lambda text: text + b'{"event_set":["process_exec"]}',
    "a negative pid": lambda text: text + b'{"pid":[-1]}',
    "single quotes": lambda text: text + b"{'pid':[1]}",
    "cut off": lambda text: text + b'{"pid":[1]',
    "true as text": lambda text: text + b'{"health_check":"true"}',
}
"""What is known to stop the agent, put into a list."""


@pytest.mark.parametrize("what", SPOILED)
def test_a_good_list_with_one_known_fault_is_refused(what: str, recorded: list[dict[str, Any]]) -> None:
    good = [case["text"] for case in recorded if read(case["text"], LATEST, ON).accepted]
    assert len(good) > 90
    for text in good:
        filters = read(SPOILED[what](text), LATEST, ON)
        assert [error.stage for error in filters.errors] == ["parse"], text
