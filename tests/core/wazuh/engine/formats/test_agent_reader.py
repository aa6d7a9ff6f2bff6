"""The agent's JSON reader: which lines it sends, and in which form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats import cjson
from tetratui.core.wazuh.engine.formats.agent_reader import PIECE, AgentReader, LineLoss, reserialise
from tetratui.core.wazuh.engine.formats.cjson_printer import print_value


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        (b' { "a" : 1 , "b" : [ 1 , 2 ] } ', b'{"a":1,"b":[1,2]}'),
        (b'\xef\xbb\xbf{"a":"\\u003c"}', b'{"a":"<"}'),
        (b'{"cookie":18446744073709551615,"auid":4294967295}', b'{"cookie":1.8446744073709552e+19,"auid":4294967295}'),
        (b'{"a":1} tail', b'{"a":1}'),
        (b'{"a":1,"a":2}', b'{"a":1,"a":2}'),
        (b'["a"]', None),
        (b'"text"', None),
        (b"broken {", None),
        (b"", None),
    ],
)
def test_a_line_is_printed_again_or_dropped(line: bytes, sent: bytes | None) -> None:
    assert reserialise(line) == sent
    assert AgentReader().read(line).line == sent


def long_line(length: int) -> bytes:
    return b'{"a":"' + b"x" * (length - 8) + b'"}'


def test_an_overlong_line_is_lost_and_the_second_after_it_too() -> None:
    lines = [long_line(PIECE + 10), b'{"after":1}', b'{"after":2}', b'{"after":3}']
    outcomes = [(sent.line, sent.loss) for sent in AgentReader().read_all(lines)]
    assert outcomes == [
        (None, LineLoss.TOO_LONG),
        (b'{"after":1}', None),
        (None, LineLoss.AFTER_TOO_LONG),
        (b'{"after":3}', None),
    ]


def test_a_line_at_the_limit_is_sent_and_so_are_the_lines_after_it() -> None:
    for length in (PIECE - 1, PIECE):
        lines = [long_line(length), b'{"after":1}', b'{"after":2}']
        assert all(sent.line is not None for sent in AgentReader().read_all(lines))


def test_a_line_with_a_zero_byte_is_dropped() -> None:
    assert AgentReader().read(b'{"a":"\0"}').loss is LineLoss.ZERO_BYTE


LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-1e300, 1e300) | st.text(max_size=8)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=4), TREES, max_size=4), st.booleans(), st.sampled_from([None, (",", ":")]))
def test_orjson_prints_what_the_emulated_parser_prints(
    tree: dict[str, object], ascii_only: bool, separators: tuple[str, str] | None
) -> None:
    line = json.dumps(tree, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "surrogatepass")
    assert reserialise(line) == print_value(cjson.parse(line), spaced=False)
