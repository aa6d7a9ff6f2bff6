"""The Noise screen: the groups of what repeats, biggest first, with what is known of the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from rich.text import Text
from textual import on, work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.groups import Board, Group
from tetratui.core.noise.matching import Matcher
from tetratui.core.noise.roots import Root, below, roots
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import command_lines
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.bars import bar, size, strip
from tetratui.ui.cells import moment
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftAsked, QueryAsked
from tetratui.ui.screens.cover import CoverScreen
from tetratui.ui.screens.noise_words import key_of, query_of, words_of
from tetratui.ui.screens.roots import RootsScreen, name_of
from tetratui.ui.screens.work import WorkScreen
from tetratui.ui.widgets.event_table import fitted
from tetratui.ui.widgets.rows import Rows

TOP = 200
"""Groups on the board; what lies below them is summed up in the head."""
_AGAIN = 2.0
"""Seconds between two countings while events arrive."""
_PERIODS = 40
"""Groups, the biggest first, whose period is looked for at each counting."""
_WIDE = 110
"""Columns from which a group's size, users and hosts have room."""
_LONGEST = 160
"""Cells of a group's words on the board; all of them stand below it."""
_STRIP = 60
"""Cells of the strip over time."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The board at one moment."""

    groups: list[Group]
    events: int
    rest: int
    """Events in groups that are not listed."""
    covered: float
    """Share of the events that the drafts on the bench hide."""
    roots: tuple[Root, ...]
    """The commands from which most descends, as of the last time they were looked for."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is shown of one group."""

    group: Group
    every: str
    rarest: list[tuple[str, int]]
    strip: str


class NoiseScreen(WorkScreen):
    """The noisiest groups, biggest first."""

    MODE = "noise"
    TITLE_OF_HELP: ClassVar[str] = (
        "The noisiest groups, biggest first; d drafts an exclusion of the one under the cursor."
    )
    CSS_PATH: ClassVar[CSSPathType | None] = ["work.tcss", "noise.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("noise")]

    head = query_one("#board-head", Static)
    board_table = query_one("#board", Rows)
    portrait = query_one("#portrait", Static)

    def __init__(self) -> None:
        super().__init__()
        self._board = Board()
        self._counting = False
        self._slow: tuple[object, float, tuple[Root, ...]] = (None, 0.0, ())
        """What costs a look at all events, and for which state of bench and table it holds."""
        self._periods: dict[str, tuple[int, str]] = {}
        self._narrow: bool | None = None
        self.picture: Picture | None = None

    def content(self) -> Iterable[Widget]:
        """Make the board over the portrait of one group."""
        yield Static(id="board-head")
        yield Rows("board")
        with VerticalScroll(id="portrait-scroll", can_focus=False):
            yield Static(id="portrait")

    def on_mount(self) -> None:
        """Lay the columns."""
        super().on_mount()
        self._lay_columns()
        self.head.update(Content("counting…"))
        self.set_interval(_AGAIN, self._recount)

    def on_resize(self) -> None:
        """Show more of a group where there is room."""
        if self._narrow != (self.size.width < _WIDE):
            self._lay_columns()
            if self.picture is not None:
                self._draw(self.picture)

    def _lay_columns(self) -> None:
        self._narrow = self.size.width < _WIDE
        self.board_table.clear(columns=True)
        more = () if self._narrow else ("size", "cmds", "usr", "host")
        self.board_table.add_columns("events", "%", "share", *more, "every", "k", "group  < started by")

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Count again when events came while another screen was here."""
        if Change.EVENTS in changes and self.picture is None:
            self._recount()

    def _recount(self) -> None:
        if self.is_current and not self._counting and not self.workspace.paused:
            self._counting = True
            self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        try:
            self.picture = await asyncio.to_thread(self._taken)
        finally:
            self._counting = False
        self._draw(self.picture)

    def _taken(self) -> Picture:
        self._board.update(self.workspace.table)
        groups = self._board.groups()
        listed = groups[:TOP]
        events = sum(group.events for group in groups)
        covered, found = self._looked_at_all(events)
        for group in listed[:_PERIODS]:
            if self._periods.get(key_of(group), (0, ""))[0] != group.events:
                every = self._board.period(group)
                self._periods[key_of(group)] = (group.events, f"{every.seconds:g} s" if every else "")
        return Picture(listed, events, events - sum(group.events for group in listed), covered, found)

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

    def _draw(self, picture: Picture) -> None:
        table = self.board_table
        at = table.cursor_row
        here = self._chosen_key()
        table.clear()
        for group in picture.groups:
            table.add_row(*self._cells(group, picture.events), key=key_of(group))
        keys = [key_of(group) for group in picture.groups]
        table.move_cursor(row=keys.index(here) if here in keys else at, animate=False)
        shown = picture.events - picture.rest
        told = f"{len(picture.groups):,} groups hold {shown:,} of {picture.events:,} events"
        left = 1 - picture.covered
        lines = [f"{told}; left by {len(self.workspace.drafts)} drafts {left:.1%} {bar(left, 8)}"]
        lines += [f"root cause {root.share:.1%}: {name_of(root)}" for root in picture.roots[:1]]
        empty = ["No events yet: the groups appear as events are read."]
        self.head.update(Content("\n").join(Content(visible(line)) for line in (lines if picture.events else empty)))

    def _cells(self, group: Group, events: int) -> list[Text]:
        share = group.events / events if events else 0.0
        numbers = [f"{group.events:,}", f"{share:.1%}", bar(share, 10)]
        if not self._narrow:
            numbers += [size(group.bytes), f"{group.commands:,}", f"{group.users:,}", f"{group.hosts:,}"]
        numbers.append(self._periods.get(key_of(group), (0, ""))[1])
        name = fitted(words_of(group)[:_LONGEST], _LONGEST).rstrip()
        return [*(Text(cell, justify="right") for cell in numbers), Text(group.kind.word), Text(name)]

    def _chosen(self) -> Group | None:
        groups = self.picture.groups if self.picture else []
        at = self.board_table.cursor_row
        return groups[at] if 0 <= at < len(groups) else None

    def _chosen_key(self) -> str:
        group = self._chosen()
        return key_of(group) if group is not None else ""

    @on(DataTable.RowHighlighted, "#board")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Say what is known of the group under the cursor."""
        event.stop()
        group = self._chosen()
        if group is not None:
            self._describe(group)

    @work(exclusive=True, group="portrait", exit_on_error=False)
    async def _describe(self, group: Group) -> None:
        portrait = await asyncio.to_thread(self._portrait, group)
        if group is self._chosen():
            self.portrait.update(Content("\n").join(self._portrait_lines(portrait)))

    def _portrait(self, group: Group) -> Portrait:
        table = self.workspace.still()
        rows = self._board.rows(group)
        rows = rows[(rows >= table.first) & (rows < table.stop)]
        columns = Columns.of(table)
        period = self._board.period(group)
        lines = command_lines(columns, rows - table.first)[:8]
        times = columns.time[rows - table.first]
        return Portrait(group, str(period) if period else "", lines, strip(times[times >= 0], _STRIP))

    def _portrait_lines(self, portrait: Portrait) -> list[Content]:
        group, zone = portrait.group, self.workspace.zone
        lines = [Content.styled(visible(f"{group.binary} {group.template.re2()}"), "bold")]
        parent = f"started by {group.parent} {group.parent_template.re2()}" if group.parent else "no parent block"
        lines.append(Content(visible(parent)))
        span = f"{moment(group.first, zone)} to {moment(group.last, zone)}"
        lines.append(Content(f"{span}{f', {portrait.every}' if portrait.every else ''}"))
        lines.append(Content(f"over time  {portrait.strip}"))
        lines.append(Content.styled("rarest command lines", "bold"))
        lines += [Content(f"{count:>8,}  {visible(text)}") for text, count in portrait.rarest]
        return lines

    def action_draft(self) -> None:
        """Ask for a draft of the group under the cursor."""
        rows = self._rows()
        if rows:
            self.post_message(DraftAsked(tuple(rows)))

    def action_mark(self, verdict: str) -> None:
        """Mark the whole group."""
        rows = self._rows()
        if not rows:
            return
        self.owner.mark(Verdict[verdict], rows)

    def action_show(self) -> None:
        """See the events of the group in the Live screen."""
        group = self._chosen()
        if group is not None:
            self.post_message(QueryAsked(query_of(group)))

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

    @work(exclusive=True, group="root", exit_on_error=False)
    async def _below(self, root: Root) -> None:
        table = self.workspace.still()
        mask = await asyncio.to_thread(below, table, root)
        # Hooks are hidden only when they are marked themselves.
        rows = np.flatnonzero(mask & np.isin(table.kind, (int(Kind.EXEC), int(Kind.EXIT)))) + table.first
        self.post_message(DraftAsked(tuple(rows.tolist()), "4"))

    def action_cover(self) -> None:
        """Propose the fewest exclusions that cover most of the noise."""
        self.app.push_screen(CoverScreen(self.workspace), self._accept)

    def _accept(self, drafts: tuple[Draft, ...] | None) -> None:
        for draft in drafts or ():
            self.workspace.bench.accept(draft)
        if drafts:
            self.owner.tell(f"{len(drafts)} drafts accepted; e reviews all drafts")
            self.owner.change(Change.DRAFTS, at_once=True)
            self._recount()

    def _rows(self) -> list[int]:
        group = self._chosen()
        if group is None:
            self.notify("no group under the cursor", markup=False)
            return []
        table = self.workspace.table
        rows: list[int] = np.asarray(self._board.rows(group)).tolist()
        return [row for row in rows if table.first <= row < table.stop]
