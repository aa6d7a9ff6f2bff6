"""The noise groups of a session over time: what the Noise screen shows, kept up to date without counting twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import Columns
from tetratui.core.noise.fold import Counts, NoiseRow, fold_groups
from tetratui.core.noise.groups import Board, Group
from tetratui.core.noise.lifetimes import Lifetime, Lifetimes
from tetratui.core.noise.matching import Matcher
from tetratui.core.noise.roots import Root, below_each, roots
from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import command_lines
from tetratui.core.workspace.workspace import Workspace

SPANS = 20
"""Equal spans of time over which the events of a group are counted."""
TOP = 200
"""Groups in a view, the biggest first; the others are only counted."""
_PERIODS = 40
"""Groups, the biggest first, whose period is computed."""
_GROWTH = 1.1
"""Factor by which a group must grow before its period, or all events before the roots, are looked at again."""
_RAREST = 8
"""Command lines of a portrait."""


@dataclass(frozen=True, slots=True)
class NoiseView:
    """The noise groups at one moment."""

    groups: list[Group]
    """The biggest groups, biggest first."""
    count: int
    """Number of all groups."""
    events: int
    hidden_share: float
    """Share of the events that the drafts hide, 0 to 1."""
    drafts: int
    roots: tuple[Root, ...]
    """The commands that start most events, as of the last look at all events."""
    seconds: float = 0.0
    """From the first event to the last."""
    spans: dict[tuple[str, ...], NDArray[np.int64]] = field(default_factory=dict)
    """Events of a group in each span of time, by the key of the group."""
    periods: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Seconds between the runs of a group as text, by its key; empty for an irregular one."""
    rows: list[NoiseRow] = field(default_factory=list)
    """The same groups folded: starts and exits of a command together."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is known of one command of the list."""

    row: NoiseRow
    period: str
    """The period in words; empty for an irregular one."""
    lifetime: Lifetime | None
    rarest: list[tuple[str, int]]
    """The rarest command lines with their counts."""
    times: NDArray[np.int64]
    """Times of the events that have one, in nanoseconds since the epoch."""
    per_hour: float


class NoiseBoard:
    """Counts noise groups as events arrive; every method but the constructor is for a thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._board = Board()
        self._drafts: tuple[Draft, ...] | None = None
        self._scale = 0
        """The size of the table, in steps of `_GROWTH`, at the last look at all events."""
        self._hidden_share = 0.0
        self._roots: tuple[Root, ...] = ()
        self._below: list[Counts] = []
        """For each root the events that descend from it, by the key of their group."""
        self._hidden: dict[str, Counts] = {}
        """For each draft the events that it hides, by the key of their group."""
        self._periods: dict[tuple[str, ...], tuple[int, str]] = {}
        """By the key of a group: its events when the period was computed, and the period."""

    def update(self, before: NoiseView | None) -> NoiseView:
        """Count the events that arrived; return `before` itself when nothing has changed."""
        drafts = self._workspace.drafts
        # New events are counted at once; the templates are learned from all events as soon as no more arrive.
        changed = self._board.update(self._workspace.table) or self._board.settle()
        if before is not None and not changed and drafts == self._drafts:
            return before
        groups = self._board.groups(TOP)
        self._look_at_all_events(drafts)
        self._find_periods(groups[:_PERIODS])
        return NoiseView(
            groups=groups,
            count=self._board.count,
            events=self._board.events,
            hidden_share=self._hidden_share,
            drafts=len(drafts),
            roots=self._roots,
            seconds=self._board.seconds,
            spans=self._board.over_time(SPANS),
            periods={key: period for key, (_, period) in self._periods.items()},
            rows=fold_groups(groups, self._below, self._hidden),
        )

    def _look_at_all_events(self, drafts: tuple[Draft, ...]) -> None:
        """Compute hidden share and roots; this is costly, so only for other drafts or a table grown by a tenth."""
        scale = int(np.log(self._board.events + 1) / np.log(_GROWTH))
        if drafts == self._drafts and scale == self._scale:
            return
        table = self._workspace.still()
        matcher = Matcher(Columns.of(table))
        masks = {draft.id: matcher.any(draft.exclusions) for draft in drafts}
        hidden = np.logical_or.reduce(list(masks.values())) if masks else np.zeros(len(table), dtype=np.bool_)
        self._hidden_share = float(hidden.mean()) if len(hidden) else 0.0
        self._roots = tuple(roots(table))
        self._below = [self._board.count_masked(table, mask) for mask in below_each(table, self._roots)]
        self._hidden = {name: self._board.count_masked(table, mask) for name, mask in masks.items()}
        self._drafts, self._scale = drafts, scale

    def _find_periods(self, groups: Sequence[Group]) -> None:
        for group in groups:
            if group.events > _GROWTH * self._periods.get(group.key, (0, ""))[0]:
                period = self._board.find_period(group)
                self._periods[group.key] = (group.events, f"{period.seconds:g} s" if period else "")

    def rows(self, row: NoiseRow) -> NDArray[np.int64]:
        """Return the ids of the events of a row that are still in memory."""
        return self._rows_in(row, self._workspace.still())

    def _rows_in(self, row: NoiseRow, table: EventTable) -> NDArray[np.int64]:
        ids = np.concatenate([self._board.rows(group) for group in row.groups])
        return _in_memory(np.sort(ids), table)

    def portrait(self, row: NoiseRow, seconds: float) -> Portrait:
        """Return all that is known of a row; `seconds` from the first event to the last give its rate."""
        table = self._workspace.still()
        rows = self._rows_in(row, table)
        columns, period = Columns.of(table), self._board.find_period(row.groups[0])
        times = columns.time[rows - table.first]
        return Portrait(
            row=row,
            period=str(period) if period else "",
            lifetime=Lifetimes(table).of(rows),
            rarest=command_lines(columns, rows - table.first)[:_RAREST],
            times=times[times >= 0],
            per_hour=row.events * 3600 / seconds if seconds else 0.0,
        )


def _in_memory(rows: NDArray[np.int64], table: EventTable) -> NDArray[np.int64]:
    return rows[(rows >= table.first) & (rows < table.stop)]
