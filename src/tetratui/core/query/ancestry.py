"""Whether anything above a process is true of an event: over all process rows at once, as they grow."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tetratui.core.table.storage.process_table import ProcessTable

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[Any]
Rows = npt.NDArray[np.integer[Any]]
_NO_ID = -1
"""The ktime of a row without an exec id; below it an id of an unusual form, told by its ktime alone."""


class Ancestry:
    """The parent's row of each process row, found by exec id; row 0 is "none".

    Rows are found through one sorted column of mixed keys, and every find is checked against the exec id itself.
    Shared by all queries over one table, hence the lock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys = np.zeros(0, dtype=np.uint64)
        self._rows: Rows = np.zeros(0, dtype=np.intp)
        self._above: Rows = np.zeros(0, dtype=np.intp)
        self._parents: Rows = self._above
        self._place: Rows = self._above
        self._up: Rows = self._above

    def parents(self, processes: ProcessTable, rows: int) -> tuple[Rows, Rows, Rows]:
        """Give the rows that are a parent, each parent's own parent and that of the first `rows` process rows.

        Both are places in the parents: few, so that going up costs little. What is new or still open is looked up.
        """
        with self._lock:
            if rows > len(self._above):
                self._take_in(processes, rows)
                self._resolve(processes, rows)
                self._parents = np.unique(self._above)
                self._place = np.searchsorted(self._parents, self._above).astype(np.int32)
                self._up = self._place[self._parents]
            return self._parents, self._up, self._place[:rows]

    def _take_in(self, processes: ProcessTable, rows: int) -> None:
        known = len(self._above)
        keys = _key(*_exec_id(processes, "", rows))[known:]
        order = np.argsort(keys, kind="stable")
        place = np.searchsorted(self._keys, keys[order], side="right")
        self._keys = np.insert(self._keys, place, keys[order])
        self._rows = np.insert(self._rows, place, order + known)
        self._above = np.concatenate([self._above, np.zeros(rows - known, dtype=np.intp)])

    def _resolve(self, processes: ProcessTable, rows: int) -> None:
        node, ktime, pid = _exec_id(processes, "parent_", rows)
        wanted = np.flatnonzero((self._above == 0) & (ktime != _NO_ID))
        keys = _key(node[wanted], ktime[wanted], pid[wanted])
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found = self._rows[place]
        own = _exec_id(processes, "", rows)
        same = np.ones(len(wanted), dtype=bool)
        for mine, theirs in zip(own, (node, ktime, pid), strict=True):
            same &= mine[found] == theirs[wanted]
        self._above[wanted[same]] = found[same]


_ANCESTRIES: WeakKeyDictionary[ProcessTable, Ancestry] = WeakKeyDictionary()


def any_ancestor(processes: ProcessTable, by_row: Mask, process: Codes, parent: Codes) -> Mask:
    """Tell for events with these process and parent rows whether `by_row` is true of the parent or any row above."""
    rows = len(by_row)
    parents, up, place = _ANCESTRIES.setdefault(processes, Ancestry()).parents(processes, rows)
    if parents[-1] >= rows:
        # Rows that came after this question was asked.
        by_row = np.pad(by_row, (0, int(parents[-1]) + 1 - rows))
    here = by_row[parents]
    # Each round doubles how far up is looked: 1, 2, 4, 8 … ancestors; a loop of parents ends with the rounds.
    for _ in range(max(rows, 2).bit_length()):
        if not up.any():
            break
        here = here | here[up]
        up = up[up]
    over = here[place]
    found: Mask = over[process] | (by_row[:rows] | over)[parent]
    return found


def _exec_id(processes: ProcessTable, prefix: str, rows: int) -> tuple[npt.NDArray[Any], ...]:
    node, ktime, pid = (
        getattr(processes, f"{prefix}{name}")[:rows].astype(np.int64) for name in ("node", "ktime", "pid")
    )
    usual = ktime > _NO_ID
    return np.where(usual, node, 0), ktime, np.where(usual, pid, 0)


def _key(node: npt.NDArray[Any], ktime: npt.NDArray[Any], pid: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    mixed = ktime.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= pid.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    return mixed ^ (node.astype(np.uint64) * np.uint64(0x165667B19E3779F9))
