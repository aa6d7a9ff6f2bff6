"""Compute how long the processes of a group live, from start to exit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import identities
from tetratui.core.table import EventTable


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The lifetimes of some processes, in milliseconds."""

    median: float
    most: float


class Lifetimes:
    """The lifetimes of the processes whose exit a table holds."""

    def __init__(self, table: EventTable) -> None:
        table = table.still()
        self._first = table.first
        took, self._of_event = table.numbers("took"), identities(table.processes)[table.process]
        exits = np.flatnonzero(~np.isnan(took))
        exits = exits[np.argsort(self._of_event[exits], kind="stable")]
        self._ended, self._took = self._of_event[exits], took[exits]

    def of(self, rows: NDArray[np.int64]) -> Lifetime | None:
        """Return the lifetimes of the processes of these held rows; None if no exit of theirs is held."""
        wanted = self._of_event[rows - self._first]
        indexes = np.searchsorted(self._ended, wanted)
        indexes = indexes[indexes < len(self._ended)]
        indexes = indexes[np.isin(self._ended[indexes], wanted)]
        if not len(indexes):
            return None
        # Several events of one process give its lifetime once.
        took = self._took[np.unique(indexes)]
        return Lifetime(float(np.median(took)), float(took.max()))
