"""Find ancestors, children and events of a process by exec id.

Parent blocks embedded in the lines count too: a fork that never executes anything has no line of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.storage.process_table import NO_BLOCK_ROW, NO_ID

MAX_ANCESTORS = 128
UNSORTED_ROWS = 20_000
"""New process rows that are searched one by one before all are sorted anew."""


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
    """Finds the rows with a value in a column that grows: by bisection in a sorted part, row by row in the rest."""

    def __init__(self, unsorted_rows: int = UNSORTED_ROWS) -> None:
        self._unsorted_rows = unsorted_rows
        self._order: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._sorted: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def rows(self, column: NDArray[np.int64], value: int) -> NDArray[np.intp]:
        """Return the rows with this value, lowest first; `column` must only have grown since the last call."""
        # A quarter more each time: all sorting together costs a constant factor, however often it grows.
        if len(column) - len(self._order) > self._unsorted_rows + len(self._order) // 4:
            self._order = np.argsort(column, kind="stable")
            self._sorted = column[self._order]
        low, high = np.searchsorted(self._sorted, [value, value + 1])
        tail = np.flatnonzero(column[len(self._order) :] == value) + len(self._order)
        return np.concatenate([self._order[low:high], tail])


class Lineage:
    """The processes of a table by exec id.

    An index by exec id and one by parent are built on first use and grow with the table; each takes 16 bytes a
    process row.
    """

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._processes = table.processes
        self._by_id = SortedColumn()
        self._by_parent = SortedColumn()

    def ref(self, row: int) -> ProcessRef:
        """Return what a row of the process table says of its process."""
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
        """Return the process rows that describe this process, oldest first."""
        return self._rows(self._by_id, "", exec_id)

    def _rows(self, index: SortedColumn, prefix: str, exec_id: str) -> NDArray[np.intp]:
        self._follow_table()
        key = self._processes.key(exec_id)
        if key is None:
            return np.empty(0, dtype=np.intp)
        processes, (node, ktime, pid) = self._processes, key
        rows = index.rows(getattr(processes, f"{prefix}ktime"), ktime)
        # An unusual exec id has a ktime that no other has; a usual one shares its ktime with other nodes and pids.
        if ktime < NO_ID:
            return rows
        return np.array([row for row in rows if self._is(prefix, int(row), node, pid)], dtype=np.intp)

    def _is(self, prefix: str, row: int, node: int, pid: int) -> bool:
        processes = self._processes
        return processes.value(f"{prefix}node", row) == node and processes.value(f"{prefix}pid", row) == pid

    def _follow_table(self) -> None:
        if self._processes is not self._table.processes:
            # Old events have left the table, which then numbers its process rows anew.
            self._processes = self._table.processes
            self._by_id, self._by_parent = SortedColumn(), SortedColumn()

    def ancestors(self, row: int) -> list[ProcessRef]:
        """Return the ancestors of an event's process, nearest first, as far as any line describes them."""
        self._follow_table()
        index = row - self._table.first
        process, parent = int(self._table.process[index]), int(self._table.parent[index])
        ancestors: list[ProcessRef] = []
        # Processes that name each other as parent must not be followed for ever.
        seen = {self._processes.exec_id(process)}
        ancestor = self.ref(parent) if parent != NO_BLOCK_ROW else self._parent_of(process)
        while ancestor is not None and ancestor.exec_id not in seen and len(ancestors) < MAX_ANCESTORS:
            ancestors.append(ancestor)
            seen.add(ancestor.exec_id)
            ancestor = self._parent_of(ancestor.row)
        return ancestors

    def _parent_of(self, row: int) -> ProcessRef | None:
        exec_id = self._processes.parent_exec_id(row)
        rows = self.process_rows(exec_id) if exec_id else None
        return None if rows is None or len(rows) == 0 else self.ref(int(rows[0]))

    def children(self, exec_id: str) -> list[ProcessRef]:
        """Return the processes that this one started directly, each once, in the order they were first seen."""
        children: dict[str, ProcessRef] = {}
        for row in self._rows(self._by_parent, "parent_", exec_id):
            child = self.ref(int(row))
            if child.exec_id and child.exec_id != exec_id:
                children.setdefault(child.exec_id, child)
        return list(children.values())

    def event_rows(self, exec_id: str) -> list[int]:
        """Return the row ids of the events of this process that are in memory, oldest first."""
        process_rows = self.process_rows(exec_id)
        first, process = self._table.first, self._table.process
        row_ids: list[int] = (np.flatnonzero(np.isin(process, process_rows)) + first).tolist()
        return row_ids
