"""The order of rows by time. Lines are nearly in it: they are milliseconds late, or at a restart of Tetragon days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table import EventTable

Rows = NDArray[np.int64]
TAIL = 20_000
"""Rows at the end among which a late one is looked for, before all are sorted."""


def order_by_time(table: EventTable, rows: Rows, former: Rows | None, before: Rows, after: Rows) -> Rows | None:
    """Return row ids by time, those of one time by their lines; None where that is the order of the lines.

    `former` is this order for `rows`, `before` and `after` come above and below them.
    """
    if len(before) == 0 and len(rows):
        return _append(table, rows if former is None else former, former is None, after)
    return _sort(table, np.concatenate([before, rows, after]))


def _append(table: EventTable, former: Rows, as_read: bool, after: Rows) -> Rows | None:
    late = _sort(table, after)
    new = after if late is None else late
    held = former[former >= table.first]
    if not len(new) or not len(held) or _times(table, new[:1])[0] >= _times(table, held[-1:])[0]:
        return None if as_read and late is None else np.concatenate([held, new])
    tail = _times(table, held[-TAIL:])
    begin = len(held) - len(tail) + int(np.searchsorted(tail, _times(table, new[:1])[0], side="right"))
    if begin == len(held) - len(tail) and begin > 0:
        # Later than none of the tail: days late, so it is seldom.
        return _sort(table, np.sort(np.concatenate([held, new])))
    mixed = np.sort(np.concatenate([held[begin:], new]))
    sorted_tail = _sort(table, mixed)
    return np.concatenate([held[:begin], mixed if sorted_tail is None else sorted_tail])


def _sort(table: EventTable, rows: Rows) -> Rows | None:
    """Return ascending row ids by time; None where they are in that order."""
    rows = rows[rows >= table.first]
    times = _times(table, rows)
    if bool((times[1:] >= times[:-1]).all()):
        return None
    return rows[np.argsort(times, kind="stable")]


def _times(table: EventTable, rows: Rows) -> NDArray[np.int64]:
    return table.time[rows - table.first]
