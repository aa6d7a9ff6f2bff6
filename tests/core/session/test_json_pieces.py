"""A session is written in pieces, and reads as if it had been written at once."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.session.json_pieces import dumped

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_pieces_are_what_one_call_writes(value: Any) -> None:
    assert dumped(value) == orjson.dumps(value)


def test_long_lists_are_written_whole() -> None:
    value = {
        "things": [{"n": number} for number in range(1000)],
        "past": [list(range(700)), []],
        "now": list(range(257)),
    }
    assert dumped(value) == orjson.dumps(value)
