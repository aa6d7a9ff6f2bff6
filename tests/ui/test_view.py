"""A view keeps in step with its table, whatever comes above, below or leaves."""

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
from tetratui.ui.render.cells import ALL_COLUMNS, HOOK_COLUMNS, NETWORK_COLUMNS, PROCESS_COLUMNS
from tetratui.ui.widgets.fitted_columns import FittedColumns, fit_columns

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
def test_looking_piece_by_piece_finds_what_one_look_at_the_whole_finds(
    middle: int, steps: list[tuple[bool, int]], text: str, most: int
) -> None:
    table, view = growing(), None
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
    assert view.ids.tolist() == expected.tolist()


def test_adopting_says_how_many_rows_came_above() -> None:
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


@pytest.mark.parametrize("columns", [PROCESS_COLUMNS, NETWORK_COLUMNS, HOOK_COLUMNS, ALL_COLUMNS])
@pytest.mark.parametrize("width", [30, 58, 78, 98, 118, 198])
def test_columns_fill_the_width_and_leave_in_their_order(columns: tuple, width: int) -> None:
    shown = fit_columns(columns, width, {})
    taken = sum(room + 1 for _, room in shown) - 1
    assert taken <= max(width, sum(column.width + 1 for column in columns if not column.leave))
    if width >= 98:
        assert len(shown) >= len(columns) - 1
    names = [column.name for column, _ in shown]
    assert names == [column.name for column in columns if column.name in names]


def test_a_column_takes_what_its_texts_need_before_others_grow() -> None:
    room = {
        column.name: width for column, width in fit_columns(PROCESS_COLUMNS, 78, {"user": 1, "pid": 4, "parent": 14})
    }
    assert room["user"] == len("user") + 1
    assert room["pid"] == 4
    assert room["parent"] >= 14


def test_a_text_nobody_has_room_for_leaves_the_others_theirs() -> None:
    needs = {"arguments": 400, "binary": 9, "parent": 16}
    room = {column.name: width for column, width in fit_columns(PROCESS_COLUMNS, 98, needs)}
    assert room["parent"] == 16
    assert room["arguments"] > 30
    assert sum(room.values()) + len(room) - 1 == 98


def test_columns_move_only_when_asked_to_and_a_longer_text_makes_a_difference() -> None:
    columns = FittedColumns(PROCESS_COLUMNS)
    columns.resize(98)
    before = columns.shown
    parent = PROCESS_COLUMNS[-1]
    assert columns.measure(parent, "a-name-of-20-letters")
    assert not columns.measure(parent, "shorter")
    assert columns.shown == before
    assert columns.refit()
    assert {column.name: width for column, width in columns.shown}["parent"] >= 20
    assert not columns.refit()
