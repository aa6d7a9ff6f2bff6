"""Find ancestors, children and events of a process by exec id.

Parent blocks embedded in the lines count too: a fork that never executes anything has no line of its own.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.storage.process_table import NO_BLOCK_ROW, NO_ID, ProcessTable

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
        self._sorted: tuple[NDArray[np.intp], NDArray[np.int64]] = np.empty(0, dtype=np.intp), np.empty(0, np.int64)
        """The rows in the order of their values, and the values: replaced as one, as several threads may ask."""

    def rows(self, column: NDArray[np.int64], value: int) -> NDArray[np.intp]:
        """Return the rows with this value, lowest first; of two calls one has the other's `column`, or more of it."""
        order, values = self._sorted
        # A quarter more each time: all sorting together costs a constant factor, however often it grows.
        if len(column) - len(order) > self._unsorted_rows + len(order) // 4:
            order = np.argsort(column, kind="stable")
            values = column[order]
            self._sorted = order, values
        low, high = np.searchsorted(values, [value, value + 1])
        tail = np.flatnonzero(column[len(order) :] == value) + len(order)
        rows = np.concatenate([order[low:high], tail])
        # Another thread may have sorted more rows than there are in this column.
        return rows[rows < len(column)]


class _Indexes:
    """The process rows of a table by exec id and by the parent's exec id."""

    def __init__(self) -> None:
        self._current: tuple[ProcessTable | None, dict[str, SortedColumn]] = None, {}

    def of(self, processes: ProcessTable, prefix: str) -> SortedColumn:
        """Return the index by exec id (`prefix` empty) or by the parent's (`parent_`)."""
        indexed, columns = self._current
        if indexed is not processes.growing:
            # Old events have left the table, which then numbers its process rows anew.
            columns = {"": SortedColumn(), "parent_": SortedColumn()}
            self._current = processes.growing, columns
        return columns[prefix]


class Lineage:
    """The processes of a table by exec id.

    An index by exec id and one by parent are built on first use and grow with the table; each takes 16 bytes a
    process row.
    """

    def __init__(self, table: EventTable) -> None:
        self._growing = table
        self._indexes = _Indexes()

    def over(self, table: EventTable) -> Lineage:
        """Return the same over a part of the table, which does not grow."""
        lineage = copy(self)
        lineage._growing = table
        return lineage

    def process_rows(self, exec_id: str) -> NDArray[np.intp]:
        """Return the process rows that describe this process, oldest first."""
        return self._rows(self._growing.processes.freeze(), "", exec_id)

    def _rows(self, processes: ProcessTable, prefix: str, exec_id: str) -> NDArray[np.intp]:
        key = processes.key(exec_id)
        if key is None:
            return np.empty(0, dtype=np.intp)
        node, ktime, pid = key
        rows = self._indexes.of(processes, prefix).rows(getattr(processes, f"{prefix}ktime"), ktime)
        # An unusual exec id has a ktime that no other has; a usual one shares its ktime with other nodes and pids.
        if ktime < NO_ID:
            return rows
        return np.array([row for row in rows if _is(processes, prefix, int(row), node, pid)], dtype=np.intp)

    def ancestors(self, row: int) -> list[ProcessRef]:
        """Return the ancestors of an event's process, nearest first, as far as any line describes them.

        Raises IndexError for a row that is not in memory.
        """
        event = self._growing.part(row, row + 1)
        if not len(event) or event.first != row:
            raise IndexError(f"row {row} is not in memory")
        processes, process, parent = event.processes, int(event.process[0]), int(event.parent[0])
        ancestors: list[ProcessRef] = []
        # Processes that name each other as parent must not be followed for ever.
        seen = {processes.exec_id(process)}
        ancestor = _ref(processes, parent) if parent != NO_BLOCK_ROW else self._parent_of(processes, process)
        while ancestor is not None and ancestor.exec_id not in seen and len(ancestors) < MAX_ANCESTORS:
            ancestors.append(ancestor)
            seen.add(ancestor.exec_id)
            ancestor = self._parent_of(processes, ancestor.row)
        return ancestors

    def _parent_of(self, processes: ProcessTable, row: int) -> ProcessRef | None:
        exec_id = processes.parent_exec_id(row)
        rows = self._rows(processes, "", exec_id) if exec_id else None
        return None if rows is None or len(rows) == 0 else _ref(processes, int(rows[0]))

    def children(self, exec_id: str) -> list[ProcessRef]:
        """Return the processes that this one started directly, each once, in the order they were first seen."""
        processes, children = self._growing.processes.freeze(), dict[str, ProcessRef]()
        for row in self._rows(processes, "parent_", exec_id):
            child = _ref(processes, int(row))
            if child.exec_id and child.exec_id != exec_id:
                children.setdefault(child.exec_id, child)
        return list(children.values())

    def event_rows(self, exec_id: str) -> list[int]:
        """Return the row ids of the events of this process that are in memory, oldest first."""
        table = self._growing.still()
        process_rows = self._rows(table.processes, "", exec_id)
        row_ids: list[int] = (np.flatnonzero(np.isin(table.process, process_rows)) + table.first).tolist()
        return row_ids


def _is(processes: ProcessTable, prefix: str, row: int, node: int, pid: int) -> bool:
    return processes.value(f"{prefix}node", row) == node and processes.value(f"{prefix}pid", row) == pid


def _ref(processes: ProcessTable, row: int) -> ProcessRef:
    """Return what a row of the process table says of its process."""
    pid = processes.value("pid", row)
    return ProcessRef(
        row,
        processes.exec_id(row),
        None if pid < 0 else pid,
        processes.text("binary", row),
        processes.text("arguments", row),
        processes.parent_exec_id(row),
    )
