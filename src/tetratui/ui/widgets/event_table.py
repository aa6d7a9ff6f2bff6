"""A list of events, drawn line by line: only what is on the screen is ever looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tetratui.core.events.visible import visible
from tetratui.ui import cells
from tetratui.ui.keys import bindings
from tetratui.ui.view import View
from tetratui.ui.widgets.fitted_columns import FittedColumns

GUTTER = 2
"""Cells in front of a row: the mark's letter or the selection's star, and the cursor."""
MARK_LETTERS = " NKT"
"""By the code of the mark column."""
LONGEST = 4096
"""Characters of a text that are looked at for a cell; no screen is wider."""


@lru_cache(maxsize=4096)
def fitted(text: str, width: int, *, ascii_only: bool = False) -> str:
    """Make a text of an event safe and exactly `width` cells wide; what does not fit ends in `…`."""
    safe = visible(text[:LONGEST], ascii_only=ascii_only)
    if cell_len(safe) <= width:
        return set_cell_size(safe, width)
    return set_cell_size(safe, width - 1) + "…"


class EventTable(Widget, can_focus=True):
    """The rows of a view; keeps what the operator reads in place while rows arrive above and below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list", "table")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "event-table--head",
        "event-table--cursor",
        "event-table--row",
        "event-table--cell",
        "event-table--selected",
        "event-table--quiet",
    }

    follow = reactive(True)
    """Whether the newest row stays in sight."""
    column = reactive(5)
    """The index of the focused cell's column among those shown."""

    @dataclass
    class CursorMoved(Message):
        """Another row is under the cursor."""

        table: EventTable
        row: int | None

        @property
        def control(self) -> EventTable:
            """The table, for selectors of `@on`."""
            return self.table

    @dataclass
    class SelectAsked(Message):
        """The operator wants this row selected, or no longer."""

        table: EventTable
        row: int

    def __init__(self, columns: tuple[cells.Column, ...], zone: tzinfo | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.zone = zone
        self.view: View | None = None
        self.top = 0
        """Index of the first row drawn."""
        self.cursor = 0
        """Index of the row under the cursor."""
        self.mark_of: Callable[[int], int] = lambda _row: 0
        """Code of the mark of a row id."""
        self.is_selected: Callable[[int], bool] = lambda _row: False
        self.active = True
        """Whether its cursor is the one that keys act on."""
        self.plain = False
        """Whether rows are drawn in one colour: fewer bytes."""
        self.ascii_only = False
        """Whether what is beyond ASCII is spelled."""
        self.empty = "No events yet."
        """What is said when there is no row."""
        self._drawn: dict[tuple[object, ...], Strip] = {}
        """Rows as last drawn, by all that they depend on: a screen moves more often than its rows change."""
        self._colours: dict[str, Style] = {}
        self._fitted = FittedColumns(columns)
        self._fitted.resize(80 - GUTTER)

    def notify_style_update(self) -> None:
        """Draw all rows anew: the theme has changed."""
        super().notify_style_update()
        self._drawn.clear()
        self._colours.clear()

    def show(self, view: View) -> None:
        """Draw another view, from its newest row when following."""
        self.view = view
        self.top = self.cursor = 0
        self._fitted.forget()
        self.moved(0)
        # Before they are drawn, or the columns would move right after.
        for row in view.ids[self.top : self.top + self.body].tolist():
            if row >= view.table.first:
                event = view.table.event(row)
                for column in self.columns:
                    self._fitted.measure(column, column.text(event, self.zone))
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

    def shown_columns(self) -> list[tuple[cells.Column, int]]:
        """The columns that have room, with their widths in cells."""
        return self._fitted.shown

    def _fit_anew(self) -> None:
        if self._fitted.refit():
            self._drawn.clear()
            self.refresh()

    def focused_cell(self) -> tuple[str, str] | None:
        """The query field of the focused cell and its value; None without a row."""
        if self.view is None or self.row is None:
            return None
        return self._column().field(self.view.table.event(self.row))

    def focused_column(self) -> cells.Column:
        """The column the focused cell stands in."""
        return self._column()

    def _column(self) -> cells.Column:
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
        self._drawn.clear()
        self._fitted.resize(max(10, self.size.width - GUTTER))
        self.moved(0)

    def render_line(self, y: int) -> Strip:
        """Draw the head, a row, or the ground below the last."""
        width = self.size.width
        if y == 0:
            return self._head(width)
        index = self.top + y - 1
        if self.view is None or index >= len(self.view):
            return self._note(self._said(y - 2, width), width)
        row = int(self.view.ids[index])
        if row < self.view.table.first:
            return self._note("(has left memory)", width)
        under = self.active and index == self.cursor
        focused = self._column().name if under and self.has_focus else ""
        key = (row, under, focused, self.mark_of(row), self.is_selected(row), self.plain)
        strip = self._drawn.get(key)
        if strip is None:
            if len(self._drawn) > 8 * self.size.height:
                self._drawn.clear()
            strip = self._drawn[key] = self._row(row, under, focused, width)
        return strip

    def _said(self, number: int, width: int) -> str:
        """Give a line of what an empty list says."""
        if len(self) or number < 0:
            return ""
        lines = wrap(visible(self.empty), max(10, width - 4))
        return lines[number] if number < len(lines) else ""

    def _note(self, text: str, width: int) -> Strip:
        quiet = self.get_component_rich_style("event-table--quiet")
        return Strip([Segment(set_cell_size(f"  {visible(text)}", width), quiet)], width)

    def _head(self, width: int) -> Strip:
        style = self.get_component_rich_style("event-table--head")
        focused = self._column().name if self.has_focus else ""
        names = []
        for column, room in self.shown_columns():
            arrow = ""
            if self.view is not None and self.view.sort and self.view.sort == column.sort:
                arrow = "v" if self.view.descending else "^"
            text = set_cell_size(column.name + arrow, room)
            names.append(Segment(text, style + Style(underline=column.name == focused)))
            names.append(Segment(" ", style))
        return Strip([Segment(" " * GUTTER, style), *names]).adjust_cell_length(width, style)

    def _row(self, row: int, under: bool, focused: str, width: int) -> Strip:
        assert self.view is not None
        event = self.view.table.event(row)
        plain = self._ground(row, under)
        colour = plain + self._colour(f"event-{cells.style_of(event)}")
        segments = self._gutter(row, under, plain)
        cell = self.get_component_styles("event-table--cell").text_style
        for column, room in self.shown_columns():
            style = colour if column.name in {"k", "binary"} and not self.plain else plain
            if column.name == focused:
                style += cell
            text = column.text(event, self.zone)
            if self._fitted.measure(column, text) and len(text) > room:
                self.call_later(self._fit_anew)
            segments += [Segment(fitted(text, room, ascii_only=self.ascii_only), style), Segment(" ", plain)]
        # Neighbours of one style are sent with one escape sequence: half the bytes of a row.
        return Strip(segments).adjust_cell_length(width, plain).simplify()

    def _ground(self, row: int, under: bool) -> Style:
        """The style of a whole row; every cell is painted, as a line of its own gets no background from the widget."""
        name = "cursor" if under else "selected" if self.is_selected(row) else "row"
        return self.get_component_rich_style(f"event-table--{name}")

    def _colour(self, variable: str) -> Style:
        # Not by component classes: sixteen of them, matched for every table at each change of a style, cost more
        # than all that is drawn.
        style = self._colours.get(variable)
        if style is None:
            colour = Color.parse(self.app.theme_variables[variable])
            style = self._colours[variable] = Style(color=colour.rich_color)
        return style

    def _gutter(self, row: int, under: bool, ground: Style) -> list[Segment]:
        code = self.mark_of(row)
        letter = MARK_LETTERS[code] if code else "*" if self.is_selected(row) else " "
        style = ground
        if code:
            name = ("noise", "keep", "threat")[code - 1]
            style = ground + self._colour(f"mark-{name}") + Style(bold=True)
        return [Segment(letter, style), Segment(">" if under else " ", ground)]

    def watch_column(self) -> None:
        """Draw the focused cell."""
        self.refresh(Region(0, 0, self.size.width, 1), Region(0, self.cursor - self.top + 1, self.size.width, 1))
