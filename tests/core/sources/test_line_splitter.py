from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.sources import line_splitter
from tetratui.core.sources.line_splitter import LineSplitter

PIECES = st.lists(st.binary(max_size=12) | st.sampled_from([b"\n", b"\n\n", b"\r\n", "\u2028\n".encode(), b"\0\n"]))


@given(PIECES)
def test_pieces_of_any_size_give_the_same_lines_at_the_same_offsets(pieces):
    data = b"".join(pieces)
    splitter, lines, offsets = LineSplitter(), [], []
    for piece in pieces:
        more, starts = splitter.feed(piece)
        lines += more
        offsets += starts
    rest, starts = splitter.finish()
    whole = data.split(b"\n")
    assert lines + rest == (whole if whole[-1] else whole[:-1])
    assert [data[begin : begin + len(line)] for line, begin in zip(lines + rest, offsets + starts, strict=True)] == (
        lines + rest
    )


def test_lines_end_at_newlines_only():
    data = '{"a":"\u2028\u0085\x0b\x0c\x1e"}\r\n{"b":1}\n'.encode()
    assert LineSplitter().feed(data)[0] == ['{"a":"\u2028\u0085\x0b\x0c\x1e"}\r'.encode(), b'{"b":1}']


def test_an_endless_line_is_one_line_and_takes_bounded_memory(monkeypatch):
    monkeypatch.setattr(line_splitter, "MAX_LINE_SIZE", 1000)
    splitter = LineSplitter()
    for _ in range(100):
        assert splitter.feed(b"x" * 100) == ([], [])
    assert len(splitter.pending) == 1000
    lines, offsets = splitter.feed(b"\nnext\n")
    assert (lines, offsets) == ([b"x" * 1000, b"next"], [0, 10_001])
