"""A cell's value asked for in the bar selects the events that have it, whatever it is made of."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_ui import hostile

from tetratui.core.events.visible import visible
from tetratui.core.query.query import parse
from tetratui.core.table import build_table
from tetratui.ui.query_edit import with_cell

SHORT = [text for text in hostile.TEXTS if len(text) < 1000]


@pytest.mark.parametrize("text", SHORT, ids=lambda text: ascii(text[:12]))
def test_the_query_of_a_hostile_value_is_printable_and_finds_its_event(text: str) -> None:
    query = with_cell("kind:exec", "args", text)
    assert visible(query) == query
    table = build_table(hostile.LINES)
    found = [int(row) for row in parse(query).mask(table).nonzero()[0]]
    assert found == [hostile.TEXTS.index(text)]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_include_finds_any_value_and_exclude_leaves_it_out(text: str) -> None:
    other = hostile.event("other value", 1)
    table = build_table([orjson.dumps(orjson.loads(hostile.event(text, 0))), other])
    value = table.event(0).arguments
    if value:
        assert parse(with_cell("", "args", value)).mask(table).tolist() == [True, value == "other value"]
        assert parse(with_cell("", "args", value, negate=True)).mask(table).tolist() == [False, value != "other value"]
