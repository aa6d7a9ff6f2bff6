"""Find the chains worth a look that would lose a link: an exec of theirs that a draft or a list would hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.lineage.suspicion import Hunt
from tetratui.core.table import EventTable


@dataclass(frozen=True, slots=True)
class LostLink:
    """A chain of the events held, and what it would lose."""

    root: str
    """The exec id of its top."""
    command: str
    links: int
    """Execs that would be hidden."""
    execs: int
    """Execs of the chain."""
    why: str
    """Why it is worth a look."""


def find_lost_links(table: EventTable, dropped: NDArray[np.bool_]) -> list[LostLink]:
    """Return the chains with reasons to look of which an exec would be hidden, the shortest explanation first.

    Slow in a large table: for a thread.
    """
    hidden = dropped & (table.kind == Kind.EXEC)
    if not hidden.any():
        return []
    graph = ProcessGraph(table)
    hunt, lost = Hunt(graph), []
    for suspect in hunt.suspects():
        # Commands that a suspect script started for itself are chains of their own.
        rows = graph.event_rows(np.flatnonzero(hunt.tops == suspect.root)) - table.first
        execs = rows[table.kind[rows] == Kind.EXEC]
        links = int(hidden[execs].sum())
        if links:
            node = graph.node(suspect.root)
            lost.append(LostLink(node.exec_id, node.command, links, len(execs), suspect.explanation))
    return lost
