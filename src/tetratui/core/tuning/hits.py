"""What each entry of a list matches in the events held, where that can be measured.

An entry that is in force removes its own events from the export file: there its hits are always 0 and mean nothing. So
hits are counted only over events that the entry cannot have removed: those written before it was in force, or
unfiltered ones (`tetra getevents -o json | tetratui -`, which export lists never touch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table import EventTable
from tetratui.core.tetragon.match.bulk_match import match_each
from tetratui.core.tetragon.match.filter_list import FilterList

Mask = NDArray[np.bool_]

NOT_MEASURABLE = "in force, not measurable from this file"


@dataclass(frozen=True, slots=True)
class Hits:
    """What one entry matches."""

    events: int | None
    """Events it matches among those measured; None when nothing could be measured."""
    measured: int
    """Events counted: those that it cannot have removed."""
    shadowed_by: tuple[int, ...] = ()
    """Earlier entries that together match all it matches among the events measured; empty when it matches more."""

    @property
    def words(self) -> str:
        """The figure, or why there is none."""
        return NOT_MEASURABLE if self.events is None else f"{self.events:,} of {self.measured:,}"


def count_hits(filters: FilterList, table: EventTable, since: Sequence[int | None] = ()) -> list[Hits]:
    """Count per entry over the events that it cannot have removed.

    `since` holds for each entry when it came into force, in nanoseconds since the epoch: events from then on are not
    counted. None, or a missing item: the entry is not in force for these events.
    """
    table = table.still()
    masks = match_each(filters.filters, filters.features, table)
    measurable = [_before(table, start) for start in (*since, *[None] * (len(masks) - len(since)))]
    return [_hits_of(masks, entry, events) for entry, events in enumerate(measurable)]


def _before(table: EventTable, since: int | None) -> Mask:
    if since is None:
        return np.ones(table.stop - table.first, dtype=np.bool_)
    before: Mask = (table.time >= 0) & (table.time < since)
    return before


def _hits_of(masks: list[Mask], entry: int, measurable: Mask) -> Hits:
    measured = int(measurable.sum())
    if not measured:
        return Hits(None, 0)
    matches = masks[entry] & measurable
    return Hits(int(matches.sum()), measured, _shadow(matches, masks[:entry]))


def _shadow(matches: Mask, earlier: list[Mask]) -> tuple[int, ...]:
    """Find the fewest earlier entries, greedily, that match all of these events."""
    left = matches.copy()
    shadowing: list[int] = []
    while left.any():
        gains = [int((mask & left).sum()) for mask in earlier]
        best = int(np.argmax(gains)) if gains else -1
        if best < 0 or not gains[best]:
            return ()
        shadowing.append(best)
        left &= ~earlier[best]
    return tuple(sorted(shadowing))
