"""Bad lines: what could not be read as an event, why, and where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tetratui.core.amounts import counted
from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.sources import Origins, Place
from tetratui.core.table import BadLine, EventTable
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.event_table import fitted
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from tetratui.ui.app import Tetratui


class BadScreen(ModalScreen[None], inherit_bindings=False):
    """Lists the bad lines that are kept, the last that were met at the end."""

    CSS_PATH = "bad.tcss"
    TITLE_OF_HELP: ClassVar[str] = "The lines that could not be read as events, and why."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("bad")]

    table = query_one("#bad", Rows)
    details = query_one("#bad-details", Static)

    def __init__(self, events: EventTable, origins: Origins | None, copy: Callable[[bytes, str], None]) -> None:
        super().__init__()
        self._bad: list[BadLine] = list(events.bad.recent.copy())
        self._count = events.bad.count
        self._events = len(events)
        self._origins = origins
        self._copy = copy

    def compose(self) -> ComposeResult:
        """Lay the list over the line under the cursor."""
        with Vertical(id="bad-frame"):
            yield Static(Content.styled(self._head(), "bold"))
            yield Rows("bad")
            with VerticalScroll(id="bad-scroll", can_focus=False):
                yield Static("", id="bad-details", markup=False)
            yield KeyLine()

    def _head(self) -> str:
        if not self._count:
            return f"No bad line: all lines read so far are events ({self._events:,} held)."
        kept = "" if self._count == len(self._bad) else f"; the last {len(self._bad):,} met are kept"
        return f"{counted(self._count, 'line')} could not be read as events{kept}"

    def on_mount(self) -> None:
        """Fill the list."""
        self.table.add_columns("byte", "why", "begins")
        for bad in self._bad:
            self.table.add_row(
                Text(f"{bad.offset:,}", justify="right"),
                Text(visible(bad.reason)[:60]),
                Text(fitted(_text(bad.line[:200]), 80).rstrip()),
            )
        self.table.display = self.details.display = bool(self._bad)
        self.query_one("#bad-scroll").set_class(not self._bad, "-empty")
        self.table.focus()

    @on(DataTable.RowHighlighted, "#bad")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Say where the line stands, and show it."""
        event.stop()
        self._describe(self._bad[event.cursor_row])

    @work(exclusive=True, group="bad", exit_on_error=False)
    async def _describe(self, bad: BadLine) -> None:
        self._show(bad, "…")
        where = "" if self._origins is None else await asyncio.to_thread(_where, self._origins, bad)
        self._show(bad, where)

    def _show(self, bad: BadLine, where: str) -> None:
        lines = [
            Content.assemble(("why   ", "$text-muted"), visible(bad.reason)),
            Content.assemble(("where ", "$text-muted"), visible(f"{where} byte {bad.offset:,}".strip())),
            Content.assemble(("line  ", "$text-muted"), visible(_text(bad.line)) or "(empty)"),
        ]
        self.details.update(Content("\n").join(lines))

    def action_copy(self) -> None:
        """Copy the line under the cursor, as far as it is kept."""
        if self._bad:
            self._copy(self._bad[self.table.cursor_row].line, "the bad line")


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")


def _where(origins: Origins, bad: BadLine) -> str:
    """Name the file and the line's number in it; for a thread, as it reads what stands before."""
    path = origins.path(bad.file)
    try:
        return f"{path}, line {origins.line_number(Place(bad.file, bad.offset)):,},"
    except (TetratuiError, OSError, EOFError) as error:
        return f"{path} (its lines cannot be counted any more: {error}),"


def of(app: Tetratui) -> BadScreen:
    """Make the screen for what an app has read."""
    return BadScreen(app.workspace.table, None if app.feed is None else app.feed.origins, app.copy)
