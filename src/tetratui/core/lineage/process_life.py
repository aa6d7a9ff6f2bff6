"""Collect the life of one process: when it began and ended, its events, and the processes it started."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.process_tree import Lineage, ProcessRef
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.table_event import Event

MAX_SHOWN = 500
"""The most events, and the most children, of one life."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that this one started."""

    process: ProcessRef
    start: int
    """Time of its first event in memory, nanoseconds since the epoch."""
    end: int | None
    """Time of its exit event; None when none is in memory."""
    row: int
    """Row id of its first event in memory."""


@dataclass(frozen=True, slots=True)
class ProcessLife:
    """What the events in memory say of one process."""

    exec_id: str
    events: tuple[Event, ...]
    """Oldest first, at least one, at most `MAX_SHOWN`."""
    children: tuple[Child, ...]
    """In the order of their first events, at most `MAX_SHOWN`."""
    left_out: int
    """Number of events and children beyond that."""

    @property
    def start(self) -> int:
        """When it began: the start in its process block, else the time of its first event in memory."""
        first = self.events[0]
        return first.start if first.start is not None and 0 <= first.start <= first.time else first.time

    @property
    def exit(self) -> Event | None:
        """Its exit event, None if that is not in memory."""
        return next((event for event in reversed(self.events) if event.kind == Kind.EXIT), None)

    @property
    def end(self) -> int:
        """When it ended; without an exit event, when it was last seen to live: by an event, or by starting a process.

        Whether it lives on is then unknown: its exit may lie ahead, or have been filtered or lost.
        """
        exit_event = self.exit
        if exit_event is not None:
            return max(self.start, exit_event.time)
        return max(self.start, *(event.time for event in self.events), *(child.start for child in self.children))


def collect_life(table: EventTable, lineage: Lineage, exec_id: str) -> ProcessLife | None:
    """Return the life of a process, None when no event of it is in memory. Slow in a large table: for a thread."""
    # A part keeps its columns: another thread may add or drop events meanwhile.
    table = table.still()
    lineage = lineage.over(table)
    rows = lineage.event_rows(exec_id)
    if not rows:
        return None
    events = sorted((table.event(row) for row in rows[:MAX_SHOWN]), key=lambda event: (event.time, event.row))
    children = _children(table, lineage, exec_id)
    left_out = max(0, len(rows) - MAX_SHOWN) + max(0, len(children) - MAX_SHOWN)
    return ProcessLife(exec_id, tuple(events), tuple(children[:MAX_SHOWN]), left_out)


def _children(table: EventTable, lineage: Lineage, exec_id: str) -> list[Child]:
    """Return the children with an event in memory; one pass over the events, however many children there are."""
    refs = lineage.children(exec_id)
    process_rows = [lineage.process_rows(ref.exec_id) for ref in refs]
    if not refs:
        return []
    process, times, kinds, first = table.process, table.time, table.kind, table.first
    # By process row, the number of the child that it describes, else -1.
    highest = max(int(process.max(initial=0)), *(int(rows.max(initial=0)) for rows in process_rows))
    child_of_row = np.full(highest + 1, -1)
    for number, rows in enumerate(process_rows):
        child_of_row[rows] = number
    child_of_event = child_of_row[process]
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for index in np.flatnonzero(child_of_event >= 0).tolist():
        number = int(child_of_event[index])
        starts.setdefault(number, index)
        if kinds[index] == Kind.EXIT:
            ends[number] = int(times[index])
    children = [
        Child(refs[number], int(times[index]), ends.get(number), first + index) for number, index in starts.items()
    ]
    return sorted(children, key=lambda child: child.start)
