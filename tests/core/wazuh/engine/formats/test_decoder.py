"""The fields that the manager's JSON decoder makes of a line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats.decoder import Decoder, decode, flatten, is_json_event

EVENTS = gzip.decompress((Path(__file__).parents[4] / "data" / "wazuh" / "events.jsonl.gz").read_bytes()).splitlines()


def decode_slowly(line: bytes) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for name, value in decode(line).items():
        fields.setdefault(name.lower(), value)
    return fields


def decode_fast(line: bytes, wanted: dict[bytes, bytes]) -> dict[bytes, bytes]:
    fields = Decoder(wanted).decode(line).fields
    return {name: value for name, value in fields.items() if name in wanted}


@pytest.mark.parametrize("row", range(len(EVENTS)))
def test_both_ways_to_decode_agree_on_recorded_events(row: int) -> None:
    wanted = decode_slowly(EVENTS[row])
    assert decode_fast(EVENTS[row], wanted) == wanted


KEYS = st.sampled_from(["a", "A", "b", "a.b", "é", "", "srcip", 'q"', "x:"])
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=6)
TREES = st.recursive(
    LEAVES | st.sampled_from(['":', "\\", "\0", "\ud800", " :", "[1]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(KEYS, TREES), min_size=1, max_size=4), st.booleans(), st.sampled_from([":", ": ", " :"]))
def test_both_ways_to_decode_agree_on_any_object(pairs: list[tuple[str, object]], ascii_only: bool, colon: str) -> None:
    members = ",".join(json.dumps(key) + colon + json.dumps(value, ensure_ascii=ascii_only) for key, value in pairs)
    line = ("{" + members + "}").encode("utf-8", "surrogatepass")
    wanted = decode_slowly(line.split(b"\0", 1)[0])
    assert decode_fast(line, wanted) == wanted


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_both_ways_to_decode_agree_on_any_bytes(tail: bytes) -> None:
    line = b'{"a":{"b":1},"c":"' + tail + b'"}'
    wanted = decode_slowly(line.split(b"\0", 1)[0])
    assert decode_fast(line, wanted) == wanted


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"12345", b"12345"),
        (b"2147483647", b"2147483647"),
        (b"2147483648", b"2147483648.000000"),
        (b"4294967295", b"4294967295.000000"),
        (b"9007199254740993", b"9007199254740992.000000"),
        (b"0.5", b"0.500000"),
        (b"1.123456789", b"1.123457"),
        (b"1e3", b"1000"),
        (b"1.0", b"1"),
        (b"true", b"true"),
        (b"null", b"null"),
        (b'""', b""),
        (b"[]", b"[]"),
        (b'["a","b c"]', b'["a", "b c"]'),
        (b"[1,2.5,4294967295]", b"[1, 2.5, 4294967295]"),
        (b'[[1,2],["x"]]', b'[[1, 2], ["x"]]'),
        (b'"pre\\u0000post"', b"pre"),
    ],
)
def test_values_become_the_texts_the_manager_shows(value: bytes, field: bytes) -> None:
    line = b'{"x":' + value + b"}"
    assert decode(line) == {b"x": field}
    assert Decoder([b"x"]).decode(line).fields == {b"x": field}


def test_of_equal_names_the_first_wins_and_case_does_not_count() -> None:
    event = Decoder([b"UPPER.x"]).decode(b'{"Upper":{"x":"1","x":"2"},"upper":{"X":"3"}}')
    assert event.fields[b"upper.x"] == b"1"


def test_keys_with_dots_and_spaces_are_joined_as_they_are() -> None:
    line = b'{"pod":{"app.kubernetes.io/name":"x","a b":"y","":"z"}}'
    assert decode(line) == {b"pod.app.kubernetes.io/name": b"x", b"pod.a b": b"y", b"pod.": b"z"}


def test_static_names_are_not_fields_at_the_top_level_only() -> None:
    event = Decoder([b"id", b"process.id"]).decode(b'{"id":"1","srcip":"10.0.0.1","process":{"id":"2"}}')
    assert event.fields == {b"process.id": b"2"}
    assert event.static == {b"id": b"1", b"srcip": b"10.0.0.1"}
    assert Decoder([]).decode(b'{"user":"root"}').static == {b"dstuser": b"root"}


def test_fields_after_the_limit_are_lost() -> None:
    line = ("{" + ",".join(f'"k{number}":{number}' for number in range(300)) + "}").encode()
    assert len(decode(line)) == 256
    assert len(flatten(line)) == 300
    assert b"k255" in Decoder([b"k255", b"k256"]).decode(line).fields
    assert b"k256" not in Decoder([b"k255", b"k256"]).decode(line).fields


@pytest.mark.parametrize(
    ("line", "is_json", "fields"),
    [
        (b'{"a":1', True, 0),
        (b'{"a":1} tail', True, 1),
        (b'{  "a":1}', True, 1),
        (b' {"a":1}', False, 0),
        (b'\xef\xbb\xbf{"a":1}', False, 0),
        (b'{\t"a":1}', False, 0),
        (b'["a"]', False, 0),
        (b"{}", False, 0),
        (b'{"a":' * 1001 + b"1" + b"}" * 1001, True, 0),
        (b'{"a":' * 990 + b"1" + b"}" * 990, True, 1),
    ],
)
def test_what_counts_as_json(line: bytes, is_json: bool, fields: int) -> None:
    assert is_json_event(line) is is_json
    assert len(flatten(line)) == fields
    assert Decoder([]).decode(line).is_json is is_json


def test_very_long_values_reach_the_rules_whole() -> None:
    assert decode(b'{"a":"' + b"x" * 60_000 + b'"}')[b"a"] == b"x" * 60_000


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (b"1e300", (b"%f" % 1e300)[:63]),
        (b"-1e300", (b"%f" % -1e300)[:63]),
        (b"1e999", b"inf"),
        (b"-1e999", b"-inf"),
        (b"-0", b"0"),
        (b"-0.0", b"0"),
        (b"2147483647", b"2147483647"),
        (b"2147483648", b"2147483648.000000"),
        (b"-2147483648", b"-2147483648"),
        (b"1e-7", b"0.000000"),
        (b"1.5e3", b"1500"),
    ],
)
def test_numbers_print_as_in_c(number: bytes, text: bytes) -> None:
    assert decode(b'{"a":%s}' % number) == {b"a": text}
