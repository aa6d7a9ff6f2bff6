"""The chain of a process: what it descends from, the command it belongs to, what this started, and the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.command_top import find_command_top
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.lineage.tree_order import NO_PROCESS

OF_ANCESTORS = (Kind.EXEC, Kind.EXIT)
"""The events of ancestors that belong to a chain: what else an ancestor did is not about this process."""


@dataclass(frozen=True, slots=True)
class ProcessChain:
    """The processes and events of a chain."""

    graph: ProcessGraph
    subject: int
    """The process whose chain it is."""
    root: int
    """The top of the command that it belongs to; `members` are its subtree."""
    ancestors: tuple[int, ...]
    """Above the root, the topmost first."""
    members: NDArray[np.intp]
    """The root and all that descend from it, each before those that it started."""
    rows: NDArray[np.int64]
    """Row ids of the events, by time."""

    @property
    def processes(self) -> list[int]:
        """All processes, the topmost first."""
        return [*self.ancestors, *self.members.tolist()]


def make_chain(graph: ProcessGraph, subject: int, *, siblings: bool = False) -> ProcessChain:
    """Return the chain of a process; with `siblings`, of all that the same shell, script or service started."""
    root = find_command_top(graph, subject)
    above = int(graph.parent[root])
    if siblings and above != NO_PROCESS:
        root = above
    ancestors = tuple(reversed(graph.ancestors(root)))
    members = graph.subtree(root)
    own = graph.event_rows(members)
    theirs = graph.event_rows(list(ancestors))
    kinds = graph.table.kind[theirs - graph.table.first]
    rows = np.concatenate([theirs[np.isin(kinds, OF_ANCESTORS)], own])
    return ProcessChain(graph, subject, root, ancestors, members, sort_by_time(graph, rows))


def sort_by_time(graph: ProcessGraph, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return row ids by the time of their events; those of one time in the order of their lines."""
    times = graph.table.time[rows - graph.table.first]
    return rows[np.lexsort((rows, times))]


def find_subjects(graph: ProcessGraph, rows: Sequence[int] | NDArray[np.int64]) -> list[int]:
    """Return the processes of these events, in the order in which they come, each command once."""
    roots: dict[int, int] = {}
    for row in rows:
        number = graph.number_of_event(int(row))
        if number is not None:
            roots.setdefault(find_command_top(graph, number), number)
    return list(roots.values())
