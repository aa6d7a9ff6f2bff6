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

from tetratui.core.events.visible import visible
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.groups import Board, Group
from tetratui.core.tuning.impact import command_lines
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.bars import bar, size, strip
from tetratui.ui.cells import moment
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftAsked, QueryAsked
from tetratui.ui.screens.work import WorkScreen
from tetratui.ui.widgets.rows import Rows

TOP = 200
"""Groups on the board; what lies below them is summed up in the head."""
_AGAIN = 2.0
"""Seconds between two countings while events arrive."""
_STRIP = 60
"""Cells of the strip over time."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The board at one moment."""

    groups: list[Group]
    events: int
    rest: int
    """Events in groups that are not listed."""


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
        self.board_table.add_columns("events", "%", "share", "size", "cmds", "usr", "host", "k", "group  < started by")
        self.head.update(Content("counting…"))
        self.set_interval(_AGAIN, self._recount)

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
        return Picture(listed, events, events - sum(group.events for group in listed))

    def _draw(self, picture: Picture) -> None:
        table = self.board_table
        at = table.cursor_row
        here = self._chosen_key()
        table.clear()
        for group in picture.groups:
            table.add_row(*self._cells(group, picture.events), key=_key(group))
        keys = [_key(group) for group in picture.groups]
        table.move_cursor(row=keys.index(here) if here in keys else at, animate=False)
        shown = picture.events - picture.rest
        told = f"{len(picture.groups):,} groups hold {shown:,} of {picture.events:,} events"
        empty = "No events yet: the groups appear as events are read."
        self.head.update(Content(told if picture.events else empty))

    def _cells(self, group: Group, events: int) -> list[Text]:
        share = group.events / events if events else 0.0
        numbers = (f"{group.events:,}", f"{share:.1%}", bar(share, 10), size(group.bytes))
        counts = (f"{group.commands:,}", f"{group.users:,}", f"{group.hosts:,}", group.kind.word)
        name = visible(_name(group))
        return [*(Text(cell, justify="right") for cell in (*numbers, *counts[:3])), Text(counts[3]), Text(name)]

    def _chosen(self) -> Group | None:
        groups = self.picture.groups if self.picture else []
        at = self.board_table.cursor_row
        return groups[at] if 0 <= at < len(groups) else None

    def _chosen_key(self) -> str:
        group = self._chosen()
        return _key(group) if group is not None else ""

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
        table = self.workspace.table
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
            self.post_message(QueryAsked(_query(group)))

    def _rows(self) -> list[int]:
        group = self._chosen()
        if group is None:
            self.notify("no group under the cursor", markup=False)
            return []
        table = self.workspace.table
        rows: list[int] = np.asarray(self._board.rows(group)).tolist()
        return [row for row in rows if table.first <= row < table.stop]


def _key(group: Group) -> str:
    parts = (group.kind.word, group.binary, group.template.re2(), group.parent, group.parent_template.re2())
    return "\0".join(parts)


def _name(group: Group) -> str:
    template = group.template.literal
    arguments = template if template is not None else group.template.re2().removeprefix("^").removesuffix("$")
    started = f"  < {group.parent.rsplit('/', 1)[-1]}" if group.parent else ""
    return f"{group.binary.rsplit('/', 1)[-1]} {arguments}".rstrip() + started


def _query(group: Group) -> str:
    # Imported here: the query language is needed by the Live screen first, and that has imported it by then.
    from tetratui.core.query.edit import with_term

    text = with_term("", "kind", "=", group.kind.word, negate=False)
    text = with_term(text, "bin", "=", group.binary, negate=False) if group.binary else text
    return with_term(text, "parent", "=", group.parent, negate=False) if group.parent else text
