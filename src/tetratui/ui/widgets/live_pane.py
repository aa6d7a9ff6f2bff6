"""A pane of the Live screen: a named query with its own bar, columns, sort and follow state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from tetratui.core.query.errors import QueryError
from tetratui.core.workspace.view import View
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.query_edit import add_cell_term
from tetratui.ui.render.cells import ALL_COLUMNS, HOOK_COLUMNS, NETWORK_COLUMNS, PROCESS_COLUMNS, CellColumn, add_host
from tetratui.ui.render.empty_state import explain_empty_list
from tetratui.ui.render.time_display import TimeDisplay
from tetratui.ui.widgets.event_grid import EventGrid
from tetratui.ui.widgets.query_bar import LONGEST, QueryBar, QueryInput

LOOK = job("look", "looking through the events")


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """What a pane begins with."""

    id: str
    title: str
    query: str
    columns: tuple[CellColumn, ...]


PANES = (
    NamedQuery("process", "Process", "kind:exec,exit", PROCESS_COLUMNS),
    NamedQuery("network", "Network", "kind:kprobe family:*", NETWORK_COLUMNS),
    NamedQuery("hooks", "Hooks", "-kind:exec,exit -(kind:kprobe family:*)", HOOK_COLUMNS),
    NamedQuery("all", "All", "", ALL_COLUMNS),
)
"""The panes, in the order of the tab key."""


class Pane(Widget):
    """One list of events with its query bar; costs nothing while it is hidden."""

    bar = query_one(QueryBar)
    table = query_one(EventGrid)

    @dataclass
    class Looked(Message):
        """The pane has looked at rows it had not seen."""

        pane: Pane

    @dataclass
    class Refused(Message):
        """No query can be made from a cell's value."""

        text: str

    def __init__(
        self,
        named: NamedQuery,
        workspace: Workspace,
        mark_of: Callable[[int], int],
        times: TimeDisplay,
        *,
        ascii_only: bool = False,
    ) -> None:
        super().__init__(id=named.id)
        self.named = named
        self.workspace = workspace
        self.view = View.of(workspace.table, named.query)
        self._mark_of = mark_of
        self._times = times
        self._ascii_only = ascii_only
        self._looking = False
        self._failed = False
        """Whether the last look failed: only the operator starts the next one, by another query or by trying again."""
        self._return_to: int | None = None
        """The row to put the cursor on when the look under way is done."""

    def compose(self) -> ComposeResult:
        """Lay the bar over the list."""
        yield QueryBar(self.named.title, self.named.query)
        columns = add_host(self.named.columns) if self.workspace.has_several_hosts else self.named.columns
        yield EventGrid(columns, self._times)

    def on_mount(self) -> None:
        """Connect the list with the workspace."""
        self.bar.table = self.workspace.table
        self.table.ascii_only = self._ascii_only
        self.table.mark_of = self._mark_of
        self.table.is_selected = self.workspace.selected.__contains__
        self.table.show(self.view)
        self.show_counts()

    def catch_up(self) -> bool:
        """Look at what has arrived, unless hidden or already looking; return whether a look was started."""
        stale = self.view.stale or self.view.resort
        if not stale or not self.display or self._looking or self._failed:
            return False
        self._looking = True
        self._look()
        return True

    @background(LOOK)
    async def _look(self) -> None:
        view, failed = self.view, self._failed
        self._looking, self._failed = True, False
        try:
            rows = await asyncio.to_thread(view.look)
        except QueryError as error:
            self.bar.refuse(error)
            self.show_counts()
            return
        finally:
            self._looking = False
        if view is not self.view:
            self.catch_up()
            return
        if failed:
            self.bar.fail("")
        row, cursor = self.table.row, self.table.cursor
        moved = view.adopt(rows)
        # Among rows by time others may come anywhere: the one under the cursor tells how far it has moved.
        self.table.apply_change(moved if view.order is None or row is None else view.index(row) - cursor)
        if self._return_to is not None:
            self.table.go_to(self._return_to)
            self._return_to = None
        self.show_counts()
        self.post_message(self.Looked(self))
        # Events that arrived meanwhile wait for the next drawing; older ones, joined above, are looked at at once.
        if view.seen.start > self.workspace.table.first or view.resort:
            self.call_later(self.catch_up)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show under the bar why the list is not complete."""
        if event.job is LOOK:
            self._failed = True
            self.bar.fail(event.text)
            self.show_counts()

    @property
    def settling(self) -> bool:
        """Whether a look is under way, and nothing of it shown yet."""
        return self._looking and not self.view.seen

    def go_to(self, row: int) -> None:
        """Put the cursor on an event, after the look under way."""
        if self.view.stale or self._looking:
            self._return_to = row
            self.table.follow = False
            self.catch_up()
        else:
            self.table.go_to(row)

    def show_counts(self) -> None:
        """Show the counts of the bar, and the text of an empty list."""
        before = self.table.empty
        total = self.workspace.table.stop - self.workspace.table.first
        self.bar.show_counts(
            len(self.view), total, looking=self.view.stale and not (self.workspace.paused or self._failed)
        )
        self.table.empty = explain_empty_list(self.workspace, own_query=self.bar.applied == self.named.query)
        if self.table.empty != before:
            self.table.refresh()

    def sort_by(self, field: str) -> None:
        """Sort by a field upwards, then downwards, then not at all."""
        if self.view.sort != field:
            self.view.sort_by(field)
        elif not self.view.descending:
            self.view.sort_by(field, descending=True)
        else:
            self.view.sort_by("")
        self.table.follow = self.table.follow and not self.view.sort
        self.table.apply_change(0)
        self.catch_up()

    def filter_by_cell(self, *, negate: bool, prepare: bool) -> None:
        """Include or exclude the focused cell's value, at once or only written into the bar."""
        cell = self.table.focused_cell()
        if cell is None:
            return
        try:
            text = add_cell_term(self.bar.applied, *cell, negate=negate)
        except QueryError as error:
            self.post_message(self.Refused(str(error)))
            return
        if len(text) > LONGEST:
            self.post_message(
                self.Refused("This value is too long for a query: choose another cell, or type part of it")
            )
            return
        self.bar.put(text, apply=not prepare)
        if prepare:
            self.bar.entry.focus()
            self.bar.entry.cursor_position = len(text)

    @on(QueryInput.Left)
    def leave_bar(self, event: QueryInput.Left) -> None:
        """Put the applied query back into the bar, and focus the list."""
        event.stop()
        self.bar.restore()
        self.table.focus()

    @on(QueryBar.Applied)
    def apply(self, event: QueryBar.Applied) -> None:
        """Look through the table with another query; the cursor stays on its row when that is still there."""
        event.stop()
        row, follow = self.table.row, self.table.follow
        view = View.of(self.workspace.table, event.text)
        view.sort_by(self.view.sort, descending=self.view.descending)
        self.view, self._failed = view, False
        self.table.show(view)
        self.table.follow = follow
        if self._return_to is None and not follow:
            self._return_to = row
        self.table.focus()
        self.catch_up()
