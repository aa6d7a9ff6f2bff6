"""What an exclusion, or a whole list, would drop from the events held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tetragon.match.filter_list import FilterList

RAREST = 20
"""How many of the rarest command lines are listed."""
_SECOND = 10**9
_DAY = 86_400 * _SECOND
SHORTEST_SPAN = 600 * _SECOND
"""Nanoseconds that events must span before their pace says something of a day."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What would no longer be exported."""

    events: int
    """Events held."""
    mask: Mask
    """Per held event: dropped or not."""
    dropped: int
    bytes: int
    span: int
    """Nanoseconds from the oldest held event to the newest."""
    bytes_per_day: int | None
    """At the pace of the held events; None if they span less than `SHORTEST_SPAN`."""
    commands: int
    """Distinct command lines (binary and arguments)."""
    users: int
    """Distinct user ids."""
    hosts: int
    rarest: tuple[tuple[str, int], ...]
    """The rarest command lines it hides, each with its number of events; rarest first."""

    @property
    def share(self) -> float:
        """Dropped events per held event, 0 to 1."""
        return self.dropped / self.events if self.events else 0.0

    @property
    def why_no_pace(self) -> str:
        """Why the bytes a day are unknown; empty where they are known."""
        if self.bytes_per_day is not None:
            return ""
        shortest = SHORTEST_SPAN // _SECOND // 60
        return f"the events span {self.span / _SECOND:,.0f} s, less than {shortest} minutes"


def impact_of(columns: Columns, mask: Mask, rarest: int | None = RAREST) -> Impact:
    """Sum up what a mask over the held events drops; `rarest` None lists every command line."""
    dropped = np.flatnonzero(mask)
    size = int(columns.size[dropped].sum())
    span = _span(columns.time)
    lines = command_lines(columns, dropped)
    return Impact(
        events=len(columns),
        mask=mask,
        dropped=len(dropped),
        bytes=size,
        span=span,
        bytes_per_day=int(size * _DAY / span) if span >= SHORTEST_SPAN else None,
        commands=len(lines),
        users=len(np.unique(columns.uid[dropped][columns.uid[dropped] >= 0])),
        hosts=_distinct(columns.text["host"].codes[dropped]),
        rarest=tuple(lines[:rarest]),
    )


def impact(filters: FilterList | Sequence[Exclusion], table: EventTable) -> Impact:
    """Compute what a denylist as Tetragon reads it, or exclusions not yet written, would drop from the events held."""
    table = table.still()
    columns = Columns.of(table)
    if isinstance(filters, FilterList):
        return impact_of(columns, filters.first_matches(table) >= 0)
    return impact_of(columns, Matcher(columns).any(filters))


def command_lines(columns: Columns, indexes: NDArray[np.int64]) -> list[tuple[str, int]]:
    """Count the distinct command lines of these events, rarest first, equal ones by their text."""
    binary, arguments = columns.text["bin"], columns.text["args"]
    pairs = (binary.codes[indexes] << 32) | arguments.codes[indexes]
    distinct, counts = np.unique(pairs, return_counts=True)
    texts = [
        f"{binary.texts[pair >> 32]} {arguments.texts[pair & 0xFFFFFFFF]}".rstrip(" ") for pair in distinct.tolist()
    ]
    return sorted(zip(texts, counts.tolist(), strict=True), key=lambda line: (line[1], line[0]))


def _span(time: NDArray[np.int64]) -> int:
    known = time[time >= 0]
    return int(known.max() - known.min()) if len(known) else 0


def _distinct(codes: NDArray[np.int64]) -> int:
    return len(np.unique(codes[codes > 0]))
