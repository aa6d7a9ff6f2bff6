"""All processes of a table and who started whom, built in one pass over the columns.

A process is known by its exec id. Blocks embedded as `parent` describe processes too: forks that never executed, and
processes older than the file. A process that only a `parent_exec_id` names counts as well, without a description.
After a restart the agent gives a running process that it had seen start a second exec id: the two are joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.lineage.duplicates import find_duplicates
from tetratui.core.lineage.tree_order import NO_PROCESS, TreeOrder, order_tree
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.storage.process_table import NO_ID, ProcessTable

Numbers = NDArray[np.intp]


class Origin(StrEnum):
    """What the events tell of the beginning of a process."""

    EXEC = "exec"
    """Its exec event is there."""
    FORK = "fork"
    """It was forked and never executed anything: its binary and arguments are those of its parent."""
    BEFORE = "before"
    """It is described, but its start is not there: it is older than the agent or the first line, or it was left out."""
    NAMED = "named"
    """Only its exec id is known, from a process that it started."""


class Ending(StrEnum):
    """What the events tell of the end of a process."""

    EXIT = "exit"
    REPLACED = "replaced"
    """The same pid executed another image, which is a process of its own here; the former one gets no exit event."""
    UNKNOWN = "unknown"
    """No exit event is there: it may still run."""


@dataclass(frozen=True, slots=True)
class ProcessNode:
    """One process as all events together describe it. Texts are as in the lines: hostile."""

    number: int
    exec_id: str
    aliases: tuple[str, ...]
    """Other exec ids of the same process."""
    parent: int
    """The number of the process that started it; NO_PROCESS where none is known."""
    pid: int | None
    binary: str | None
    arguments: str | None
    uid: int | None
    cwd: str | None
    flags: str | None
    origin: Origin
    ending: Ending
    start: int
    """Nanoseconds since the epoch: from its block, else the time of its first event; -1 unknown."""
    end: int
    """Time of its exit event or of the exec that replaced it; -1 unknown."""
    status: int | None
    signal: str | None
    events: int
    """Its own events in memory."""

    @property
    def command(self) -> str:
        """Binary and arguments, empty where neither is known."""
        return " ".join(filter(None, (self.binary, self.arguments)))


class ProcessGraph:
    """The processes of a table, numbered from 0, as the events in memory at the time of building tell of them."""

    def __init__(self, table: EventTable) -> None:
        """Build it; slow in a large table, so for a thread. Later events need a new graph."""
        self.table = table.part(table.first, table.stop)
        processes = self.table.processes
        self._processes = processes
        self._keys = _distinct_keys(processes)
        self._describe(processes)
        self._join_duplicates(processes)
        self._add_events()
        # The kernel names itself as its parent.
        parents = np.where(self._parent_of == np.arange(len(self)), NO_PROCESS, self._parent_of)
        self._tree: TreeOrder = order_tree(parents, self._start)
        self.parent: Numbers = self._tree.parent

    def __len__(self) -> int:
        """Return the count of numbers, those of joined duplicates included: these are in no tree."""
        return self._keys.count

    def _describe(self, processes: ProcessTable) -> None:
        """Find the first process row that describes each process, and the parent that it names."""
        own, named = self._keys.own, self._keys.parent
        rows = np.flatnonzero(own >= 0)[::-1]
        self._row = np.zeros(len(self), dtype=np.intp)
        # The first of several rows stays, as it is written last.
        self._row[own[rows]] = rows
        self._parent_of = np.full(len(self), NO_PROCESS, dtype=np.intp)
        with_parent = rows[named[rows] >= 0]
        self._parent_of[own[with_parent]] = named[with_parent]
        self._start = np.where(self._row > 0, processes.start[self._row], UNKNOWN_TIME)

    def _join_duplicates(self, processes: ProcessTable) -> None:
        """Let all that names a duplicate name the process itself."""
        same = find_duplicates(processes, self._row)
        self._same = same
        # Number -1, "none", takes the last entry.
        self._number_of_row = np.append(same, NO_PROCESS)[self._keys.own]
        known = self._parent_of >= 0
        self._parent_of[known] = same[self._parent_of[known]]
        duplicates = np.flatnonzero(same != np.arange(len(self)))
        # The parent of a duplicate is known even where that of the process is not.
        lacking = duplicates[self._parent_of[same[duplicates]] == NO_PROCESS]
        self._parent_of[same[lacking]] = self._parent_of[lacking]
        self._parent_of[duplicates] = NO_PROCESS
        self._duplicates: dict[int, list[int]] = {}
        for duplicate in duplicates.tolist():
            self._duplicates.setdefault(int(same[duplicate]), []).append(duplicate)
        self.listed: NDArray[np.bool_] = same == np.arange(len(self))
        """By number, whether it is a process: False for a duplicate of another one."""

    def _add_events(self) -> None:
        table = self.table
        self._number_of_event: Numbers = self._number_of_row[table.process]
        count, with_process = len(self), np.flatnonzero(self._number_of_event >= 0)
        numbers = self._number_of_event[with_process]
        self.events: NDArray[np.intp] = np.bincount(numbers, minlength=count)
        """By number, how many events of it are in memory."""
        self._first_event = _first(count, numbers, with_process)
        kinds = table.kind[with_process]
        self._exec = _first(count, numbers[kinds == Kind.EXEC], with_process[kinds == Kind.EXEC])
        self._exit = _first(count, numbers[kinds == Kind.EXIT][::-1], with_process[kinds == Kind.EXIT][::-1])
        order = np.argsort(numbers, kind="stable")
        self._events_by_process = with_process[order]
        self._event_bounds = np.concatenate([[0], np.cumsum(self.events)])
        unknown = (self._start == UNKNOWN_TIME) & (self._first_event >= 0)
        self._start[unknown] = table.time[self._first_event[unknown]]
        self._find_replaced()

    def _find_replaced(self) -> None:
        """Find by number the process that replaced it: one of the same pid that names it as its parent."""
        pids = self.column("pid")
        children = np.flatnonzero((self._parent_of >= 0) & (self._exec >= 0))
        parents = self._parent_of[children]
        same = (pids[children] == pids[parents]) & (pids[children] > 0) & (children != parents)
        self._replaced_by = np.full(len(self), NO_PROCESS, dtype=np.intp)
        self._replaced_by[parents[same]] = children[same]

    @property
    def order(self) -> Numbers:
        """All numbers, each before those that descend from it."""
        return self._tree.order

    def row(self, number: int) -> int:
        """Return the row of the process table that describes a process; NO_BLOCK_ROW where none does."""
        return int(self._row[number])

    def column(self, name: str) -> NDArray[Any]:
        """Return by number what its block has in a column of the process table: -1 or code 0 where it has nothing."""
        values = self._processes.column(name)[self._row]
        return np.where(self._row > 0, values, self._keys.pid) if name == "pid" else values

    def texts(self, name: str) -> list[str]:
        """Return the texts by code of a column of the process table."""
        return self._processes.texts[name].values()

    def origins(self) -> list[Origin]:
        """Return by number what the events tell of the beginning of each process."""
        flags = [_word_set(text) for text in self.texts("flags")]
        is_fork = np.array([_is_fork(words) for words in flags], dtype=np.bool_)[self.column("flags")]
        known = self.parent >= 0
        is_fork[known] &= self._replaced_by[self.parent[known]] != np.flatnonzero(known)
        sorts = np.where(is_fork, 1, 2)
        sorts[self._row == 0] = 3
        from_proc = np.array(["procFS" in words for words in flags], dtype=np.bool_)[self.column("flags")]
        sorts[(self._exec >= 0) & ~from_proc] = 0
        sorts[(self._exec >= 0) & from_proc] = 2
        words = (Origin.EXEC, Origin.FORK, Origin.BEFORE, Origin.NAMED)
        return [words[sort] for sort in sorts.tolist()]

    @property
    def unattributed(self) -> int:
        """The events whose block has no exec id; they belong to no process here."""
        without = (self._number_of_event < 0) & (self.table.process > 0)
        return int(without.sum())

    @property
    def roots(self) -> Numbers:
        """The processes without a known parent, by start."""
        top = np.flatnonzero((self.parent == NO_PROCESS) & self.listed)
        return top[np.argsort(self._start[top], kind="stable")]

    def number(self, exec_id: str) -> int | None:
        """Return the number of the process with this exec id, None if no event names it."""
        key = self._processes.key(exec_id)
        index = None if key is None else self._keys.find(*key)
        return None if index is None else int(self._same[index])

    def number_of_event(self, row: int) -> int | None:
        """Return the number of the process of an event by its row id, None for an event without one."""
        number = int(self._number_of_event[row - self.table.first])
        return None if number == NO_PROCESS else number

    def numbers_of_events(self) -> Numbers:
        """Return the number of each event's process; NO_PROCESS for events without one."""
        return self._number_of_event

    def children(self, number: int) -> Numbers:
        """Return the processes that it started itself, by start."""
        return self._tree.children(number)

    def subtree(self, number: int) -> Numbers:
        """Return it and all that descend from it, each before those that it started."""
        return self._tree.subtree(number)

    def subtree_size(self, number: int) -> int:
        """Return how many processes its subtree has, itself included."""
        return int(self._tree.size[number])

    def ancestors(self, number: int) -> list[int]:
        """Return its ancestors, nearest first."""
        found = []
        above = int(self.parent[number])
        while above != NO_PROCESS:
            found.append(above)
            above = int(self.parent[above])
        return found

    def event_rows(self, numbers: Numbers | list[int]) -> NDArray[np.int64]:
        """Return the row ids of the events of these processes, in the order of the lines."""
        bounds = self._event_bounds
        parts = [self._events_by_process[bounds[number] : bounds[number + 1]] for number in numbers]
        rows = np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)
        return np.sort(rows).astype(np.int64) + self.table.first

    def exec_id(self, number: int) -> str:
        """Return the exec id of a process as Tetragon writes it."""
        row = int(self._row[number])
        if row:
            return self._processes.exec_id(row)
        return self._processes.parent_exec_id(int(self._keys.named_by[number]))

    def node(self, number: int) -> ProcessNode:
        """Return all that is known of a process."""
        row, processes = int(self._row[number]), self._processes
        ending, end, status, signal = self._ending(number)
        pid = int(processes.pid[row]) if row else int(self._keys.pid[number])
        return ProcessNode(
            number=number,
            exec_id=self.exec_id(number),
            aliases=tuple(self.exec_id(other) for other in self._duplicates.get(number, ())),
            parent=int(self.parent[number]),
            pid=None if pid < 0 else pid,
            **{name: processes.text(name, row) for name in ("binary", "arguments", "cwd", "flags")},
            uid=_known(processes.value("uid", row)),
            origin=self._origin(number, _word_set(processes.text("flags", row) or "")),
            ending=ending,
            start=int(self._start[number]),
            end=end,
            status=status,
            signal=signal,
            events=int(self.events[number]),
        )

    def _origin(self, number: int, flags: frozenset[str]) -> Origin:
        if self._exec[number] >= 0:
            # What the agent read from /proc when it began is told as an exec, but had started before.
            return Origin.BEFORE if "procFS" in flags else Origin.EXEC
        if not self._row[number]:
            return Origin.NAMED
        parent = self.parent[number]
        replaces = parent != NO_PROCESS and self._replaced_by[parent] == number
        return Origin.FORK if _is_fork(flags) and not replaces else Origin.BEFORE

    def _ending(self, number: int) -> tuple[Ending, int, int | None, str | None]:
        table, exit_index = self.table, int(self._exit[number])
        if exit_index >= 0:
            contexts, context = table.contexts, int(table.context[exit_index])
            signal, status = contexts.text("signal", context), _known(contexts.value("status", context))
            # Tetragon leaves a status of 0 out.
            status = 0 if status is None and signal is None else status
            return Ending.EXIT, int(table.time[exit_index]), status, signal
        replaced_by = int(self._replaced_by[number])
        if replaced_by != NO_PROCESS:
            return Ending.REPLACED, int(table.time[self._exec[replaced_by]]), None, None
        return Ending.UNKNOWN, UNKNOWN_TIME, None, None


def _is_fork(flags: frozenset[str]) -> bool:
    """Return whether a block without an exec event is that of a fork, if it did not replace another image.

    Only a fork lacks both words; the block of a process that executed keeps `clone`.
    """
    return "execve" in flags and flags.isdisjoint(("clone", "procFS"))


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _known(value: int) -> int | None:
    return None if value == -1 else value


def _first(count: int, numbers: Numbers, indexes: Numbers) -> Numbers:
    """Return by number the first of its indexes, -1 where it has none."""
    first = np.full(count, -1, dtype=np.intp)
    first[numbers[::-1]] = indexes[::-1]
    return first


@dataclass(frozen=True, slots=True)
class _Keys:
    """The distinct exec ids of a process table, numbered in the order of node, ktime and pid."""

    node: NDArray[np.int64]
    ktime: NDArray[np.int64]
    pid: NDArray[np.int64]
    own: Numbers
    """By process row, the number of its exec id; -1 without one."""
    parent: Numbers
    """By process row, the number of its parent's exec id; -1 without one."""
    named_by: Numbers
    """By number, a process row that names it as parent, where there is one."""

    @property
    def count(self) -> int:
        return len(self.ktime)

    def find(self, node: int, ktime: int, pid: int) -> int | None:
        """Return the number of an exec id by its parts."""
        usual = ktime > NO_ID
        wanted = (node if usual else 0, ktime, pid if usual else 0)
        low, high = np.searchsorted(self.ktime, [ktime, ktime + 1])
        for index in range(int(low), int(high)):
            if (self.node[index], self.ktime[index], self.pid[index]) == wanted:
                return index
        return None


def _distinct_keys(processes: ProcessTable) -> _Keys:
    rows = len(processes)
    own, parent = (_parts(processes, prefix, rows) for prefix in ("", "parent_"))
    node, ktime, pid = (np.concatenate(pair) for pair in zip(own, parent, strict=True))
    order = np.lexsort((pid, node, ktime))
    order = order[ktime[order] != NO_ID]
    node, ktime, pid = node[order], ktime[order], pid[order]
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = (node[1:] != node[:-1]) | (ktime[1:] != ktime[:-1]) | (pid[1:] != pid[:-1])
    numbers = np.full(2 * rows, NO_PROCESS, dtype=np.intp)
    numbers[order] = np.cumsum(is_new) - 1
    own_number, parent_number = numbers[:rows], numbers[rows:]
    named_by = np.zeros(int(is_new.sum()), dtype=np.intp)
    naming = np.flatnonzero(parent_number >= 0)
    named_by[parent_number[naming]] = naming
    return _Keys(node[is_new], ktime[is_new], pid[is_new], own_number, parent_number, named_by)


def _parts(processes: ProcessTable, prefix: str, rows: int) -> tuple[NDArray[Any], ...]:
    node, ktime, pid = (
        processes.column(f"{prefix}{name}")[:rows].astype(np.int64) for name in ("node", "ktime", "pid")
    )
    # An unusual exec id is known by its ktime alone.
    usual = ktime > NO_ID
    return np.where(usual, node, 0), ktime, np.where(usual, pid, 0)
