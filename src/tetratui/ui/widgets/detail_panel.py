"""The panel below the panes: the detail of the event under the cursor, and the busiest binaries beside it."""

from __future__ import annotations

import asyncio
from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer

from tetratui.core.lineage import Lineage
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.render.event_detail import describe_event
from tetratui.ui.widgets.detail import Detail
from tetratui.ui.widgets.live_pane import Pane
from tetratui.ui.widgets.top_binaries import TopBinaries, count_binaries

AGAIN = 1.0
"""Seconds between two descriptions of one event: its ancestors may come with the history, its end with new events."""
DESCRIBE = job("detail", "reading the details of the event")
COUNT = job("top-binaries", "counting the busiest binaries")


class DetailPanel(Container):
    """The detail and the top binaries; computes nothing while it is hidden."""

    detail = query_one("#detail", Detail)
    top_binaries = query_one("#top-binaries", TopBinaries)

    def __init__(self, workspace: Workspace, *, ascii_only: bool) -> None:
        super().__init__(id="below")
        self.workspace = workspace
        self.opened = False
        """Whether the operator asked for the detail."""
        self.lineage = Lineage(workspace.table)
        self._ascii_only = ascii_only
        self._described: tuple[int | None, object] = None, ()
        """The row that is shown, and the row ids in memory when it was described."""
        self._described_at = 0.0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the two side by side."""
        yield Detail(ascii_only=self._ascii_only)
        yield TopBinaries()

    def lay_out(self, *, roomy: bool) -> None:
        """Show the detail when it was opened, and both where there is room."""
        self.display = self.opened or roomy
        self.top_binaries.display = roomy

    def close(self) -> None:
        """Hide the detail, or, where there is room for it anyway, go back to the fields."""
        self.opened = False
        if self.detail.whole:
            self.detail.toggle_json()

    def show(self, pane: Pane) -> None:
        """Show the event under a pane's cursor and the pane's busiest binaries."""
        self.show_row(pane.table.row)
        self.show_busiest(pane)

    def show_row(self, row: int | None) -> None:
        """Show the event of a row."""
        if self.display:
            self._describe(row)

    def show_busiest(self, pane: Pane) -> None:
        """Count the pane's binaries."""
        if self.display and self.top_binaries.display:
            self._count(pane)

    @background(DESCRIBE)
    async def _describe(self, row: int | None) -> None:
        if row is None:
            self._described = None, ()
            self.detail.show(None)
            return
        work = self.workspace
        held = work.table.first, work.table.stop
        if (row, held) == self._described or (row == self._described[0] and not self._may_follow(row)):
            return
        self._described, self._described_at = (row, held), monotonic()
        try:
            self.detail.show(await asyncio.to_thread(describe_event, work.table, self.lineage, row, work.zone))
        except IndexError:
            # The event left memory while it was being read.
            self.detail.show(None)

    def _may_follow(self, row: int) -> bool:
        """Return whether what other events say of a shown event may be looked up again; else do so in a moment."""
        wait = self._described_at + AGAIN - monotonic()
        if wait > 0 and self._timer is None:
            self._timer = self.set_timer(wait, lambda: self._follow(row))
        return wait <= 0

    def _follow(self, row: int) -> None:
        self._timer = None
        if row == self._described[0]:
            self.show_row(row)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show why, where the result would be shown."""
        if event.job is DESCRIBE:
            self._described = None, ()
            self.detail.fail(event.text)
        else:
            self.top_binaries.update(Content.styled(event.text, "$error"))

    @background(COUNT)
    async def _count(self, pane: Pane) -> None:
        counts = await asyncio.to_thread(count_binaries, self.workspace.still(), pane.view.rows.values)
        self.top_binaries.show(counts, pane.named.title)
