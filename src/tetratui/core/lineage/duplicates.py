"""Find the processes that have two exec ids, because the agent read them from /proc when it was started again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.storage.process_table import ProcessTable

TICK = 10_000_000
"""The steps of start times in /proc, nanoseconds: two clocks that agree differ by less than two of them."""


def find_duplicates(processes: ProcessTable, row: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return by number the number of the process that it is: itself, or the one of which it is a duplicate.

    `row` gives by number the process row that describes it, 0 for none. Two are the same when node, pid and start
    agree and at least one of them was read from /proc. The one that was not is kept, else the earlier number.
    """
    same = np.arange(len(row))
    known = np.flatnonzero((row > 0) & (processes.start[row] != UNKNOWN_TIME) & (processes.pid[row] > 0))
    node, pid, start = (processes.column(name)[row[known]].astype(np.int64) for name in ("node", "pid", "start"))
    from_proc = _read_from_proc(processes)[processes.column("flags")[row[known]]]
    order = np.lexsort((start, pid, node))
    node, pid, start, from_proc = node[order], pid[order], start[order], from_proc[order]
    near = (node[1:] == node[:-1]) & (pid[1:] == pid[:-1]) & (np.diff(start) < 2 * TICK)
    for index in np.flatnonzero(near & (from_proc[1:] | from_proc[:-1])).tolist():
        first, second = int(known[order[index]]), int(known[order[index + 1]])
        kept, duplicate = (second, first) if from_proc[index] and not from_proc[index + 1] else (first, second)
        same[duplicate] = kept
    # A third exec id names the second: all name the same one in the end.
    while (same != same[same]).any():
        same = same[same]
    return same


def _read_from_proc(processes: ProcessTable) -> NDArray[np.bool_]:
    texts = processes.texts["flags"].values()
    return np.fromiter(("procFS" in text.split() for text in list(texts)), dtype=np.bool_)
