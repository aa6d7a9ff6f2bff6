"""The Life screen: one process over time, its own events and the processes it started as bars."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

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

from tetratui.core.events.visible import visible
from tetratui.core.lineage import Lineage, ProcessLife, collect_life
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.render.cells import lasted, moment
from tetratui.ui.render.process_timeline import LifeRow, draw_life, draw_scale, list_facts, list_rows
from tetratui.ui.widgets.event_grid import fit_text
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual import events

LOOK = job("life", "looking up the life of a process")

_TIME_AND_TYPE = 14
"""Cells of the list before text and bar: time, type and gaps."""


class LifeScreen(ModalScreen[int | None], inherit_bindings=False):
    """Show the life of a process; end with the row id of an event to go to, or None."""

    CSS_PATH = "life.tcss"
    TITLE_OF_HELP: ClassVar[str] = "The life of one process: its events, and the processes it started, over time."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("life")]

    head = query_one("#life-head", Static)
    table = query_one("#life", RowList)

    def __init__(self, workspace: Workspace, lineage: Lineage, exec_id: str) -> None:
        super().__init__()
        self.workspace = workspace
        self._lineage = lineage
        self._exec_id = exec_id
        self.life: ProcessLife | None = None
        self._rows: list[LifeRow] = []

    def compose(self) -> ComposeResult:
        """Put the whole life above what happened in it."""
        with Vertical(id="life-frame") as frame:
            frame.border_title = "Life of a process"
            yield Static("Looking up the events of the process…", id="life-head", markup=False)
            yield RowList("life")
            yield KeyLine()

    def on_mount(self) -> None:
        """Add the columns and look the process up."""
        self.table.add_columns("after", "", "what", "when")
        self.table.focus()
        # The colours of kinds are part of the rows.
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())
        self._look(self._exec_id)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Draw in the new width."""
        self._draw()

    @background(LOOK)
    async def _look(self, exec_id: str) -> None:
        try:
            life = await asyncio.to_thread(collect_life, self.workspace.table, self._lineage, exec_id)
        except IndexError:
            # An event left memory while it was being read.
            life = None
        if life is not None:
            self.life, self._exec_id = life, exec_id
        elif self.life is None:
            self.head.update("No event of this process is in memory any more. Esc goes back.")
            return
        else:
            self.app.notify("no event of that process is in memory", markup=False)
        self._draw()

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure where no life is shown yet."""
        if self.life is None:
            self.head.update(Content.styled(event.text, "$error"))

    def _draw(self) -> None:
        life = self.life
        if life is None:
            return
        room = max(20, self.size.width - 8)
        bar_width = max(12, min(90, (room - _TIME_AND_TYPE) // 2))
        self._rows = list_rows(life, bar_width)
        self.head.update(Content("\n").join(self._head_lines(life, room)))
        cursor = self.table.cursor_row
        self.table.clear()
        for row in self._rows:
            style = Style(color=Color.parse(self.app.theme_variables[f"event-{row.style}"]).rich_color)
            self.table.add_row(
                Text(f"+{lasted(row.at)}", justify="right"),
                Text(row.word, style),
                Text(fit_text(row.text, max(8, room - _TIME_AND_TYPE - bar_width))),
                Text(row.bar, style),
            )
        self.table.move_cursor(row=min(cursor, len(self._rows) - 1), animate=False)

    def _head_lines(self, life: ProcessLife, room: int) -> list[Content]:
        first = life.events[0]
        lines = [
            Content.styled(fit_text(f"{first.binary or '?'} {first.arguments or ''}".rstrip(), room), "bold"),
            Content(visible(f"began {moment(life.start, self.workspace.zone)}, {', '.join(list_facts(life))}")),
        ]
        bar = draw_life(life, room)
        if bar:
            lines += [Content.styled(bar, "$primary"), Content.styled(draw_scale(life, room), "$text-muted")]
        return lines

    @on(DataTable.RowSelected, "#life")
    def clicked(self, event: DataTable.RowSelected) -> None:
        """Do what enter does."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """End with the event under the cursor; on a process that was started, show its life."""
        if self._rows:
            row = self._rows[self.table.cursor_row]
            if row.exec_id:
                self._look(row.exec_id)
            else:
                self.dismiss(row.row)

    def action_parent(self) -> None:
        """Show the life of the process that started this one."""
        parent = self.life.events[0].parent_exec_id if self.life is not None else None
        if parent:
            self._look(parent)
        else:
            self.app.notify("parent not reported", markup=False)
