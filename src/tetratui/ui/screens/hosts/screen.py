"""The Hosts screen: what is known of each host that events are read from."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tetratui.core.hosts.host_source import split_sources_by_place
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.keys import bindings
from tetratui.ui.screens.hosts.render import HEADINGS, HostRow, list_hosts
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.row_list import RowList

_LEFT = {0, 1, 9}
"""The columns that are words; the others are numbers."""


class HostsScreen(ModalScreen[None], inherit_bindings=False):
    """List the hosts, with what comes from each; drawn again every second."""

    CSS_PATH = "hosts.tcss"
    TITLE_OF_HELP: ClassVar[str] = "The hosts that events are read from, and what comes from each."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("hosts")]

    table = query_one("#hosts", RowList)
    details = query_one("#host-details", Static)

    def __init__(self, workspace: Workspace, feed: Feed | None) -> None:
        super().__init__()
        self._workspace = workspace
        self._feed = feed
        self._rows: list[HostRow] = []

    def compose(self) -> ComposeResult:
        """Put the hosts above what is known of the one under the cursor."""
        with Vertical(id="hosts-frame"):
            yield Static(Content.styled("Hosts", "bold"), id="hosts-head")
            yield RowList("hosts")
            yield Static("", id="host-details", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Draw, and draw again every second."""
        self.table.add_columns(*HEADINGS)
        self.table.focus()
        self._draw()
        self.set_interval(1.0, self._draw)

    def _draw(self) -> None:
        states = [] if self._feed is None else self._feed.hosts
        activity = {} if self._feed is None else self._feed.activity
        here = bool(split_sources_by_place(self._workspace.sources)[0])
        self._rows = list_hosts(states, activity, here=here, zone=self._workspace.zone)
        cursor = self.table.cursor_row
        self.table.clear()
        for row in self._rows:
            self.table.add_row(*(self._cell(row, number, text) for number, text in enumerate(row.cells)))
        self.table.move_cursor(row=max(0, min(cursor, len(self._rows) - 1)), animate=False)

    def _cell(self, row: HostRow, number: int, text: str) -> Text:
        style = Style()
        if number == 1 and row.style:
            colour = Color.parse(self.app.theme_variables[row.style.removeprefix("$")])
            style = Style(color=colour.rich_color)
        return Text(text, style, justify="left" if number in _LEFT else "right")

    @on(DataTable.RowHighlighted, "#hosts")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Show what is known of the host under the cursor."""
        event.stop()
        if event.cursor_row < len(self._rows):
            self.details.update(Content("\n".join(self._rows[event.cursor_row].details)))
