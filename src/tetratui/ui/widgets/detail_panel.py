"""What may open below the panes: the detail of the event under the cursor, and the busiest binaries beside it."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one

from tetratui.core.lineage import Lineage
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.render.event_detail import tell
from tetratui.ui.widgets.detail import Detail
from tetratui.ui.widgets.live_pane import Pane
from tetratui.ui.widgets.top_binaries import TopBinaries, busiest

TELL = job("story", "reading the details of the event")
COUNT = job("glance", "counting the busiest binaries")


class DetailPanel(Container):
    """Detail and glance; computes nothing while it is hidden."""

    detail = query_one("#detail", Detail)
    glance = query_one("#glance", TopBinaries)

    def __init__(self, workspace: Workspace, *, ascii_only: bool) -> None:
        super().__init__(id="below")
        self.workspace = workspace
        self.opened = False
        """Whether the operator asked for the detail."""
        self.lineage = Lineage(workspace.table)
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        """Lay the two side by side."""
        yield Detail(ascii_only=self._ascii_only)
        yield TopBinaries()

    def lay_out(self, *, roomy: bool) -> None:
        """Show the detail when asked for, both where there is room."""
        self.display = self.opened or roomy
        self.glance.display = roomy

    def close(self) -> None:
        """Take the detail away, or, where there is room for it anyway, go back to the fields."""
        self.opened = False
        if self.detail.whole:
            self.detail.turn()

    def show(self, pane: Pane) -> None:
        """Show the event under a pane's cursor and the pane's busiest binaries."""
        self.show_row(pane.table.row)
        self.show_busiest(pane)

    def show_row(self, row: int | None) -> None:
        """Tell the event of a row."""
        if self.display:
            self._tell(row)

    def show_busiest(self, pane: Pane) -> None:
        """Count the pane's binaries."""
        if self.display and self.glance.display:
            self._count(pane)

    @background(TELL)
    async def _tell(self, row: int | None) -> None:
        if row is None:
            self.detail.show(None)
            return
        if self.detail.story is not None and self.detail.story.row == row:
            return
        try:
            story = await asyncio.to_thread(tell, self.workspace.table, self.lineage, row, self.workspace.zone)
        except IndexError:
            # It left memory while it was being read.
            story = None
        self.detail.show(story)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Say it in the place of what would be shown."""
        if event.job is TELL:
            self.detail.fail(event.text)
        else:
            self.glance.update(Content.styled(event.text, "$error"))

    @background(COUNT)
    async def _count(self, pane: Pane) -> None:
        found = await asyncio.to_thread(busiest, self.workspace.still(), pane.view.rows.values)
        self.glance.show(found, pane.named.title)
