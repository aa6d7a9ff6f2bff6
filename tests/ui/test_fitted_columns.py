"""The columns of an event list share its width by what their texts need."""

from __future__ import annotations

import pytest

from tetratui.ui.render.cells import ALL_COLUMNS, HOOK_COLUMNS, NETWORK_COLUMNS, PROCESS_COLUMNS
from tetratui.ui.widgets.fitted_columns import FittedColumns, fit_columns


@pytest.mark.parametrize("columns", [PROCESS_COLUMNS, NETWORK_COLUMNS, HOOK_COLUMNS, ALL_COLUMNS])
@pytest.mark.parametrize("width", [30, 58, 78, 98, 118, 198])
def test_columns_fill_the_width_and_are_left_out_in_their_order(columns: tuple, width: int) -> None:
    shown = fit_columns(columns, width, {})
    taken = sum(room + 1 for _, room in shown) - 1
    assert taken <= max(width, sum(column.width + 1 for column in columns if not column.leave))
    if width >= 98:
        assert len(shown) >= sum(not column.optional for column in columns) - 1
    names = [column.name for column, _ in shown]
    assert names == [column.name for column in columns if column.name in names]


@pytest.mark.parametrize(("width", "names"), [(78, set()), (98, {"workload"}), (158, {"workload", "container"})])
def test_workload_and_container_show_where_events_have_them_and_there_is_room(width: int, names: set[str]) -> None:
    needs = {"workload": 16, "container": 8}
    optional = {"workload", "container"}
    assert {column.name for column, _ in fit_columns(PROCESS_COLUMNS, width, needs)} & optional == names
    assert {column.name for column, _ in fit_columns(PROCESS_COLUMNS, width, {})} & optional == set()


def test_a_column_takes_what_its_texts_need_before_others_grow() -> None:
    room = {
        column.name: width for column, width in fit_columns(PROCESS_COLUMNS, 78, {"user": 1, "pid": 4, "parent": 14})
    }
    assert room["user"] == len("user") + 1
    assert room["pid"] == 4
    assert room["parent"] >= 14


def test_a_text_that_never_fits_leaves_the_other_columns_their_width() -> None:
    needs = {"arguments": 400, "binary": 9, "parent": 16}
    room = {column.name: width for column, width in fit_columns(PROCESS_COLUMNS, 98, needs)}
    assert room["parent"] == 16
    assert room["arguments"] > 30
    assert sum(room.values()) + len(room) - 1 == 98


def test_columns_change_only_on_refit_and_only_for_a_longer_text() -> None:
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
