"""A process id in quotes: the number at the start of the text (protobuf-go 1.28 to 1.36, golang/protobuf#1703)."""

from __future__ import annotations

import pytest

from tetratui.core.tetragon import read


@pytest.mark.parametrize(
    ("text", "number"),
    [("7001", 7001), ("7001,x", 7001), ("7001 x", 7001), ("7001e,", 7001), ("15.0e}", 15), ("7e3;", 7000), ("-0", 0)],
)
def test_a_quoted_number_is_what_the_text_starts_with(text: str, number: int) -> None:
    filters = read(f'{{"pid":["{text}"]}}')
    assert [one.pid for one in filters.filters] == [(number,)]


@pytest.mark.parametrize("text", ["7001e", "7001e+ 2", "7001x", "7001 ", " 7001", "07", "1.5", "", "7001_0", "-1"])
def test_a_quoted_text_that_starts_with_none_is_refused(text: str) -> None:
    assert [error.field for error in read(f'{{"pid":["{text}"]}}').errors] == ["pid"]
