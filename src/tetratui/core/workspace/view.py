"""The rows of the table that a pane shows: those its query selects, in the table's order or sorted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.query.query import Query, parse
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the table brought: computed in a thread, adopted by the event loop."""

    before: Rows
    """Row ids that come in front of those known."""
    after: Rows
    first: int
    """The table's first and stop when it was looked at."""
    stop: int
    order: Rows | None = None
    """All row ids as sorted, when the view is sorted."""


class View:
    """One query over the table and what it has found so far."""

    def __init__(self, table: EventTable, query: Query) -> None:
        self.table = table
        self.query = query
        self.rows = Vector(np.int64)
        """The row ids found, in ascending order."""
        self.seen = range(0)
        """The row ids looked at so far; empty before the first look."""
        self.sort = ""
        """The field it is sorted by; empty: the table's own order."""
        self.descending = False
        self.order: Rows | None = None

    @classmethod
    def of(cls, table: EventTable, text: str) -> View:
        """Make the view of a query's text; raises QueryError."""
        return cls(table, parse(text))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Rows:
        """The row ids shown, from top to bottom."""
        return self.rows.values if self.order is None else self.order

    @property
    def stale(self) -> bool:
        """Whether the table holds rows that were not looked at."""
        return (self.table.first, self.table.stop) != (self.seen.start, self.seen.stop)

    def look(self, most: int = 200_000) -> Found:
        """Ask the query about rows not looked at, newest first and at most `most`; changes nothing: for a thread.

        Raises QueryTimeout for an expression that takes too long.
        """
        first, stop = self.table.first, self.table.stop
        start, end = (self.seen.start, self.seen.stop) if self.seen else (stop, stop)
        upto = stop if self.seen else end
        after = self._select(end, upto)
        below = max(first, start - most)
        before = self._select(below, start)
        return Found(before, after, below, max(upto, end), self._sorted(before, after))

    def adopt(self, found: Found) -> int:
        """Take up what `look` brought; gives how many rows came above those shown (negative: left)."""
        self.rows.extend(found.after)
        self.rows.prepend(found.before)
        gone = int(np.searchsorted(self.rows.values, self.table.first))
        self.rows.drop(gone)
        self.seen = range(max(found.first, self.table.first), found.stop)
        self.order = found.order
        return len(found.before) - gone

    def sort_by(self, field: str, *, descending: bool = False) -> None:
        """Sort by a query field from the next look on; an empty field gives the table's own order back at once."""
        self.sort, self.descending = field, descending
        if not field:
            self.order = None

    def index(self, row: int) -> int:
        """Give where a row stands, or where it would."""
        if self.order is None:
            return int(np.searchsorted(self.rows.values, row))
        found = np.flatnonzero(self.order == row)
        return int(found[0]) if len(found) else 0

    def _select(self, start: int, stop: int) -> Rows:
        if stop <= start:
            return np.empty(0, dtype=np.int64)
        part = self.table.part(max(start, self.table.first), stop)
        return np.flatnonzero(self.query.mask(part)).astype(np.int64) + part.first

    def _sorted(self, before: Rows, after: Rows) -> Rows | None:
        if not self.sort:
            return None
        ids = np.concatenate([before, self.rows.values, after])
        part = self.table.part(self.table.first, self.table.stop)
        ids = ids[ids >= part.first]
        keys = sort_keys(part, self.sort)[ids - part.first]
        order = np.argsort(keys, kind="stable")
        return ids[order[::-1] if self.descending else order]


def sort_keys(table: EventTable, field: str) -> NDArray[np.int64]:
    """Give per held event a number that sorts as the field does: texts by their rank among the distinct ones."""
    if field == "kind":
        return table.kind.astype(np.int64)
    if field in {"pid", "dport", "time"}:
        numbers: NDArray[np.int64] = table.numbers(field)
        return numbers
    codes, texts = table.text_codes(field)
    rank = np.empty(len(texts), dtype=np.int64)
    rank[np.argsort(np.array(texts.values(), dtype=object), kind="stable")] = np.arange(len(texts))
    ranks: NDArray[np.int64] = rank[codes]
    return ranks
