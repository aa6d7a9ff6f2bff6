"""JSON as Wazuh's C library reads and prints it."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats.cjson import Members, NotJsonError, Value, parse
from tetratui.core.wazuh.engine.formats.cjson_printer import print_value

TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(-1e300, 1e300) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def as_python(value: Value) -> object:
    if isinstance(value, Members):
        return {key.decode(): as_python(member) for key, member in value.pairs}
    if isinstance(value, list):
        return [as_python(member) for member in value]
    return value.decode() if isinstance(value, bytes) else value


def as_floats(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_floats(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_floats(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@settings(max_examples=200, deadline=None)
@given(TREES, st.booleans())
def test_standard_json_reads_as_python_reads_it(tree: object, ascii_only: bool) -> None:
    assert as_python(parse(json.dumps(tree, ensure_ascii=ascii_only).encode())) == as_floats(tree)


@settings(max_examples=200, deadline=None)
@given(TREES, st.booleans())
def test_what_is_printed_reads_back_the_same(tree: object, spaced: bool) -> None:
    value = parse(json.dumps(tree).encode())
    again = parse(print_value(value, spaced=spaced))
    assert print_value(again, spaced=spaced) == print_value(value, spaced=spaced)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=30))
def test_any_bytes_read_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(NotJsonError):
        assert print_value(parse(data), spaced=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"pre\\u0000post"', b"pre"),
        (b'"a\nb\x01"', b"a\nb\x01"),
        (b'"\\uZZZZ rest"', b""),
        (b'"\\ud83d\\ude00"', "😀".encode()),
        (b"007", 7.0),
        (b"-.5", -0.5),
        (b"1e3 garbage", 1000.0),
        (b"truex", True),
        (b"\xef\xbb\xbf \t[1]", [1.0]),
        (b'"caf\xe9"', b"caf\xe9"),
    ],
)
def test_texts_that_only_the_c_library_accepts(text: bytes, value: Value) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a":1,}',
        b"[1,]",
        b"{'a':1}",
        b'"open',
        b'"\\x"',
        b'"\\ud800"',
        b'"\\udc00"',
        b'"\\u12"',
        b"-",
        b"+1",
        b"nul",
    ],
)
def test_what_the_c_library_refuses(text: bytes) -> None:
    with pytest.raises(NotJsonError):
        parse(text)


def test_a_thousand_levels_are_read_and_one_more_is_not() -> None:
    assert print_value(parse(b"[" * 1000 + b"]" * 1000), spaced=False) == b"[" * 1000 + b"]" * 1000
    with pytest.raises(NotJsonError):
        parse(b"[" * 1001 + b"]" * 1001)


def test_duplicate_keys_are_kept_in_order() -> None:
    assert parse(b'{"a":1,"a":2}') == Members(((b"a", 1.0), (b"a", 2.0)))


def test_a_number_of_more_than_63_characters_is_a_syntax_error() -> None:
    assert parse(b"[1." + b"0" * 60 + b"]") == [1.0]
    with pytest.raises(NotJsonError):
        parse(b"[1." + b"0" * 63 + b"]")


def test_socket_arguments_print_as_in_the_field_of_a_rule() -> None:
    value = parse(b'[{"sock_arg":{"daddr":"1.2.3.4","dport":443}},{"int_arg":4},[],{}]')
    assert print_value(value, spaced=True) == (
        b'[{\n\t\t"sock_arg":\t{\n\t\t\t"daddr":\t"1.2.3.4",\n\t\t\t"dport":\t443\n\t\t}\n\t}, '
        b'{\n\t\t"int_arg":\t4\n\t}, [], {\n\t}]'
    )


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        (b"[4294967295]", b"[4294967295]"),
        (b"[18446744073709551615]", b"[1.8446744073709552e+19]"),
        (b"[0.1,1.0,-0.0]", b"[0.1,1,0]"),
        (b"[1e999]", b"[null]"),
        (b'["\\u003c\\/\\u001f"]', b'["</\\u001f"]'),
    ],
)
def test_numbers_and_texts_print_as_the_agent_sends_them(text: bytes, compact: bytes) -> None:
    assert print_value(parse(text), spaced=False) == compact
