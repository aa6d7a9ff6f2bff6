"""How long the processes of a group live: from the start of a process to its exit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import identities
from tetratui.core.table import EventTable


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Lifetimes of some processes, in milliseconds."""

    median: float
    most: float


class Lifetimes:
    """The lifetimes that a table's exits tell."""

    def __init__(self, table: EventTable) -> None:
        self._first = table.first
        took, self._of_event = table.numbers("took"), identities(table.processes)[table.process]
        exits = np.flatnonzero(~np.isnan(took))
        exits = exits[np.argsort(self._of_event[exits], kind="stable")]
        self._ended, self._took = self._of_event[exits], took[exits]

    def of(self, rows: NDArray[np.int64]) -> Lifetime | None:
        """Sum up the processes of these held rows whose exit is held too; None if there is none."""
        wanted = self._of_event[rows - self._first]
        at = np.searchsorted(self._ended, wanted)
        at = at[at < len(self._ended)] if len(self._ended) else at[:0]
        found = at[np.isin(self._ended[at], wanted)]
        if not len(found):
            return None
        took = self._took[np.unique(found)]
        return Lifetime(float(np.median(took)), float(took.max()))
