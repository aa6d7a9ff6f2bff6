"""The typed and the lenient decoder accept the same lines and return the same fields."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.decode import (
    NotAnEventError,
    decode,
    decode_all,
    decode_block,
    decode_blocks,
    decode_leniently,
)
from tetratui.core.events.event_keys import BESIDE_EVENT
from tetratui.core.events.kinds import KIND_OF_KEY, Kind
from tetratui.core.events.shapes import Block, EventLine

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
NAMES = ["disk-full.log.gz", "every-kind.log.gz", "everything-on.log.gz", "server.log.gz"]


def lines_of(name: str) -> list[bytes]:
    return gzip.decompress((CAPTURES / name).read_bytes()).split(b"\n")[:-1]


SAMPLES = [line for name in NAMES for line in lines_of(name)[::37]]


def result(line: bytes, read: Any = decode) -> Any:
    """Return the kind and all fields that a decoder reads, process blocks decoded, or "unreadable"."""
    try:
        kind, whole = read(line)
    except NotAnEventError:
        return "unreadable"
    return kind, plain(whole)


def plain(whole: EventLine) -> dict[str, Any]:
    names = type(whole.body).__struct_fields__
    body = {name: getattr(whole.body, name) for name in names if name not in ("process", "parent")}
    blocks = {name: block(getattr(whole.body, name)) for name in ("process", "parent")}
    return body | blocks | {"node_name": whole.node_name, "time": whole.time}


def block(raw: msgspec.Raw) -> Block | None:
    return decode_block(bytes(raw)) if bytes(raw).startswith(b"{") else None


@pytest.mark.parametrize("name", NAMES)
def test_both_decoders_agree_on_every_captured_line(name: str) -> None:
    lines = lines_of(name)
    assert len(lines) >= 30
    for line in lines:
        assert result(line) == result(line, decode_leniently)


def test_the_typed_decoder_reads_captured_lines_without_the_lenient_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(line: bytes) -> None:
        raise AssertionError(line)

    monkeypatch.setattr("tetratui.core.events.decode.decode_leniently", refuse)
    for line in SAMPLES:
        if orjson_takes(line):
            decode(line)


def orjson_takes(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def holds_event(line: bytes) -> bool:
    """Return whether the line is an object with an object under the key of an event."""
    if orjson_takes(line) and {"node_name", "time"} <= orjson.loads(line).keys() <= BESIDE_EVENT:
        return True
    return orjson_takes(line) and any(
        isinstance(value, dict)
        and (key in KIND_OF_KEY or (key.startswith("process_") and isinstance(value.get("process"), dict)))
        for key, value in orjson.loads(line).items()
    )


@st.composite
def mutated_lines(draw: st.DrawFn) -> bytes:
    line = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 3))):
        at, size = draw(st.integers(0, len(line) - 1)), draw(st.integers(0, 4))
        line[at : at + size] = draw(
            st.one_of(
                st.binary(max_size=3),
                st.sampled_from(
                    [b"null", b"1.5", b'"', b"\\u00zz", b"\\ud800", b"{}", b"[", b",", b"12", b"true", b"\0"]
                ),
            )
        )
    return bytes(line)


@settings(max_examples=200, deadline=None)
@given(mutated_lines())
def test_both_decoders_agree_on_mutated_bytes(line: bytes) -> None:
    assert result(line) == result(line, decode_leniently)
    assert (result(line) != "unreadable") == holds_event(line)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["12", "-1", "0", 1.0, {}, [], [1], {"name": 3}, {"path": None}, [{"sock_arg": {"dport": "80"}}]]),
)


@st.composite
def lines_with_other_types(draw: st.DrawFn) -> bytes:
    event = orjson.loads(draw(st.sampled_from([line for line in SAMPLES if orjson_takes(line)])))
    holders: list[Any] = [event]
    for holder in holders:
        inside = holder.values() if isinstance(holder, dict) else holder
        holders.extend(value for value in inside if isinstance(value, dict | list) and value)
    for _ in range(draw(st.integers(1, 3))):
        holder = draw(st.sampled_from(holders))
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if keys:
            holder[draw(st.sampled_from(keys))] = draw(VALUES)
    return orjson.dumps(event)


@settings(max_examples=200, deadline=None)
@given(lines_with_other_types())
def test_both_decoders_agree_on_fields_of_another_type(line: bytes) -> None:
    assert result(line) == result(line, decode_leniently)
    assert (result(line) != "unreadable") == holds_event(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "a blank line"),
        (b" \t\r", "a blank line"),
        (b"[1]", "a JSON list, not an object"),
        (b'"text"', "a JSON str, not an object"),
        (b'{"process_exec":{', "unexpected end of data"),
        (b'{"a":1}{"a":1}', "unexpected content after document"),
        (b"\0\0\0" + b'{"process_exec":{}}', "NUL bytes"),
        (b'{"process_exec":{},"node_name":"\xff"}', "str is not valid UTF-8: surrogates not allowed"),
        (b'{"process_exec":{"x":"\xed\xa0\x80"}}', "str is not valid UTF-8: surrogates not allowed"),
    ],
)
def test_a_line_that_is_not_an_object_is_refused_with_its_reason(line: bytes, reason: str) -> None:
    with pytest.raises(NotAnEventError, match=reason.replace("(", r"\(")):
        decode(line)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'{"process_new":{"process":{}},"time":"2026-11-23T19:12:51Z"}', Kind.UNKNOWN),
        (b'{"node_name":"n","process_exit":{}}', Kind.EXIT),
        (b'{"node_name":"n","time":"2026-11-23T19:12:51Z"}', Kind.UNKNOWN),
        (b' {"process_lsm": {}}\r', Kind.LSM),
        (b'{"rate_limit_info":{"number_of_dropped_process_events":"677"}}', Kind.RATE_LIMIT),
    ],
)
def test_an_object_with_the_key_of_an_event_is_one(line: bytes, kind: Kind) -> None:
    assert decode(line)[0] == kind


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (b"{}", "none"),
        (b'{"process_exec":null}', "process_exec"),
        (b'{"process_new":{"binary":"/bin/sh"},"time":"2026-11-23T19:12:51Z"}', "process_new, time"),
        (b'{"process_name":"sh","message":"x"}', "process_name, message"),
        (b'{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}', "a, b, c, d, e, f, …"),
        (b'{"' + b"k" * 50 + b'":1}', "k" * 40 + "…"),
    ],
)
def test_an_object_without_an_event_is_refused_and_its_keys_are_named(line: bytes, keys: str) -> None:
    with pytest.raises(NotAnEventError) as refused:
        decode(line)
    assert str(refused.value) == f"a JSON object without an event (keys: {keys})"


def test_an_event_of_a_new_kind_keeps_its_name_and_its_process() -> None:
    kind, whole = decode(
        b'{"process_connect":{"process":{"pid":7,"binary":"/usr/bin/curl"},"parent":{"pid":1},"protocol":"TCP",'
        b'"source_ip":"198.51.100.5","source_port":40000,"destination_ip":"203.0.113.9","destination_port":443}}'
    )
    assert (kind, whole.body.function_name) == (Kind.UNKNOWN, "process_connect")
    assert block(whole.body.process) == Block(pid=7, binary="/usr/bin/curl")
    assert block(whole.body.parent) == Block(pid=1)
    socket = whole.body.args[0].socket
    assert (socket.protocol, socket.saddr, socket.sport) == ("TCP", "198.51.100.5", 40000)
    assert (socket.daddr, socket.dport) == ("203.0.113.9", 443)


def test_numbers_written_as_texts_are_read() -> None:
    _, whole = decode(b'{"process_exit":{"process":{"pid":"12","uid":0.0,"auid":-1},"status":"1"}}')
    assert whole.body.status == 1
    assert block(whole.body.process) == Block(pid=12, uid=0)


def test_blocks_decoded_together_equal_those_decoded_alone() -> None:
    raws = [bytes(decode(line)[1].body.process) for line in SAMPLES if orjson_takes(line)]
    raws = [raw for raw in raws if raw]
    assert decode_blocks(raws) == [decode_block(raw) for raw in raws]


def test_deep_nesting_does_not_crash() -> None:
    deep = b'{"process_exec":{"x":' + b"[" * 1000 + b"]" * 1000 + b"}}"
    assert result(deep) == result(deep, decode_leniently)
    assert result(b'{"process_exec":{"x":' + b"[" * 100_000 + b"}}") == "unreadable"


def results_together(lines: list[bytes]) -> list[Any]:
    """Return the result of each line when all are decoded in one call."""
    kinds, bodies, nodes, times, unreadable = decode_all(lines)
    read = [(kind, plain(EventLine(*whole))) for kind, *whole in zip(kinds.tolist(), bodies, nodes, times, strict=True)]
    for index, _ in unreadable:
        read.insert(index, "unreadable")
    return read


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(mutated_lines(), st.sampled_from(SAMPLES)), max_size=60))
def test_lines_decoded_together_equal_those_decoded_alone(lines: list[bytes]) -> None:
    assert results_together(lines) == [result(line, decode_leniently) for line in lines]


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"process_exec":{"process":{"pid":1}', b"}}", b'{"process_exec":{}}{"process_exec":{}}'],
        [b'{"process_exec":{}},{"process_exec":{}}', b'{"process_exec":{"x":[1', b"2]}}"],
        [b'{"process_exit":{}}', b"", b'{"process_exit":{}}', b"  ", b'{"process_exit":{}} \r'],
        [b'{"process_kprobe":{}}', b"\xff", b'{"process_kprobe":{"x":"\xff"}}', b'{"process_kprobe":{"x":"\xc3\xa9"}}'],
        [b'{"process_exec":{"x":' + b"[" * 100_000, b'{"process_exec":{}}'],
    ],
)
def test_no_line_affects_another(lines: list[bytes]) -> None:
    assert results_together(lines * 20) == [result(line, decode_leniently) for line in lines] * 20
