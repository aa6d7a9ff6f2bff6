"""What the entries of a list would match in the events held, and whether that says anything about their use.

An entry that is in force removes its own events from the export file: there its hits are always 0 and mean nothing. So
hits are counted only over events that the list cannot have removed: those written before it was in force, or unfiltered
ones (`tetra getevents -o json | tetratui -`, which export lists never touch).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table import EventTable
from tetratui.core.tetragon.filter_list import FilterList
from tetratui.core.tetragon.masks import each

NOT_MEASURABLE = "in force, not measurable from this file"


@dataclass(frozen=True, slots=True)
class Hits:
    """What one entry matches."""

    events: int | None
    """Events it matches among those measured; None when nothing could be measured."""
    measured: int
    """Events that it cannot have removed."""
    shadowed_by: tuple[int, ...] = ()
    """Earlier entries that together match all it matches, proved by the events measured; empty when it adds some."""

    @property
    def words(self) -> str:
        """The figure, or why there is none."""
        return NOT_MEASURABLE if self.events is None else f"{self.events:,} of {self.measured:,}"


def hits(filters: FilterList, table: EventTable, since: int | None = None) -> list[Hits]:
    """Count per entry over the events that the list cannot have removed.

    `since` is when the list came into force, in nanoseconds since the epoch: events from then on are left out. None: it
    is not in force for these events.
    """
    usable = np.ones(table.stop - table.first, dtype=np.bool_)
    if since is not None:
        usable = (table.time >= 0) & (table.time < since)
    measured = int(usable.sum())
    if not measured:
        return [Hits(None, 0) for _ in filters.filters]
    masks = [mask & usable for mask in each(filters, table)]
    return [Hits(int(mask.sum()), measured, _shadow(masks, number)) for number, mask in enumerate(masks)]


def _shadow(masks: list[NDArray[np.bool_]], number: int) -> tuple[int, ...]:
    """Find the fewest earlier entries, greedily, that match all that this one matches."""
    left = masks[number].copy()
    if not left.any():
        return ()
    found: list[int] = []
    while left.any():
        gains = [int((mask & left).sum()) for mask in masks[:number]]
        best = int(np.argmax(gains)) if gains else -1
        if best < 0 or not gains[best]:
            return ()
        found.append(best)
        left &= ~masks[best]
    return tuple(sorted(found))
