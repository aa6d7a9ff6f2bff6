"""A list of events with a cursor: how the cursor moves, and which rows stay in place while others arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tetratui.core.table import Event
from tetratui.core.workspace.view import View
from tetratui.ui.keys import bindings
from tetratui.ui.render import cells
from tetratui.ui.render.time_display import TimeDisplay
from tetratui.ui.widgets.fitted_columns import FittedColumns

WIDE = 120
"""Columns of the terminal from which on cells show their longer texts."""
GUTTER = 2
"""Cells in front of a row: the letter of its mark or the star of a selected row, and the cursor."""


class EventList(Widget, can_focus=True):
    """A window on a view; the rows on the screen stay in place while others arrive above and below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list", "table")]

    follow = reactive(True)
    """Whether the newest row stays in sight."""
    column = reactive(5)
    """The index of the focused cell's column among those shown."""

    @dataclass
    class CursorMoved(Message):
        """Another row is under the cursor."""

        table: EventList
        row: int | None

        @property
        def control(self) -> EventList:
            """The table, for selectors of `@on`."""
            return self.table

    @dataclass
    class SelectRequested(Message):
        """The operator selects this row, or takes it out of the selection."""

        table: EventList
        row: int

    def __init__(self, columns: tuple[cells.CellColumn, ...], times: TimeDisplay, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = columns
        self._narrow_columns = columns
        self.times = times
        self.view: View | None = None
        self.top = 0
        """Index of the first row drawn."""
        self.cursor = 0
        """Index of the row under the cursor."""
        self._first: tuple[int | None, int] = None, -1
        """The first row on the screen, and its time."""
        self._fitted = FittedColumns(columns)
        self._fitted.resize(80 - GUTTER)

    def show(self, view: View) -> None:
        """Draw another view; starts at its newest row when following."""
        self.view = view
        self.top = self.cursor = 0
        self.apply_change(0)
        self.measure()

    def measure(self) -> None:
        """Fit the columns to the rows on the screen before these are drawn, or they would move right after."""
        view = self.view
        assert view is not None
        self._fitted.forget()
        for row in view.ids[self.top : self.top + self.body].tolist():
            event = find_event(view, row)
            if event is not None:
                write_time = partial(self.times.cell, day=self.day)
                for column in self.columns:
                    self._fitted.measure(column, column.text(event, write_time))
        self._refit()

    def apply_change(self, above: int) -> None:
        """Draw again after the view changed; `above` rows were added above those shown (negative: removed)."""
        if self.follow:
            self.cursor = max(0, len(self) - 1)
        else:
            self.cursor += above
            self.top += above
        self._settle()
        self.refresh()

    def __len__(self) -> int:
        return 0 if self.view is None else len(self.view)

    @property
    def row(self) -> int | None:
        """The row id under the cursor; None without one, or when it has just left memory."""
        if self.view is None or not 0 <= self.cursor < len(self.view):
            return None
        row = int(self.view.ids[self.cursor])
        return row if row >= self.view.table.first else None

    @property
    def day(self) -> date:
        """The day of the first row on the screen: the others tell theirs where it is another one."""
        view = self.view
        row = int(view.ids[self.top]) if view is not None and self.top < len(view) else None
        # Every row on the screen asks.
        if row != self._first[0]:
            first = find_event(view, row)
            self._first = row, -1 if first is None else first.time
        return self.times.day(self._first[1])

    @property
    def body(self) -> int:
        """Rows that have room under the head."""
        return max(1, self.size.height - 1)

    def redraw(self) -> None:
        """Draw every row again."""
        self.refresh()

    def _refit(self) -> None:
        if self._fitted.refit():
            self.redraw()

    def focused_column(self) -> cells.CellColumn:
        """Return the column of the focused cell."""
        shown = self._fitted.shown
        return shown[min(self.column, len(shown) - 1)][0]

    def go_to(self, row: int) -> None:
        """Put the cursor on a row id, or on the next row where the view has no such row."""
        if self.view is not None:
            self.follow = False
            self._move_to(self.view.index(row))

    def _move_to(self, index: int) -> None:
        before, top = self.cursor, self.top
        self.cursor = index
        self._settle()
        if top == self.top and not self.times.from_cursor:
            self.refresh(*(Region(0, index - top + 1, self.size.width, 1) for index in {before, self.cursor}))
        else:
            self.refresh()
        self.post_message(self.CursorMoved(self, self.row))

    def _settle(self) -> None:
        """Keep the cursor on a row and on the screen."""
        last = max(0, len(self) - 1)
        self.cursor = min(max(0, self.cursor), last)
        if not self.size:
            # Hidden: without a size `top` would be lost.
            return
        lowest = max(0, len(self) - self.body)
        self.top = min(max(self.top, self.cursor - self.body + 1), self.cursor, lowest)
        self.top = max(0, self.top)

    def action_cursor(self, step: int) -> None:
        """Move the cursor; moving up stops following, reaching the end does not start it."""
        if step < 0:
            self.follow = False
        self._move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by a screen."""
        self.action_cursor(step * max(1, self.body - 1))

    def action_top(self) -> None:
        """Go to the first row."""
        self.follow = False
        self._move_to(0)

    def action_bottom(self) -> None:
        """Go to the last row and follow."""
        self._move_to(len(self) - 1)
        self.follow = True

    def action_cell(self, step: int) -> None:
        """Focus another cell of the row."""
        self.column = min(max(0, self.column + step), len(self._fitted.shown) - 1)

    def action_select(self) -> None:
        """Select the row and go on to the next."""
        if self.row is not None:
            self.post_message(self.SelectRequested(self, self.row))
            self.action_cursor(1)

    def on_mouse_scroll_down(self) -> None:
        """Move the cursor down."""
        self.action_cursor(3)

    def on_mouse_scroll_up(self) -> None:
        """Move the cursor up."""
        self.action_cursor(-3)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        if event.y >= 1 and self.top + event.y - 1 < len(self):
            self.follow = False
            self._move_to(self.top + event.y - 1)

    def on_resize(self) -> None:
        """Fit the rows to the new size."""
        narrow = self._narrow_columns
        columns = tuple(map(cells.CellColumn.for_wide_terminal, narrow)) if self.app.size.width >= WIDE else narrow
        if columns != self.columns:
            self.columns = columns
            self._fitted.replace(columns)
        self._fitted.resize(max(10, self.size.width - GUTTER))
        self.redraw()
        self.apply_change(0)

    def watch_column(self) -> None:
        """Draw the focused cell."""
        self.refresh(Region(0, 0, self.size.width, 1), Region(0, self.cursor - self.top + 1, self.size.width, 1))


def find_event(view: View | None, row: int | None) -> Event | None:
    """Return an event of a view by its row id; None when it has left memory, which it may do at any time."""
    if view is None or row is None:
        return None
    try:
        return view.table.event(row)
    except IndexError:
        return None
