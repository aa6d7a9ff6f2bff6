"""A line of any shape is rewritten in the usual one, or refused with its reason."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.events.lenient_reader import OTHER_KIND, NotAnEventError, read_leniently


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
        read_leniently(line)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"process_new":{"process":{}},"time":"2026-11-23T19:12:51Z"}', OTHER_KIND),
        (b'{"node_name":"n","time":"2026-11-23T19:12:51Z"}', OTHER_KIND),
        (b'{"process_new":{"process":{}},"process_exec":{}}', "process_exec"),
        (b'{"node_name":"n","process_exit":{}}', "process_exit"),
        (b' {"process_lsm": {}}\r', "process_lsm"),
        (b'{"rate_limit_info":{"number_of_dropped_process_events":"677"}}', "rate_limit_info"),
    ],
)
def test_an_object_with_the_key_of_an_event_is_one(line: bytes, key: str) -> None:
    assert next(iter(orjson.loads(read_leniently(line)))) == key


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
        read_leniently(line)
    assert str(refused.value) == f"a JSON object without an event (keys: {keys})"


def test_an_event_of_a_new_kind_keeps_its_name_its_process_and_its_connection() -> None:
    usual = orjson.loads(
        read_leniently(
            b'{"process_connect":{"process":{"pid":7,"binary":"/usr/bin/curl"},"parent":{"pid":1},"protocol":"TCP",'
            b'"source_ip":"198.51.100.5","source_port":40000,"destination_ip":"203.0.113.9","destination_port":443}}'
        )
    )
    socket = {"protocol": "TCP", "saddr": "198.51.100.5", "sport": 40000, "daddr": "203.0.113.9", "dport": 443}
    assert usual == {
        OTHER_KIND: {
            "process": {"pid": 7, "binary": "/usr/bin/curl"},
            "parent": {"pid": 1},
            "function_name": "process_connect",
            "args": [{"sock_arg": socket}],
        }
    }


def test_numbers_written_as_texts_are_read_and_others_left_out() -> None:
    body = orjson.loads(read_leniently(b'{"process_exit":{"process":{"pid":"12","uid":0.0,"auid":-1},"status":"1"}}'))
    assert body == {"process_exit": {"process": {"pid": 12, "uid": 0}, "status": 1}}


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(NotAnEventError):
        read_leniently(b'{"process_exec":{"x":' + b"[" * 100_000 + b"}}")
