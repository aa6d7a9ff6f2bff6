"""Decide for events whether any ancestor of their process matches: over all process rows at once, as they grow."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tetratui.core.table.storage.process_table import NO_ID

if TYPE_CHECKING:
    from tetratui.core.table.storage.process_table import ProcessTable

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[Any]
Rows = npt.NDArray[np.integer[Any]]


class Ancestry:
    """The parent's row of each process row, found by exec id; row 0 stands for "no parent known".

    An exec id has three parts (node, ktime, pid). They are mixed into one key, so that one sorted column finds the row;
    two exec ids may have the same key, so each match is checked against the parts.

    All queries over one table share this object, hence the lock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        # The keys of the process rows in rising order, and the row of each.
        self._keys = np.zeros(0, dtype=np.uint64)
        self._rows: Rows = np.zeros(0, dtype=np.intp)
        # By process row, the row of its parent.
        self._parent_of: Rows = np.zeros(0, dtype=np.intp)
        # The rows that are a parent; for each process row, and for each of them, the index of its parent among them.
        self._parents: Rows = self._parent_of
        self._parent_index: Rows = self._parent_of
        self._next_up: Rows = self._parent_of

    def parents(self, processes: ProcessTable, rows: int) -> tuple[Rows, Rows, Rows]:
        """Return the rows that are a parent, the parent of each of them, and the parent of the first `rows` rows.

        The latter two are indexes into the first. Few processes are parents, so going up costs little.
        """
        with self._lock:
            if rows > len(self._parent_of):
                self._add_rows(processes, rows)
                self._find_parents(processes, rows)
                self._parents = np.unique(self._parent_of)
                self._parent_index = np.searchsorted(self._parents, self._parent_of).astype(np.int32)
                self._next_up = self._parent_index[self._parents]
            return self._parents, self._next_up, self._parent_index[:rows]

    def _add_rows(self, processes: ProcessTable, rows: int) -> None:
        known = len(self._parent_of)
        keys = _mix(*_exec_id_parts(processes, "", rows))[known:]
        order = np.argsort(keys, kind="stable")
        positions = np.searchsorted(self._keys, keys[order], side="right")
        self._keys = np.insert(self._keys, positions, keys[order])
        self._rows = np.insert(self._rows, positions, order + known)
        self._parent_of = np.concatenate([self._parent_of, np.zeros(rows - known, dtype=np.intp)])

    def _find_parents(self, processes: ProcessTable, rows: int) -> None:
        # Rows without a parent so far are looked up again: the line that describes a parent may come after the child's.
        parent_ids = _exec_id_parts(processes, "parent_", rows)
        pending = np.flatnonzero((self._parent_of == 0) & (parent_ids[1] != NO_ID))
        keys = _mix(*(part[pending] for part in parent_ids))
        positions = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        candidates = self._rows[positions]
        equal = np.ones(len(pending), dtype=bool)
        for own, wanted in zip(_exec_id_parts(processes, "", rows), parent_ids, strict=True):
            equal &= own[candidates] == wanted[pending]
        self._parent_of[pending[equal]] = candidates[equal]


_ANCESTRIES: WeakKeyDictionary[ProcessTable, Ancestry] = WeakKeyDictionary()


def match_any_ancestor(processes: ProcessTable, by_row: Mask, process: Codes, parent: Codes) -> Mask:
    """Return for events with these process and parent rows whether `by_row` is true of the parent or any row above."""
    rows = len(by_row)
    parents, next_up, parent_index = _ANCESTRIES.setdefault(processes.growing, Ancestry()).parents(processes, rows)
    if parents[-1] >= rows:
        # Another query has seen rows that came after `by_row` was made: no event asked here needs them.
        by_row = np.pad(by_row, (0, int(parents[-1]) + 1 - rows))
    # For each parent: whether it, or any of the ancestors looked at so far, matches.
    matches = by_row[parents]
    # Each round doubles how far up is looked: 1, 2, 4, 8 … ancestors. A loop of parents ends with the rounds.
    for _ in range(max(rows, 2).bit_length()):
        if not next_up.any():
            break
        matches = matches | matches[next_up]
        next_up = next_up[next_up]
    above = matches[parent_index]
    # The event's parent block may be known where the exec id of the process leads to no row: both ways count.
    mask: Mask = above[process] | (by_row[:rows] | above)[parent]
    return mask


def _exec_id_parts(processes: ProcessTable, prefix: str, rows: int) -> tuple[npt.NDArray[Any], ...]:
    node, ktime, pid = (
        getattr(processes, f"{prefix}{name}")[:rows].astype(np.int64) for name in ("node", "ktime", "pid")
    )
    # An unusual exec id is known by its ktime alone.
    usual = ktime > NO_ID
    return np.where(usual, node, 0), ktime, np.where(usual, pid, 0)


def _mix(node: npt.NDArray[Any], ktime: npt.NDArray[Any], pid: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    # Odd constants of 64 bits spread the parts over the whole range; a wrong match is ruled out by comparing the parts.
    mixed = ktime.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= pid.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    return mixed ^ (node.astype(np.uint64) * np.uint64(0x165667B19E3779F9))
