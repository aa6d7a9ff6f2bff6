"""Who started whom, by exec id; from embedded parent blocks too, as forks that never exec have no line of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.storage.process_table import NO_BLOCK_ROW, NO_ID

DEEPEST = 128
"""So many ancestors are followed."""
TAIL = 20_000
"""So many new process rows are looked through one by one before they are sorted in."""


@dataclass(frozen=True, slots=True)
class ProcessRef:
    """One process as a process block described it."""

    row: int
    """Row in the process table."""
    exec_id: str
    pid: int | None
    binary: str | None
    arguments: str | None
    parent_exec_id: str
    """Empty where the block names none."""


class SortedColumn:
    """Finds the rows that have a value, without looking at all of them: a sorted part and an unsorted tail."""

    def __init__(self, tail: int = TAIL) -> None:
        self._tail = tail
        self._order: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._sorted: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def rows(self, column: NDArray[np.int64], value: int) -> NDArray[np.intp]:
        """List the rows whose value is this one, lowest first; `column` has only grown since the last call."""
        if len(column) - len(self._order) > self._tail + len(self._order) // 4:
            self._order = np.argsort(column, kind="stable")
            self._sorted = column[self._order]
        low, high = np.searchsorted(self._sorted, [value, value + 1])
        tail = np.flatnonzero(column[len(self._order) :] == value) + len(self._order)
        return np.concatenate([self._order[low:high], tail])


class Lineage:
    """The processes of a table by exec id; sorted on first use, then only what is new.

    It holds one number a process row for each direction that was asked for.
    """

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._processes = table.processes
        self._by_id = SortedColumn()
        self._by_parent = SortedColumn()

    def ref(self, row: int) -> ProcessRef:
        """Describe a row of the process table."""
        processes = self._processes
        pid = processes.value("pid", row)
        return ProcessRef(
            row,
            processes.exec_id(row),
            None if pid < 0 else pid,
            processes.text("binary", row),
            processes.text("arguments", row),
            processes.parent_exec_id(row),
        )

    def process_rows(self, exec_id: str) -> NDArray[np.intp]:
        """List the process rows that describe this process, oldest first."""
        return self._rows(self._by_id, "", exec_id)

    def _rows(self, index: SortedColumn, prefix: str, exec_id: str) -> NDArray[np.intp]:
        self._follow_table()
        key = self._processes.key(exec_id)
        if key is None:
            return np.empty(0, dtype=np.intp)
        processes, (node, ktime, pid) = self._processes, key
        rows = index.rows(getattr(processes, f"{prefix}ktime"), ktime)
        if ktime < NO_ID:
            return rows
        return np.array([row for row in rows if self._is(prefix, int(row), node, pid)], dtype=np.intp)

    def _is(self, prefix: str, row: int, node: int, pid: int) -> bool:
        processes = self._processes
        return processes.value(f"{prefix}node", row) == node and processes.value(f"{prefix}pid", row) == pid

    def _follow_table(self) -> None:
        if self._processes is not self._table.processes:
            # The table has let old events go and numbers its process rows anew.
            self._processes = self._table.processes
            self._by_id, self._by_parent = SortedColumn(), SortedColumn()

    def chain(self, row: int) -> list[ProcessRef]:
        """List the ancestors of an event's process, nearest first, as far as any line describes them."""
        self._follow_table()
        index = row - self._table.first
        process, parent = int(self._table.process[index]), int(self._table.parent[index])
        chain: list[ProcessRef] = []
        seen = {self._processes.exec_id(process)}
        ancestor = self.ref(parent) if parent != NO_BLOCK_ROW else self._parent_of(process)
        while ancestor is not None and ancestor.exec_id not in seen and len(chain) < DEEPEST:
            chain.append(ancestor)
            seen.add(ancestor.exec_id)
            ancestor = self._parent_of(ancestor.row)
        return chain

    def _parent_of(self, row: int) -> ProcessRef | None:
        exec_id = self._processes.parent_exec_id(row)
        rows = self.process_rows(exec_id) if exec_id else None
        return None if rows is None or len(rows) == 0 else self.ref(int(rows[0]))

    def children(self, exec_id: str) -> list[ProcessRef]:
        """List the processes that this one started directly, each once, in the order they were first seen."""
        found: dict[str, ProcessRef] = {}
        for row in self._rows(self._by_parent, "parent_", exec_id):
            child = self.ref(int(row))
            if child.exec_id and child.exec_id != exec_id:
                found.setdefault(child.exec_id, child)
        return list(found.values())

    def events_of(self, exec_id: str) -> list[int]:
        """List the row ids of the held events of this process, oldest first."""
        rows = self.process_rows(exec_id)
        first, process = self._table.first, self._table.process
        found: list[int] = (np.flatnonzero(_among(process, rows)) + first).tolist()
        return found


def _among(values: NDArray[np.uint32], wanted: NDArray[np.intp]) -> NDArray[np.bool_]:
    among: NDArray[np.bool_] = np.isin(values, wanted)
    return among
