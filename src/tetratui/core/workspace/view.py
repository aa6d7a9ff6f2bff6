"""The rows of the event table that match a query, in the order of the table or sorted.

The query runs only on rows that it has not seen. A thread computes an update (`look`), and the event loop applies it
(`adopt`), so what is drawn changes between two drawings only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.query.query import Query, parse
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector
from tetratui.core.workspace.time_order import order_by_time

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ViewUpdate:
    """The rows that a look at the table adds to a view."""

    before: Rows
    """Matching row ids before those that the view has."""
    after: Rows
    """Matching row ids after those that the view has."""
    first: int
    """The first row id that has been looked at."""
    stop: int
    """The row id after the last one that has been looked at."""
    sort: tuple[str, bool] = "", False
    """The field of that order, and whether it is descending."""
    order: Rows | None = None
    """All matching row ids in the order of the view; None for that of the table."""


class View:
    """A query over the table, and the rows that match it so far."""

    def __init__(self, table: EventTable, query: Query) -> None:
        self.table = table
        self.query = query
        self.rows = Vector(np.int64)
        """The matching row ids, ascending."""
        self.seen = range(0)
        """The row ids that have been looked at; empty before the first look."""
        self.sort = ""
        """The field to sort by; empty for the order of time."""
        self.descending = False
        self.resort = False
        """Whether another order was chosen that no look has computed yet."""
        self.order: Rows | None = None
        """The matching row ids in the order of the view; None where it is that of the table."""

    @classmethod
    def of(cls, table: EventTable, text: str) -> View:
        """Return the view of a query's text. Raises QueryError."""
        return cls(table, parse(text))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Rows:
        """The row ids from top to bottom."""
        return self.rows.values if self.order is None else self.order

    @property
    def stale(self) -> bool:
        """Whether the table has rows that have not been looked at."""
        return (self.table.first, self.table.stop) != (self.seen.start, self.seen.stop)

    def look(self, most: int = 200_000) -> ViewUpdate:
        """Run the query on rows that have not been looked at, the newest first; for a thread, as it changes nothing.

        Of older rows at most `most` are looked at in one call, so that new ones never wait long.

        Raises:
            QueryTimeout: an expression takes too long.
        """
        table = self.table.still()
        first, stop = table.first, table.stop
        start, end = (self.seen.start, self.seen.stop) if self.seen else (stop, stop)
        new_end = stop if self.seen else end
        after = self._select(table, end, new_end)
        new_start = max(first, start - most)
        before = self._select(table, new_start, start)
        return ViewUpdate(
            before, after, new_start, max(new_end, end), (self.sort, self.descending), self._sort(table, before, after)
        )

    def adopt(self, update: ViewUpdate) -> int:
        """Apply an update and drop rows that have left memory.

        Returns by how many rows those shown before have moved down (negative: up).
        """
        self.rows.extend(update.after)
        self.rows.prepend(update.before)
        gone = int(np.searchsorted(self.rows.values, self.table.first))
        self.rows.drop(gone)
        self.seen = range(max(update.first, self.table.first), update.stop)
        # Another order may have been chosen while this one was computed.
        self.resort = update.sort != (self.sort, self.descending)
        self.order = None if self.resort else update.order
        return len(update.before) - gone

    def sort_by(self, field: str, *, descending: bool = False) -> None:
        """Sort by a query field from the next look on; an empty field restores the order of time."""
        self.sort, self.descending = field, descending
        self.order, self.resort = None, True

    def index(self, row: int) -> int:
        """Return the position of a row from the top.

        A row that does not match has the position where it would be by time; in a view sorted by another field 0.
        """
        if self.order is None:
            return int(np.searchsorted(self.rows.values, row))
        positions = np.flatnonzero(self.order == row)
        if len(positions) or self.sort:
            return int(positions[0]) if len(positions) else 0
        table = self.table.still()
        held = self.order[self.order >= table.first] - table.first
        time = table.time[min(max(row - table.first, 0), len(table) - 1)]
        return int(np.searchsorted(table.time[held], time))

    def _select(self, table: EventTable, start: int, stop: int) -> Rows:
        if stop <= start:
            return np.empty(0, dtype=np.int64)
        part = table.part(start, stop)
        return np.flatnonzero(self.query.mask(part)).astype(np.int64) + part.first

    def _sort(self, table: EventTable, before: Rows, after: Rows) -> Rows | None:
        if not self.sort:
            rows, none = self.rows.values, np.empty(0, dtype=np.int64)
            if self.resort:
                return order_by_time(table, none, None, np.concatenate([before, rows]), after)
            return order_by_time(table, rows, self.order, before, after)
        ids = np.concatenate([before, self.rows.values, after])
        ids = ids[ids >= table.first]
        keys = _sort_keys(table, self.sort)[ids - table.first]
        order = np.argsort(keys, kind="stable")
        return ids[order[::-1] if self.descending else order]


def _sort_keys(table: EventTable, field: str) -> NDArray[np.int64]:
    """Return a number for each event that sorts as the field does: a text by its rank among the distinct ones."""
    if field == "kind":
        return table.kind.astype(np.int64)
    if field in {"pid", "dport", "time"}:
        numbers: NDArray[np.int64] = table.numbers(field)
        return numbers
    codes, texts = table.text_codes(field)
    values = np.array(texts.values(), dtype=object)
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    ranks: NDArray[np.int64] = rank[codes]
    return ranks
