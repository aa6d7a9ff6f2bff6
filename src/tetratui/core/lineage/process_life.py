"""The life of one process: when it began and ended, its events, and the processes it started meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.process_tree import Lineage, ProcessRef
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.table_event import Event

MOST = 500
"""So many events, and so many children, are told."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that this one started."""

    process: ProcessRef
    start: int
    """Nanoseconds since the epoch: of its first held event."""
    end: int | None
    """Of its exit; None when none is held."""
    row: int
    """Its first held event."""


@dataclass(frozen=True, slots=True)
class ProcessLife:
    """What is held of one process."""

    exec_id: str
    events: tuple[Event, ...]
    """Oldest first; at least one."""
    children: tuple[Child, ...]
    """By their first event."""
    left_out: int
    """Events and children beyond what is told."""
    newest: int
    """When the newest event of all was: a process without an exit has lived until then, as far as is known."""

    @property
    def start(self) -> int:
        """When it began: as its process block says, else its first held event."""
        first = self.events[0]
        known = first.start if first.start is not None and 0 <= first.start <= first.time else first.time
        return min(known, first.time)

    @property
    def exit(self) -> Event | None:
        """The event of its end, if it is held."""
        return next((event for event in reversed(self.events) if event.kind == Kind.EXIT), None)

    @property
    def end(self) -> int:
        """When it ended, else how far events are held."""
        exit_event = self.exit
        return max(self.start, self.newest if exit_event is None else exit_event.time)


def life_of(table: EventTable, lineage: Lineage, exec_id: str) -> ProcessLife | None:
    """Gather the life of a process from the held events; None when none is held. For a thread."""
    rows = lineage.events_of(exec_id)
    if not rows:
        return None
    held = sorted((table.event(row) for row in rows[:MOST]), key=lambda event: (event.time, event.row))
    children = _children(table, lineage, exec_id)
    left_out = max(0, len(rows) - MOST) + max(0, len(children) - MOST)
    return ProcessLife(exec_id, tuple(held), tuple(children[:MOST]), left_out, int(table.time[-1]))


def _children(table: EventTable, lineage: Lineage, exec_id: str) -> list[Child]:
    """Find the children with a held event, in one pass over the events whatever their number."""
    refs = lineage.children(exec_id)
    rows_of = [lineage.process_rows(ref.exec_id) for ref in refs]
    if not refs:
        return []
    process, times, kinds, first = table.process, table.time, table.kind, table.first
    owner = np.full(int(max(int(process.max(initial=0)), *(int(rows.max(initial=0)) for rows in rows_of))) + 1, -1)
    for number, rows in enumerate(rows_of):
        owner[rows] = number
    # Events that joined or left meanwhile: as many as all columns have.
    count = min(len(process), len(times), len(kinds))
    owners = owner[process[:count]]
    among = np.flatnonzero(owners >= 0)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for index in among.tolist():
        number = int(owners[index])
        starts.setdefault(number, index)
        if kinds[index] == Kind.EXIT:
            ends[number] = int(times[index])
    found = [Child(refs[n], int(times[at]), ends.get(n), first + at) for n, at in starts.items()]
    return sorted(found, key=lambda child: child.start)
