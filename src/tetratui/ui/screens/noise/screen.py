"""The Noise screen: the groups of what repeats, biggest first, with what is known of the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
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
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.groups import Board, Group
from tetratui.core.noise.lifetimes import Lifetimes
from tetratui.core.noise.matching import Matcher
from tetratui.core.noise.roots import Root, below, roots
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import command_lines
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftRequested, QueryRequested
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.cover.screen import CoverScreen
from tetratui.ui.screens.noise.group_words import query_of
from tetratui.ui.screens.noise.render import SPANS, NoiseView, Portrait, cells, columns, head_lines, portrait_lines
from tetratui.ui.screens.roots.screen import RootsScreen
from tetratui.ui.widgets.row_list import RowList

COUNT = job("count", "counting the noise groups")
DESCRIBE = job("portrait", "describing the group")
ROWS = job("rows", "looking for the events of the group")
BELOW = job("root", "looking for what a command started")

TOP = 200
"""Groups on the board; what lies below them is summed up in the head."""
_AGAIN = 2.0
"""Seconds between two countings while events arrive."""
_PERIODS = 40
"""Groups, the biggest first, whose period is looked for."""
_GROWN = 1.1
"""A period is looked for again when its group has grown so many times."""


class NoiseScreen(WorkScreen):
    """The noisiest groups, biggest first."""

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
        self._board = Board()
        self._counting = False
        self._failed = False
        """Whether the last counting failed: it is not begun again by itself, only when the operator says so."""
        self._slow: tuple[tuple[object, int], float, tuple[Root, ...]] = ((None, 0), 0.0, ())
        """What costs a look at all events, and for which state of bench and table it holds."""
        self._periods: dict[tuple[str, ...], tuple[int, str]] = {}
        self._columns: tuple[str, ...] = ()
        self._here: tuple[str, ...] = ()
        """The key of the group under the cursor."""
        self.picture: NoiseView | None = None

    def content(self) -> Iterable[Widget]:
        """Make the board over the portrait of one group."""
        yield Static(id="board-head")
        yield RowList("board")
        with VerticalScroll(id="portrait-scroll", can_focus=False):
            yield Static(id="portrait")

    def on_mount(self) -> None:
        """Lay the columns."""
        super().on_mount()
        self._lay_columns()
        self.set_interval(_AGAIN, self._recount)

    def on_resize(self) -> None:
        """Show more of a group where there is room."""
        if self._columns != columns(self.size.width):
            self._lay_columns()
            if self.picture is not None:
                self._draw(self.picture)

    def _lay_columns(self) -> None:
        self._columns = columns(self.size.width)
        self.board_table.clear(columns=True)
        self.board_table.add_columns(*self._columns)

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Count again when events came while another screen was here."""
        if Change.EVENTS in changes and self.picture is None:
            self._recount()

    def _recount(self) -> None:
        if self.is_current and not self._counting and not self._failed and not self.workspace.paused:
            self._counting = True
            self._count()

    @background(COUNT)
    async def _count(self) -> None:
        before, failed = self.picture, self._failed
        self._counting, self._failed = True, False
        if before is None:
            self.head.update(Content("counting…"))
        try:
            self.picture = await asyncio.to_thread(self._taken)
        finally:
            self._counting = False
        if self.picture is not before or failed:
            self._draw(self.picture)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Say in its place what could not be counted or described; the app says it too."""
        if event.job is COUNT:
            self._failed = True
            older = "; what stands below was counted before" if self.picture is not None else ""
            self.head.update(Content.styled(event.text + older, "$error"))
        elif event.job is DESCRIBE:
            self.portrait.update(Content.styled(event.text, "$error"))

    def _taken(self) -> NoiseView:
        board, before = self._board, self.picture
        # What came is counted at once; templates are learned from all of it when nothing more comes.
        moved = board.update(self.workspace.table) or board.settle()
        drafts = self.workspace.drafts
        if before is not None and not moved and drafts == self._slow[0][0]:
            return before
        groups = board.groups(TOP)
        covered, found = self._looked_at_all(board.events)
        for group in groups[:_PERIODS]:
            if group.events > _GROWN * self._periods.get(group.key, (0, ""))[0]:
                every = board.period(group)
                self._periods[group.key] = (group.events, f"{every.seconds:g} s" if every else "")
        return NoiseView(
            groups=groups,
            count=board.count,
            events=board.events,
            covered=covered,
            drafts=len(drafts),
            roots=found,
            seconds=board.seconds,
            spans=board.over_time(SPANS),
            periods={key: every for key, (_, every) in self._periods.items()},
        )

    def _looked_at_all(self, events: int) -> tuple[float, tuple[Root, ...]]:
        """Look at all events again when the bench changed, or when there is a tenth more of them."""
        drafts = self.workspace.drafts
        state = (drafts, int(np.log(events + 1) / np.log(1.1)))
        if self._slow[0] != state:
            table = self.workspace.still()
            exclusions = [exclusion for draft in drafts for exclusion in draft.exclusions]
            hidden = Matcher(Columns.of(table)).any(exclusions)
            share = float(hidden.mean()) if len(hidden) else 0.0
            self._slow = (state, share, tuple(roots(table)))
        return self._slow[1:]

    def _draw(self, picture: NoiseView) -> None:
        table, width = self.board_table, self.size.width
        at, keys = table.cursor_row, [group.key for group in picture.groups]
        table.clear()
        for group in picture.groups:
            table.add_row(*cells(group, picture, width))
        table.move_cursor(row=keys.index(self._here) if self._here in keys else at, animate=False)
        self.head.update(Content("\n").join(head_lines(picture)))

    def _chosen(self) -> Group | None:
        groups = self.picture.groups if self.picture else []
        at = self.board_table.cursor_row
        return groups[at] if 0 <= at < len(groups) else None

    @on(DataTable.RowHighlighted, "#board")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Say what is known of the group under the cursor."""
        event.stop()
        group = self._chosen()
        if group is not None:
            self._here = group.key
            self._describe(group)

    @background(DESCRIBE)
    async def _describe(self, group: Group) -> None:
        portrait = await asyncio.to_thread(self._portrait, group)
        if group is self._chosen():
            self.portrait.update(Content("\n").join(portrait_lines(portrait, self.workspace.zone)))

    def _portrait(self, group: Group) -> Portrait:
        table = self.workspace.still()
        rows = self._board.rows(group)
        rows = rows[(rows >= table.first) & (rows < table.stop)]
        picture_columns, period = Columns.of(table), self._board.period(group)
        times = picture_columns.time[rows - table.first]
        seconds = self.picture.seconds if self.picture is not None else 0.0
        return Portrait(
            group=group,
            every=str(period) if period else "",
            life=Lifetimes(table).of(rows),
            rarest=command_lines(picture_columns, rows - table.first)[:8],
            times=times[times >= 0],
            per_hour=group.events * 3600 / seconds if seconds else 0.0,
        )

    def action_draft(self) -> None:
        """Ask for a draft of the group under the cursor."""
        group = self._named()
        if group is not None:
            self._draft(group)

    @background(ROWS)
    async def _draft(self, group: Group) -> None:
        rows = await asyncio.to_thread(self._rows, group)
        if len(rows):
            self.post_message(DraftRequested(tuple(rows.tolist())))

    async def action_mark(self, verdict: str) -> None:
        """Mark the whole group."""
        group = self._named()
        if group is not None:
            await self.owner.mark(Verdict[verdict], partial(self._rows, group))

    def action_show(self) -> None:
        """See the events of the group in the Live screen."""
        group = self._chosen()
        if group is not None:
            self.post_message(QueryRequested(query_of(group)))

    def action_pause(self) -> None:
        """Hold the board still, or let it go on."""
        self.owner.pause(not self.workspace.paused)

    def action_roots(self) -> None:
        """Show the commands from which most noise descends."""
        if self.picture is not None:
            self.app.push_screen(RootsScreen(self.picture.roots), self._draft_root)

    def _draft_root(self, root: Root | None) -> None:
        if root is not None:
            self._below(root)

    @background(BELOW)
    async def _below(self, root: Root) -> None:
        table = self.workspace.still()
        mask = await asyncio.to_thread(below, table, root)
        # Hooks are hidden only when they are marked themselves.
        rows = np.flatnonzero(mask & np.isin(table.kind, (int(Kind.EXEC), int(Kind.EXIT)))) + table.first
        self.post_message(DraftRequested(tuple(rows.tolist()), "subtree"))

    def action_cover(self) -> None:
        """Propose the fewest exclusions that cover most of the noise."""
        self.app.push_screen(CoverScreen(self.workspace), self._accept)

    def _accept(self, drafts: tuple[Draft, ...] | None) -> None:
        if drafts:
            self.workspace.bench.accept(*drafts)
            self.owner.tell(f"{format_count(len(drafts), 'draft')} accepted; e reviews all drafts")
            self.owner.change(Change.DRAFTS, at_once=True)
            self._recount()

    def _named(self) -> Group | None:
        """Return the group under the cursor, or say that there is none."""
        group = self._chosen()
        if group is None:
            self.notify("no group under the cursor", markup=False)
        return group

    def _rows(self, group: Group) -> NDArray[np.int64]:
        """List the held rows of a group; for a thread, as it looks at all events."""
        table, rows = self.workspace.still(), self._board.rows(group)
        return rows[(rows >= table.first) & (rows < table.stop)]
