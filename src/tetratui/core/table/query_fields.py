"""Where each field of the query language is found in the tables, and how one row becomes an event with all fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.event_columns import EventColumns
from tetratui.core.table.storage.lookup_path import resolve
from tetratui.core.table.storage.table_state import TableState
from tetratui.core.table.table_event import Event

ABSENT = -1
"""The number of a field that the event lacks."""
TEXT_FIELDS: dict[str, tuple[str, str]] = {
    "bin": ("process", "binary"),
    "args": ("process", "arguments"),
    "cwd": ("process", "cwd"),
    "user": ("process", "user"),
    "flags": ("process", "flags"),
    "ns": ("process", "namespace"),
    "workload": ("process", "workload"),
    "workload_kind": ("process", "workload_kind"),
    "pod": ("process", "pod"),
    "labels": ("process", "labels"),
    "container": ("process", "container"),
    "image": ("process", "image"),
    "docker": ("process", "docker"),
    "parent": ("parent", "binary"),
    "pargs": ("parent", "arguments"),
    "host": ("context", "node"),
    "node": ("context", "node"),
    "cluster": ("context", "cluster"),
    "func": ("context", "function"),
    "policy": ("context", "policy"),
    "action": ("context", "action"),
    "signal": ("context", "signal"),
    "file": ("context", "file"),
    "family": ("socket", "family"),
    "proto": ("socket", "proto"),
    "saddr": ("socket", "saddr"),
    "daddr": ("socket", "daddr"),
}
"""Query field → the event column that names a row, and the column of that row that holds the text."""


def _status(table: EventColumns) -> NDArray[Any]:
    contexts, context = table.contexts, table.context
    status, signal = (resolve([context, *contexts.lookup_path(name)]) for name in ("status", "signal"))
    # Tetragon leaves a status of 0 out; a process that a signal ended has none.
    omitted = (table.kind == Kind.EXIT) & (status == ABSENT) & (signal == 0)
    return np.where(omitted, 0, status)


def _took(table: EventColumns) -> NDArray[Any]:
    start = resolve([table.process, *table.processes.lookup_path("start")])
    known = (table.kind == Kind.EXIT) & (start != UNKNOWN_TIME) & (table.time != UNKNOWN_TIME)
    return np.where(known, (table.time - start) / 1e6, np.nan)


NUMBERS: dict[str, Callable[[EventColumns], NDArray[Any]]] = {
    "pid": lambda table: resolve([table.process, *table.processes.lookup_path("pid")]).astype(np.int64),
    "ppid": lambda table: resolve([table.parent, *table.processes.lookup_path("pid")]).astype(np.int64),
    "uid": lambda table: resolve([table.process, *table.processes.lookup_path("uid")]),
    "sport": lambda table: resolve([table.socket, *table.sockets.lookup_path("sport")]),
    "dport": lambda table: resolve([table.socket, *table.sockets.lookup_path("dport")]),
    "status": _status,
    "exec_probe": lambda table: resolve([table.process, *table.processes.lookup_path("exec_probe")]),
    "parent_exec_probe": lambda table: resolve([table.parent, *table.processes.lookup_path("exec_probe")]),
    "dropped": lambda table: resolve([table.context, *table.contexts.lookup_path("dropped")]),
    "took": _took,
    "time": lambda table: table.time,
}
"""Query field → the function that computes its numbers, one an event."""


def build_event(table: TableState, row: int, columns: Mapping[str, int]) -> Event:
    """Build one event from its row of the columns."""
    kind, time = Kind(columns["kind"]), columns["time"]
    process = columns["process"]
    fields = _context_fields(table, columns["context"]) | _socket_fields(table, columns["socket"])
    fields |= _process_fields(table, process) | _parent_fields(table, columns["parent"])
    if kind is Kind.EXIT:
        if fields["status"] is None and fields["signal"] is None:
            fields["status"] = 0
        if fields["start"] is not None and time != UNKNOWN_TIME:
            fields["took"] = (time - fields["start"]) / 1e6
    approximate, size = bool(columns["approximate"]), columns["size"]
    return Event(row=row, time=time, kind=kind, approximate=approximate, size=size, **fields)


def _context_fields(table: TableState, context: int) -> dict[str, Any]:
    names = ("node", "cluster", "function", "policy", "action", "signal", "file")
    texts = {name: table.contexts.text(name, context) for name in names}
    return texts | {name: _number(table.contexts.value(name, context)) for name in ("status", "dropped")}


def _socket_fields(table: TableState, socket: int) -> dict[str, Any]:
    texts = {name: table.sockets.text(name, socket) for name in ("family", "proto", "saddr", "daddr")}
    return texts | {name: _number(table.sockets.value(name, socket)) for name in ("sport", "dport")}


def _process_fields(table: TableState, row: int) -> dict[str, Any]:
    processes = table.processes
    init = _number(processes.value("in_init_tree", row))
    numbers = {name: _number(processes.value(name, row)) for name in ("pid", "uid", "auid", "start")}
    return {
        **{name: processes.text(name, row) for name in _PROCESS_TEXTS},
        **numbers,
        "in_init_tree": None if init is None else bool(init),
        "exec_probe": processes.value("exec_probe", row) > 0,
        "exec_id": processes.exec_id(row) or None,
        "parent_exec_id": processes.parent_exec_id(row) or None,
    }


def _parent_fields(table: TableState, row: int) -> dict[str, Any]:
    processes = table.processes
    return {
        "has_parent": bool(row),
        **{f"parent_{name}": processes.text(name, row) for name in ("binary", "arguments", "cwd")},
        **{f"parent_{name}": _number(processes.value(name, row)) for name in ("pid", "uid")},
    }


_PROCESS_TEXTS = (
    *("user", "binary", "arguments", "cwd", "flags", "namespace", "workload", "workload_kind", "pod", "container"),
    *("image", "docker", "labels"),
)


def _number(value: int) -> int | None:
    return None if value == ABSENT else value
