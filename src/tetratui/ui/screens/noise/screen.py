"""The Noise screen: the groups of repeated events, biggest first, and a portrait of the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.noise.fold import NoiseRow
from tetratui.core.noise.roots import Root, below
from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.noise_board import NoiseBoard
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftRequested, QueryRequested
from tetratui.ui.screens.noise.entries import Entry
from tetratui.ui.screens.noise.list_screen import NoiseListScreen
from tetratui.ui.screens.noise.render import (
    portrait_lines,
    root_lines,
)
from tetratui.ui.screens.roots.screen import RootsScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen

COUNT = job("count", "counting the noise groups")
DESCRIBE = job("portrait", "describing the group")
ROWS = job("rows", "looking for the events of the group")
BELOW = job("root", "looking for what a command started")

_AGAIN = 2.0
"""Seconds between two countings while events arrive."""


class NoiseScreen(NoiseListScreen):
    """List the noisiest groups, and draft or mark from them."""

    MODE = "noise"
    TITLE_OF_HELP: ClassVar[str] = (
        "What makes most noise, biggest first; d drafts an exclusion of what is under the cursor."
    )
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "../noise/noise.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("noise")]

    def __init__(self) -> None:
        super().__init__()
        self.counting = False
        self.failed = False
        """Whether the last counting failed: then only the operator begins another one."""
        self._described: NoiseRow | None = None

    def content(self) -> Iterable[Widget]:
        """Lay out list and portrait."""
        self.board = NoiseBoard(self.workspace)
        yield from super().content()

    def on_mount(self) -> None:
        """Start the clock of the countings."""
        super().on_mount()
        self.set_interval(_AGAIN, self.recount)

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Count at once the first time; later countings follow the clock."""
        if Change.EVENTS in changes and self.view is None:
            self.recount()

    @property
    def settling(self) -> bool:
        """Whether the groups are counted for the first time."""
        return self.counting and self.view is None

    def recount(self) -> None:
        """Count again, unless paused, hidden, counting already, or after a failure."""
        if self.is_current and not self.counting and not self.failed and not self.workspace.paused:
            self.counting = True
            self._count()

    @background(COUNT)
    async def _count(self) -> None:
        before, failed = self.view, self.failed
        self.counting, self.failed = True, False
        if before is None:
            self.head.update(Content(f"Counting groups of {format_count(len(self.workspace.table), 'event')}…"))
        try:
            self.view = await asyncio.to_thread(self.board.update, before)
        finally:
            self.counting = False
        if self.view is not before or failed:
            self.draw()

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure where its result would stand."""
        if event.job is COUNT:
            self.failed = True
            older = "; the list below is from an earlier count" if self.view is not None else ""
            self.head.update(Content.styled(event.text + older, "$error"))
        elif event.job is DESCRIBE:
            self.portrait.update(Content.styled(event.text, "$error"))

    @on(DataTable.RowHighlighted, "#board")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Show the portrait of what is under the cursor."""
        event.stop()
        entry = self.entry_at_cursor()
        if entry is None or self.view is None:
            return
        if entry.row is None:
            self.portrait.update(Content("\n").join(root_lines(self.view.roots[entry.root])))
        elif entry.key != self.cursor_key or self._described != entry.row:
            self._describe(entry.row)
        self.cursor_key = entry.key

    @background(DESCRIBE)
    async def _describe(self, row: NoiseRow) -> None:
        self._described = row
        seconds = self.view.seconds if self.view is not None else 0.0
        portrait = await asyncio.to_thread(self.board.portrait, row, seconds)
        entry = self.entry_at_cursor()
        if entry is not None and entry.row is not None and entry.row.key == row.key:
            width = self.portrait_scroll.content_size.width
            self.portrait.update(Content("\n").join(portrait_lines(portrait, self.workspace.zone, width)))

    def _entry_or_notice(self) -> Entry | None:
        """Return what is under the cursor; tell the operator when there is nothing."""
        entry = self.entry_at_cursor()
        if entry is None:
            self.owner.tell("no command under the cursor")
        return entry

    def action_draft(self) -> None:
        entry = self._entry_or_notice()
        if entry is not None and entry.row is not None:
            self._draft(entry.row)
        elif entry is not None and self.view is not None:
            self._draft_below(self.view.roots[entry.root])

    @background(ROWS)
    async def _draft(self, row: NoiseRow) -> None:
        rows = await asyncio.to_thread(self.board.rows, row)
        if len(rows):
            self.post_message(DraftRequested(tuple(rows.tolist())))
        else:
            self.owner.tell("No event of this command is in memory any more", "warning")

    async def action_mark(self, verdict: str) -> None:
        entry = self._entry_or_notice()
        if entry is None or self.view is None:
            return
        if entry.row is not None:
            await self.owner.mark(Verdict[verdict], partial(self.board.rows, entry.row))
        else:
            root = self.view.roots[entry.root]
            await self.owner.mark(Verdict[verdict], partial(_rows_below, self.workspace.still(), root))

    def action_show(self) -> None:
        entry = self._entry_or_notice()
        if entry is not None and self.view is not None:
            query = _query_of(entry.row) if entry.row is not None else _query_below(self.view.roots[entry.root])
            self.post_message(QueryRequested(query))

    def action_pause(self) -> None:
        self.owner.pause(not self.workspace.paused)

    def action_roots(self) -> None:
        if self.view is not None:
            self.app.push_screen(RootsScreen(self.view.roots), self.draft_root)

    def draft_root(self, root: Root | None) -> None:
        """Ask for a draft of all that descends from a root cause; None asks for nothing."""
        if root is not None:
            self._draft_below(root)

    @background(BELOW)
    async def _draft_below(self, root: Root) -> None:
        rows = await asyncio.to_thread(_rows_below, self.workspace.still(), root)
        if len(rows):
            self.post_message(DraftRequested(tuple(rows.tolist()), "subtree"))
        else:
            self.owner.tell("No event in memory descends from this command any more", "warning")

    def action_suggest(self) -> None:
        self.app.push_screen(SuggestScreen(self.workspace), self._accept)

    def _accept(self, drafts: tuple[Draft, ...] | None) -> None:
        if drafts:
            self.workspace.bench.accept(*drafts)
            key = self.owner.key_of("review")
            self.owner.tell(f"Accepted: {format_count(len(drafts), 'draft')} · {key} reviews all drafts")
            self.owner.change(Change.DRAFTS, at_once=True)
            self.recount()


def _rows_below(table: EventTable, root: Root) -> NDArray[np.int64]:
    """Return the ids of the starts and exits below a root cause: hooks are hidden only when they are marked."""
    mask = below(table, root)
    return np.flatnonzero(mask & np.isin(table.kind, (int(Kind.EXEC), int(Kind.EXIT)))) + table.first


def _query_of(row: NoiseRow) -> str:
    """Return the query that selects a command, and its neighbours with other arguments."""
    # Imported here: the query language is needed by the Live screen first, and that has imported it by then.
    from tetratui.core.query.edit import add_term

    text = f"kind={','.join(group.kind.word for group in row.groups)}"
    text = add_term(text, "bin", "=", row.binary, negate=False) if row.binary else text
    return add_term(text, "parent", "=", row.parent, negate=False) if row.parent else text


def _query_below(root: Root) -> str:
    """Return the query that selects what descends from a binary."""
    from tetratui.core.query.edit import add_term

    return add_term("", "anc", "=", root.binary, negate=False)
