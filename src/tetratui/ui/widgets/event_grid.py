"""A list of events, drawn row by row: only rows on the screen are ever read from the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tetratui.core.events.visible import visible
from tetratui.core.table import Event
from tetratui.ui.render import cells
from tetratui.ui.render.time_display import TimeDisplay
from tetratui.ui.widgets.event_list import GUTTER, EventList, find_event

MARK_LETTERS = " NKT"
"""By the code of the mark column."""
LONGEST = 4096
"""Characters of a text that are looked at for a cell; no screen is wider."""


@lru_cache(maxsize=4096)
def fit_text(text: str, width: int, *, ascii_only: bool = False) -> str:
    """Return a text of an event, safe and exactly `width` cells wide; what does not fit ends in `…`."""
    safe = visible(text[:LONGEST], ascii_only=ascii_only)
    if cell_len(safe) <= width:
        return set_cell_size(safe, width)
    return set_cell_size(safe, width - 1) + "…"


class EventGrid(EventList):
    """Draws the rows of a view; those that did not change come from a cache."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "event-table--head",
        "event-table--cursor",
        "event-table--row",
        "event-table--cell",
        "event-table--selected",
        "event-table--quiet",
    }

    def __init__(self, columns: tuple[cells.CellColumn, ...], times: TimeDisplay, *, id: str | None = None) -> None:
        super().__init__(columns, times, id=id)
        self.mark_of: Callable[[int], int] = lambda _row: 0
        """Code of the mark of a row id."""
        self.is_selected: Callable[[int], bool] = lambda _row: False
        self.active = True
        """Whether its cursor is the one that keys act on."""
        self.plain = False
        """Whether rows are drawn in one colour: fewer bytes."""
        self.ascii_only = False
        """Whether characters beyond ASCII are written as escapes."""
        self.empty = "No events yet."
        """What is shown when there is no row."""
        self._strips: dict[tuple[object, ...], Strip] = {}
        """Cache of drawn rows by all that they depend on: the list scrolls more often than its rows change."""
        self._colours: dict[str, Style] = {}

    @property
    def event(self) -> Event | None:
        """The event under the cursor; None without one."""
        return find_event(self.view, self.row)

    def focused_cell(self) -> tuple[str, str] | None:
        """Return the query field of the focused cell and its value; None without a row."""
        event = self.event
        return None if event is None else self.focused_column().field(event)

    def notify_style_update(self) -> None:
        """Draw all rows again: the theme has changed."""
        super().notify_style_update()
        self._strips.clear()
        self._colours.clear()

    def redraw(self) -> None:
        """Draw every row again, none from the cache."""
        self._strips.clear()
        super().redraw()

    def render_line(self, y: int) -> Strip:
        """Draw the head, a row, or an empty line below the last."""
        width = self.size.width
        if y == 0:
            return self._head(width)
        index = self.top + y - 1
        if self.view is None or index >= len(self.view):
            return self._note(self._empty_line(y - 2, width), width)
        row = int(self.view.ids[index])
        under = self.active and index == self.cursor
        focused = self.focused_column().name if under and self.has_focus else ""
        write_time = partial(self.times.cell, day=self.day, base=self._base_time())
        times = (self.times.form, *write_time.keywords.values())
        key = (row, under, focused, self.mark_of(row), self.is_selected(row), self.plain, times)
        strip = None if row < self.view.table.first else self._strips.get(key)
        if strip is None:
            event = find_event(self.view, row)
            if event is None:
                return self._note("(no longer in memory)", width)
            if len(self._strips) > 8 * self.size.height:
                self._strips.clear()
            strip = self._strips[key] = self._row(event, under, focused, width, write_time)
        return strip

    def _empty_line(self, number: int, width: int) -> str:
        """Return a line of the text of an empty list."""
        if len(self) or number < 0:
            return ""
        lines = wrap(visible(self.empty), max(10, width - 4))
        return lines[number] if number < len(lines) else ""

    def _note(self, text: str, width: int) -> Strip:
        quiet = self.get_component_rich_style("event-table--quiet")
        return Strip([Segment(set_cell_size(f"  {visible(text)}", width), quiet)], width)

    def _head(self, width: int) -> Strip:
        style = self.get_component_rich_style("event-table--head")
        focused = self.focused_column().name if self.has_focus else ""
        names = []
        for column, room in self._fitted.shown:
            arrow = ""
            if self.view is not None and self.view.sort and self.view.sort == column.sort:
                arrow = "v" if self.view.descending else "^"
            name = self.times.heading(self.day) if column.name == "time" else column.name
            text = set_cell_size(name + arrow, room)
            names.append(Segment(text, style + Style(underline=column.name == focused)))
            names.append(Segment(" ", style))
        return Strip([Segment(" " * GUTTER, style), *names]).adjust_cell_length(width, style)

    def _base_time(self) -> int:
        """Return the time from which on the others are counted; -1 where they are shown as they are."""
        event = self.event if self.times.from_cursor else None
        return -1 if event is None else event.time

    def _row(self, event: Event, under: bool, focused: str, width: int, write_time: cells.WriteTime) -> Strip:
        row = event.row
        plain = self._ground(row, under)
        colour = plain + self._colour(f"event-{cells.style_of(event)}")
        segments = self._gutter(row, under, plain)
        cell = self.get_component_styles("event-table--cell").text_style
        for column, room in self._fitted.shown:
            style = colour if column.name in {"type", "binary"} and not self.plain else plain
            if column.name == focused:
                style += cell
            text = column.text(event, write_time)
            if self._fitted.measure(column, text) and len(text) > room:
                self.call_later(self._refit)
            segments += [Segment(fit_text(text, room, ascii_only=self.ascii_only), style), Segment(" ", plain)]
        # Neighbours of one style are sent with one escape sequence: half the bytes of a row.
        return Strip(segments).adjust_cell_length(width, plain).simplify()

    def _ground(self, row: int, under: bool) -> Style:
        """Return the style of a whole row; it paints every cell, as a strip gets no background from the widget."""
        name = "cursor" if under else "selected" if self.is_selected(row) else "row"
        return self.get_component_rich_style(f"event-table--{name}")

    def _colour(self, variable: str) -> Style:
        # Not by component classes: Textual would match sixteen of them for every list at each change of a style, which
        # costs more than all the drawing.
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
