"""A view shows what its query selects, whatever rows are added above or below or leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import real_lines
from tetratui.core.query.errors import QueryError
from tetratui.core.query.query import parse
from tetratui.core.table import EventTable, LineBatch
from tetratui.core.workspace.view import View

LINES = real_lines()[:400]


def growing() -> EventTable:
    return EventTable(lambda _file, number, _size: LINES[number])


def batch(start: int, stop: int) -> LineBatch:
    return LineBatch(list(LINES[start:stop]), range(start, stop))


@settings(max_examples=60, deadline=None)
@given(
    middle=st.integers(0, 400),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=12),
    text=st.sampled_from(["", "kind:exit", "bin:bash or kind:kprobe", "-kind:exec"]),
    most=st.sampled_from([7, 50, 1000]),
)
def test_looks_in_pieces_select_the_same_rows_as_one_look(
    middle: int, steps: list[tuple[bool, int]], text: str, most: int
) -> None:
    table = growing()
    view = View.of(table, text)
    low = high = middle
    for above, count in steps:
        if above:
            table.prepend(batch(max(0, low - count), low))
            low = max(0, low - count)
        else:
            table.append(batch(high, min(400, high + count)))
            high = min(400, high + count)
        view.adopt(view.look(most))
    while view.stale and table.stop > table.first:
        view.adopt(view.look(most))
    expected = np.flatnonzero(parse(text).mask(table)) + table.first
    expected = expected[np.argsort(table.time[expected - table.first], kind="stable")]
    assert view.ids.tolist() == expected.tolist()


def test_adopt_returns_how_many_rows_came_above() -> None:
    table = growing()
    table.append(batch(200, 300))
    view = View.of(table, "")
    assert view.adopt(view.look()) == 100
    table.prepend(batch(150, 200))
    table.append(batch(300, 320))
    assert view.adopt(view.look()) == 50
    assert view.ids.tolist() == list(range(table.first, table.stop))


@pytest.mark.parametrize("field", ["time", "kind", "pid", "user", "bin", "args", "parent", "daddr", "func"])
def test_sorting_by_a_column_orders_rows_by_its_values(field: str) -> None:
    table = growing()
    table.append(batch(0, 400))
    view = View.of(table, "")
    view.sort_by(field)
    view.adopt(view.look())
    assert sorted(view.ids.tolist()) == list(range(400))
    names = {"bin": "binary", "args": "arguments", "parent": "parent_binary", "func": "function"}
    values = [getattr(table.event(int(row)), names.get(field, field)) for row in view.ids]
    values = (
        [value if value is not None else "" for value in values] if field not in {"time", "kind", "pid"} else values
    )
    assert values == sorted(values)
    view.sort_by("")
    assert view.ids.tolist() == list(range(400))


def test_a_bad_query_is_refused() -> None:
    with pytest.raises(QueryError):
        View.of(growing(), "bni:x")
