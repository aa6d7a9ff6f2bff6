"""The Unreadable screen: the lines from which no event could be read, why, and where they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tetratui.core.amounts import format_count
from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.sources import LineLocation, SourceRegistry
from tetratui.core.table import EventTable, UnreadableLine
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.widgets.event_grid import fit_text
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.row_list import RowList

DESCRIBE = job("unreadable", "finding the line in its file")


class UnreadableScreen(ModalScreen[None], inherit_bindings=False):
    """List the most recent unreadable lines, newest last."""

    CSS_PATH = "unreadable.tcss"
    TITLE_OF_HELP: ClassVar[str] = "The lines that could not be read as events, and why."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("unreadable")]

    table = query_one("#unreadable", RowList)
    details = query_one("#unreadable-details", Static)

    def __init__(self, events: EventTable, registry: SourceRegistry | None, copy: Callable[[bytes, str], None]) -> None:
        super().__init__()
        self._unreadable: list[UnreadableLine] = list(events.unreadable.recent.copy())
        self._count = events.unreadable.count
        self._events = len(events)
        self._registry = registry
        self._copy = copy

    def compose(self) -> ComposeResult:
        """Put the list above the line under the cursor."""
        with Vertical(id="unreadable-frame"):
            yield Static(Content.styled(self._head(), "bold"))
            yield RowList("unreadable")
            with VerticalScroll(id="unreadable-scroll", can_focus=False):
                yield Static("", id="unreadable-details", markup=False)
            yield KeyLine()

    def _head(self) -> str:
        if not self._count:
            return f"No unreadable line: all lines read so far are events ({self._events:,} in memory)."
        kept = "" if self._count == len(self._unreadable) else f"; the last {len(self._unreadable):,} are listed"
        return f"{format_count(self._count, 'line')} could not be read as events{kept}"

    def on_mount(self) -> None:
        """Fill the list."""
        self.table.add_columns("byte", "why", "begins")
        for unreadable in self._unreadable:
            self.table.add_row(
                Text(f"{unreadable.offset:,}", justify="right"),
                Text(visible(unreadable.reason)[:60]),
                Text(fit_text(_text(unreadable.line[:200]), 80).rstrip()),
            )
        self.table.display = self.details.display = bool(self._unreadable)
        self.query_one("#unreadable-scroll").set_class(not self._unreadable, "-empty")
        self.table.focus()

    @on(DataTable.RowHighlighted, "#unreadable")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Show the line under the cursor, and find its number in the file."""
        event.stop()
        self._describe(self._unreadable[event.cursor_row])

    @background(DESCRIBE)
    async def _describe(self, unreadable: UnreadableLine) -> None:
        self._show(unreadable, "…")
        location = "" if self._registry is None else await asyncio.to_thread(_location, self._registry, unreadable)
        self._show(unreadable, location)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of file and line number."""
        self._show(self._unreadable[self.table.cursor_row], f"{event.text},")

    def _show(self, unreadable: UnreadableLine, location: str) -> None:
        lines = [
            Content.assemble(("why   ", "$text-muted"), visible(unreadable.reason)),
            Content.assemble(("where ", "$text-muted"), visible(f"{location} byte {unreadable.offset:,}".strip())),
            Content.assemble(("line  ", "$text-muted"), visible(_text(unreadable.line)) or "(empty)"),
        ]
        self.details.update(Content("\n").join(lines))

    def action_copy(self) -> None:
        if self._unreadable:
            self._copy(self._unreadable[self.table.cursor_row].line, "the unreadable line")


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")


def _location(registry: SourceRegistry, unreadable: UnreadableLine) -> str:
    """Return file and line number; for a thread, as all lines before are read to count them."""
    path = registry.name(unreadable.file)
    try:
        return f"{path}, line {registry.line_number(LineLocation(unreadable.file, unreadable.offset)):,},"
    except (TetratuiError, OSError, EOFError) as error:
        return f"{path} (line number unknown: {error}),"


def unreadable_screen(app: OperatorApp) -> UnreadableScreen:
    """Return the screen for the lines that an app has read."""
    return UnreadableScreen(app.workspace.table, None if app.feed is None else app.feed.registry, app.copy)
