"""Copy the columns of the event table that noise groups and scopes read, so that the table may grow meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table import EventTable
from tetratui.core.table.storage.lookup_path import resolve
from tetratui.core.table.storage.process_table import ProcessTable

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]

TEXT_FIELDS = (
    *("bin", "args", "parent", "pargs", "user", "host", "policy", "func", "flags", "daddr"),
    *("file", "action", "docker", "ns", "workload", "workload_kind", "pod", "container", "labels"),
)
"""The text fields among the columns, by their names in the query language (docs/query-language.md)."""


@dataclass(frozen=True, slots=True)
class CodeColumn:
    """A text field of all held events, as codes into its distinct texts."""

    codes: Codes
    """Index of the text of each event; 0 for an empty text and for none, between which Tetragon tells no difference."""
    texts: Sequence[str]
    """Index 0 is the empty text."""

    def text(self, event: int) -> str:
        """Return the text of an event by its index among the held events."""
        return self.texts[int(self.codes[event])]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table at one moment. Arrays have one value for each held event, the oldest first."""

    first: int
    """The row id of index 0."""
    kind: NDArray[np.uint8]
    time: NDArray[np.int64]
    """Nanoseconds since the epoch, -1 unknown."""
    size: NDArray[np.int64]
    """Bytes of the line."""
    rebuilt: Mask
    """Whether the event was rebuilt from fields that do not hold all of it."""
    has_process: Mask
    has_parent: Mask
    process: Codes
    """Row in the process table. Events with equal process blocks share a row."""
    parent: Codes
    """Row of the parent in the process table; 0 without one."""
    processes: ProcessTable
    identity: NDArray[np.int64]
    """A number that is equal for events with equal exec_id; 0 without a process."""
    uid: NDArray[np.int64]
    """-1 absent."""
    pid: NDArray[np.int64]
    """-1 absent."""
    parent_pid: NDArray[np.int64]
    """-1 absent."""
    has_socket: Mask
    dport: NDArray[np.int64]
    """Destination port, -1 absent."""
    probe: Mask
    """Whether Tetragon flags the process or its parent as a probe of Kubernetes."""
    text: dict[str, CodeColumn]
    parent_flags: CodeColumn

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def of(cls, table: EventTable) -> Columns:
        """Return the columns of the events that the table holds now."""
        table = table.still()
        process = np.asarray(table.process, dtype=np.int64)
        parent = np.asarray(table.parent, dtype=np.int64)
        flags = table.processes.texts["flags"].values()
        return cls(
            first=table.first,
            kind=np.array(table.kind, dtype=np.uint8),
            time=np.array(table.time, dtype=np.int64),
            size=np.array(table.size, dtype=np.int64),
            rebuilt=table.rebuilt(),
            has_process=process > 0,
            has_parent=parent > 0,
            process=process,
            parent=parent,
            processes=table.processes,
            identity=identities(table.processes)[process],
            uid=np.asarray(table.numbers("uid")).astype(np.int64),
            pid=np.asarray(table.numbers("pid")).astype(np.int64),
            parent_pid=np.asarray(table.numbers("ppid")).astype(np.int64),
            has_socket=np.asarray(table.socket) > 0,
            dport=np.asarray(table.numbers("dport")).astype(np.int64),
            probe=np.asarray((table.numbers("exec_probe") > 0) | (table.numbers("parent_exec_probe") > 0)),
            text={field: _column(table, field) for field in TEXT_FIELDS},
            parent_flags=CodeColumn(np.asarray(table.processes.flags, dtype=np.int64)[parent], flags),
        )

    def part(self, indexes: NDArray[np.int64]) -> Columns:
        """Return the columns of some of its events, counted from 0."""
        # Every array is per event, whatever columns are added.
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays: dict[str, Any] = {
            name: value[indexes] for name, value in values.items() if isinstance(value, np.ndarray)
        }
        return replace(
            self,
            first=0,
            text={name: CodeColumn(column.codes[indexes], column.texts) for name, column in self.text.items()},
            parent_flags=CodeColumn(self.parent_flags.codes[indexes], self.parent_flags.texts),
            **arrays,
        )

    def indexes(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the sorted indexes of row ids, without rows that are no longer held."""
        found = np.unique(np.asarray(rows, dtype=np.int64)) - self.first
        return found[(found >= 0) & (found < len(self))]


def identities(processes: ProcessTable) -> NDArray[np.int64]:
    """Return for each row of the process table a number that is equal for equal exec_ids; 0 without a process."""
    found = _numbered(processes, "")
    found[0] = 0
    return found


def _numbered(processes: ProcessTable, prefix: str) -> NDArray[np.int64]:
    # Start and pid make the id within a node; wrapping round is wanted, equal ids stay equal.
    node, pid, began = (
        np.asarray(getattr(processes, f"{prefix}{name}"), dtype=np.int64) for name in ("node", "pid", "ktime")
    )
    return np.asarray(began * 4_194_319 + pid * 31 + node)


def starters(processes: ProcessTable) -> NDArray[np.int64]:
    """Return for each row of a process table the row of the process that started it; 0 if it was never seen."""
    own, above = (_numbered(processes, prefix) for prefix in ("", "parent_"))
    order = np.argsort(own, kind="stable")
    at = np.minimum(np.searchsorted(own[order], above), len(own) - 1)
    found = np.where(own[order][at] == above, order[at], 0)
    found[0] = 0
    return np.asarray(found, dtype=np.int64)


def _column(table: EventTable, field: str) -> CodeColumn:
    path, texts = table.text_path(field)
    values = texts.values()
    if len(values) == 1:
        # No event has it, as pods outside Kubernetes: a column without values of its own.
        return CodeColumn(np.broadcast_to(np.int64(0), len(table)), values)
    codes = resolve(path)
    wide = np.asarray(codes, dtype=np.int64)
    empty = texts.find("")
    if empty:
        wide = np.where(wide == empty, 0, wide)
    return CodeColumn(wide, values)
