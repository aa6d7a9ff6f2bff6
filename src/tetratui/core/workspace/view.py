"""The rows of the table that a pane shows: those its query selects, in the table's order or sorted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.query.query import Query, parse
from tetratui.core.table import EventTable

Rows = NDArray[np.int64]


class RowIds:
    """Row ids in ascending order, with room to grow at both ends."""

    def __init__(self, ids: Rows | None = None) -> None:
        self._held = np.empty(0, dtype=np.int64) if ids is None else ids
        self._start, self._stop = 0, len(self._held)

    def __len__(self) -> int:
        return self._stop - self._start

    @property
    def ids(self) -> Rows:
        """All of them; a view, not to be changed."""
        return self._held[self._start : self._stop]

    def append(self, more: Rows) -> None:
        """Add ids above all others."""
        self._room(0, len(more))
        self._held[self._stop : self._stop + len(more)] = more
        self._stop += len(more)

    def prepend(self, more: Rows) -> None:
        """Add ids below all others."""
        self._room(len(more), 0)
        self._held[self._start - len(more) : self._start] = more
        self._start -= len(more)

    def drop_below(self, first: int) -> int:
        """Let go of ids under `first`; gives how many."""
        gone = int(np.searchsorted(self.ids, first))
        self._start += gone
        return gone

    def _room(self, below: int, above: int) -> None:
        if below <= self._start and above <= len(self._held) - self._stop:
            return
        before = max(below, len(self)) if below else self._start
        after = max(above, len(self)) if above else len(self._held) - self._stop
        grown = np.empty(before + len(self) + after, dtype=np.int64)
        grown[before : before + len(self)] = self.ids
        self._start, self._stop, self._held = before, before + len(self), grown


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
        self.rows = RowIds()
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
        return self.rows.ids if self.order is None else self.order

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
        self.rows.append(found.after)
        self.rows.prepend(found.before)
        gone = self.rows.drop_below(self.table.first)
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
            return int(np.searchsorted(self.rows.ids, row))
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
        ids = np.concatenate([before, self.rows.ids, after])
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
