"""The Noise screen: the groups of repeated events, biggest first, and a portrait of the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

import numpy as np
from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.noise.groups import Group
from tetratui.core.noise.roots import Root, below
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.noise_board import NoiseBoard, NoiseView
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftRequested, QueryRequested
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.noise.render import column_names, group_cells, head_lines, portrait_lines
from tetratui.ui.screens.roots.screen import RootsScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen
from tetratui.ui.widgets.row_list import RowList

COUNT = job("count", "counting the noise groups")
DESCRIBE = job("portrait", "describing the group")
ROWS = job("rows", "looking for the events of the group")
BELOW = job("root", "looking for what a command started")

_AGAIN = 2.0
"""Seconds between two countings while events arrive."""


class NoiseScreen(WorkScreen):
    """List the noisiest groups, and draft or mark from them."""

    MODE = "noise"
    TITLE_OF_HELP: ClassVar[str] = (
        "The noisiest groups, biggest first; d drafts an exclusion of the one under the cursor."
    )
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "../noise/noise.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("noise")]

    head = query_one("#board-head", Static)
    board_table = query_one("#board", RowList)
    portrait = query_one("#portrait", Static)

    def __init__(self) -> None:
        super().__init__()
        self.view: NoiseView | None = None
        """The groups as they are shown; None before the first counting."""
        self.counting = False
        self.failed = False
        """Whether the last counting failed: then only the operator begins another one."""
        self._columns: tuple[str, ...] = ()
        self._cursor_key: tuple[str, ...] = ()
        """The key of the group under the cursor."""

    def content(self) -> Iterable[Widget]:
        """Put the list of groups above the portrait of one."""
        self.board = NoiseBoard(self.workspace)
        yield Static(id="board-head")
        yield RowList("board")
        with VerticalScroll(id="portrait-scroll", can_focus=False):
            yield Static(id="portrait")

    def on_mount(self) -> None:
        """Add the columns and start the clock of the countings."""
        super().on_mount()
        self._lay_columns()
        self.set_interval(_AGAIN, self.recount)

    def on_resize(self) -> None:
        """Show the columns that fit."""
        if self._columns != column_names(self.size.width):
            self._lay_columns()
            if self.view is not None:
                self._draw(self.view)

    def _lay_columns(self) -> None:
        self._columns = column_names(self.size.width)
        self.board_table.clear(columns=True)
        self.board_table.add_columns(*self._columns)

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
            self._draw(self.view)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure where its result would stand."""
        if event.job is COUNT:
            self.failed = True
            older = "; the list below is from an earlier count" if self.view is not None else ""
            self.head.update(Content.styled(event.text + older, "$error"))
        elif event.job is DESCRIBE:
            self.portrait.update(Content.styled(event.text, "$error"))

    def _draw(self, view: NoiseView) -> None:
        table, width = self.board_table, self.size.width
        cursor, keys = table.cursor_row, [group.key for group in view.groups]
        table.clear()
        for group in view.groups:
            table.add_row(*group_cells(group, view, width))
        # The cursor stays on its group, wherever that has moved to.
        row = keys.index(self._cursor_key) if self._cursor_key in keys else cursor
        table.move_cursor(row=row, animate=False)
        self.head.update(Content("\n").join(head_lines(view)))

    def _group_at_cursor(self) -> Group | None:
        groups = self.view.groups if self.view else []
        row = self.board_table.cursor_row
        return groups[row] if 0 <= row < len(groups) else None

    @on(DataTable.RowHighlighted, "#board")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Show the portrait of the group under the cursor."""
        event.stop()
        group = self._group_at_cursor()
        if group is not None:
            self._cursor_key = group.key
            self._describe(group)

    @background(DESCRIBE)
    async def _describe(self, group: Group) -> None:
        seconds = self.view.seconds if self.view is not None else 0.0
        portrait = await asyncio.to_thread(self.board.portrait, group, seconds)
        if group is self._group_at_cursor():
            self.portrait.update(Content("\n").join(portrait_lines(portrait, self.workspace.zone)))

    def _group_or_notice(self) -> Group | None:
        """Return the group under the cursor; tell the operator when there is none."""
        group = self._group_at_cursor()
        if group is None:
            self.notify("no group under the cursor", markup=False)
        return group

    def action_draft(self) -> None:
        group = self._group_or_notice()
        if group is not None:
            self._draft(group)

    @background(ROWS)
    async def _draft(self, group: Group) -> None:
        rows = await asyncio.to_thread(self.board.rows, group)
        if len(rows):
            self.post_message(DraftRequested(tuple(rows.tolist())))
        else:
            self.owner.tell("No event of this group is in memory any more", "warning")

    async def action_mark(self, verdict: str) -> None:
        group = self._group_or_notice()
        if group is not None:
            await self.owner.mark(Verdict[verdict], partial(self.board.rows, group))

    def action_show(self) -> None:
        group = self._group_at_cursor()
        if group is not None:
            self.post_message(QueryRequested(_query_of(group)))

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
        table = self.workspace.still()
        mask = await asyncio.to_thread(below, table, root)
        # Hooks are hidden only when they are marked themselves.
        rows = np.flatnonzero(mask & np.isin(table.kind, (int(Kind.EXEC), int(Kind.EXIT)))) + table.first
        if not len(rows):
            self.owner.tell("No event in memory descends from this command any more", "warning")
            return
        self.post_message(DraftRequested(tuple(rows.tolist()), "subtree"))

    def action_suggest(self) -> None:
        self.app.push_screen(SuggestScreen(self.workspace), self._accept)

    def _accept(self, drafts: tuple[Draft, ...] | None) -> None:
        if drafts:
            self.workspace.bench.accept(*drafts)
            key = self.owner.key_of("review")
            self.owner.tell(f"Accepted: {format_count(len(drafts), 'draft')} · {key} reviews all drafts")
            self.owner.change(Change.DRAFTS, at_once=True)
            self.recount()


def _query_of(group: Group) -> str:
    """Return the query that selects a group, and its neighbours with other arguments."""
    # Imported here: the query language is needed by the Live screen first, and that has imported it by then.
    from tetratui.core.query.edit import add_term

    text = add_term("", "kind", "=", group.kind.word, negate=False)
    text = add_term(text, "bin", "=", group.binary, negate=False) if group.binary else text
    return add_term(text, "parent", "=", group.parent, negate=False) if group.parent else text
