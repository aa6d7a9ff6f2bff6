"""A list of events with a cursor: what it stands on, how it moves, and what stays in place meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tetratui.core.workspace.view import View
from tetratui.ui.keys import bindings
from tetratui.ui.render import cells
from tetratui.ui.widgets.fitted_columns import FittedColumns

GUTTER = 2
"""Cells in front of a row: the mark's letter or the selection's star, and the cursor."""


class EventList(Widget, can_focus=True):
    """A window on a view; what the operator reads stays in place while rows arrive above and below."""

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
    class SelectAsked(Message):
        """The operator wants this row selected, or no longer."""

        table: EventList
        row: int

    def __init__(
        self, columns: tuple[cells.CellColumn, ...], zone: tzinfo | None = None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.zone = zone
        self.view: View | None = None
        self.top = 0
        """Index of the first row drawn."""
        self.cursor = 0
        """Index of the row under the cursor."""
        self.fitted = FittedColumns(columns)
        self.fitted.resize(80 - GUTTER)

    def show(self, view: View) -> None:
        """Draw another view, from its newest row when following."""
        self.view = view
        self.top = self.cursor = 0
        self.fitted.forget()
        self.moved(0)
        # Before they are drawn, or the columns would move right after.
        for row in view.ids[self.top : self.top + self.body].tolist():
            if row >= view.table.first:
                event = view.table.event(row)
                for column in self.columns:
                    self.fitted.measure(column, column.text(event, self.zone))
        self._fit_anew()

    def moved(self, above: int) -> None:
        """Draw anew after the view changed; `above` rows came above those shown (negative: left)."""
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
    def body(self) -> int:
        """Rows that have room under the head."""
        return max(1, self.size.height - 1)

    def shown_columns(self) -> list[tuple[cells.CellColumn, int]]:
        """The columns that have room, with their widths in cells."""
        return self.fitted.shown

    def redraw(self) -> None:
        """Draw every row anew."""
        self.refresh()

    def _fit_anew(self) -> None:
        if self.fitted.refit():
            self.redraw()

    def focused_cell(self) -> tuple[str, str] | None:
        """The query field of the focused cell and its value; None without a row."""
        if self.view is None or self.row is None:
            return None
        return self._column().field(self.view.table.event(self.row))

    def focused_column(self) -> cells.CellColumn:
        """The column the focused cell stands in."""
        return self._column()

    def _column(self) -> cells.CellColumn:
        shown = self.shown_columns()
        return shown[min(self.column, len(shown) - 1)][0]

    def go_to(self, row: int) -> None:
        """Put the cursor on a row id, or where it would stand."""
        if self.view is not None:
            self.follow = False
            self._to(self.view.index(row))

    def _to(self, index: int) -> None:
        before, top = self.cursor, self.top
        self.cursor = index
        self._settle()
        if top == self.top:
            self.refresh(*(Region(0, one - top + 1, self.size.width, 1) for one in {before, self.cursor}))
        else:
            self.refresh()
        self.post_message(self.CursorMoved(self, self.row))

    def _settle(self) -> None:
        """Keep the cursor on a row and on the screen."""
        last = max(0, len(self) - 1)
        self.cursor = min(max(0, self.cursor), last)
        if not self.size:
            # Hidden: it comes back where it was.
            return
        lowest = max(0, len(self) - self.body)
        self.top = min(max(self.top, self.cursor - self.body + 1), self.cursor, lowest)
        self.top = max(0, self.top)

    def action_cursor(self, step: int) -> None:
        """Move the cursor; moving up stops following, reaching the end by moving does not start it."""
        if step < 0:
            self.follow = False
        self._to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move by a screen."""
        self.action_cursor(step * max(1, self.body - 1))

    def action_top(self) -> None:
        """Go to the first row."""
        self.follow = False
        self._to(0)

    def action_bottom(self) -> None:
        """Go to the last row and follow."""
        self._to(len(self) - 1)
        self.follow = True

    def action_cell(self, step: int) -> None:
        """Focus another cell of the row."""
        self.column = min(max(0, self.column + step), len(self.shown_columns()) - 1)

    def action_select(self) -> None:
        """Select the row and go on to the next."""
        if self.row is not None:
            self.post_message(self.SelectAsked(self, self.row))
            self.action_cursor(1)

    def on_mouse_scroll_down(self) -> None:
        """Go down without a key."""
        self.action_cursor(3)

    def on_mouse_scroll_up(self) -> None:
        """Go up without a key."""
        self.action_cursor(-3)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        if event.y >= 1 and self.top + event.y - 1 < len(self):
            self.follow = False
            self._to(self.top + event.y - 1)

    def on_resize(self) -> None:
        """Fit the rows to the new size."""
        self.fitted.resize(max(10, self.size.width - GUTTER))
        self.redraw()
        self.moved(0)

    def watch_column(self) -> None:
        """Draw the focused cell."""
        self.refresh(Region(0, 0, self.size.width, 1), Region(0, self.cursor - self.top + 1, self.size.width, 1))
