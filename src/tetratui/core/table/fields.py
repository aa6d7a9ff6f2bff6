"""Where each field of the query language stands in the tables, and one event with all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.event import Event

if TYPE_CHECKING:
    from tetratui.core.table.event_table import EventTable

ABSENT = -1
TEXT_FIELDS: dict[str, tuple[str, str]] = {
    "bin": ("process", "binary"),
    "args": ("process", "arguments"),
    "cwd": ("process", "cwd"),
    "user": ("process", "user"),
    "flags": ("process", "flags"),
    "ns": ("process", "namespace"),
    "pod": ("process", "pod"),
    "container": ("process", "container"),
    "image": ("process", "image"),
    "docker": ("process", "docker"),
    "parent": ("parent", "binary"),
    "pargs": ("parent", "arguments"),
    "host": ("own", "node"),
    "func": ("own", "function"),
    "policy": ("own", "policy"),
    "action": ("own", "action"),
    "signal": ("own", "signal"),
    "file": ("own", "file"),
    "family": ("socket", "family"),
    "proto": ("socket", "proto"),
    "saddr": ("socket", "saddr"),
    "daddr": ("socket", "daddr"),
}
"""Query field → which row of the event holds it, and the column there."""


def _status(table: EventTable) -> NDArray[Any]:
    own = table.own
    status, signal = table.owns.status[own], table.owns.signal[own]
    # Tetragon leaves a status of 0 out; a process that a signal ended has none.
    silent = (table.kind == Kind.EXIT) & (status == ABSENT) & (signal == 0)
    return np.where(silent, 0, status)


def _took(table: EventTable) -> NDArray[Any]:
    start = table.processes.start[table.process]
    known = (table.kind == Kind.EXIT) & (start != UNKNOWN_TIME) & (table.time != UNKNOWN_TIME)
    return np.where(known, (table.time - start) / 1e6, np.nan)


NUMBERS: dict[str, Callable[[EventTable], NDArray[Any]]] = {
    "pid": lambda table: table.processes.pid[table.process].astype(np.int64),
    "ppid": lambda table: table.processes.pid[table.parent].astype(np.int64),
    "uid": lambda table: table.processes.uid[table.process],
    "sport": lambda table: table.sockets.sport[table.socket],
    "dport": lambda table: table.sockets.dport[table.socket],
    "status": _status,
    "took": _took,
    "time": lambda table: table.time,
}
"""Query field → its numbers, one per held event."""


def event_of(table: EventTable, row: int, columns: Mapping[str, int]) -> Event:
    """Put one event together from its row of the columns."""
    process, parent, own, socket = (columns[name] for name in ("process", "parent", "own", "socket"))
    kind, time = Kind(columns["kind"]), columns["time"]
    owns, processes = table.owns, table.processes
    status = _number(owns.value("status", own))
    signal = owns.text("signal", own)
    start = _number(processes.value("start", process))
    is_exit = kind is Kind.EXIT
    init = _number(processes.value("in_init_tree", process))
    return Event(
        row=row,
        time=time,
        kind=kind,
        approximate=bool(columns["approximate"]),
        size=columns["size"],
        signal=signal,
        status=0 if is_exit and status is None and signal is None else status,
        took=(time - start) / 1e6 if is_exit and start is not None and time != UNKNOWN_TIME else None,
        start=start,
        in_init_tree=None if init is None else bool(init),
        sport=_number(table.sockets.value("sport", socket)),
        dport=_number(table.sockets.value("dport", socket)),
        exec_id=processes.exec_id(process) or None,
        parent_exec_id=processes.parent_exec_id(process) or None,
        has_parent=bool(parent),
        **{name: owns.text(name, own) for name in ("node", "function", "policy", "action", "file")},
        **{name: table.sockets.text(name, socket) for name in ("family", "proto", "saddr", "daddr")},
        **{name: processes.text(name, process) for name in _PROCESS_TEXTS},
        **{name: _number(processes.value(name, process)) for name in ("pid", "uid", "auid")},
        **{f"parent_{name}": processes.text(name, parent) for name in ("binary", "arguments", "cwd")},
        **{f"parent_{name}": _number(processes.value(name, parent)) for name in ("pid", "uid")},
    )


_PROCESS_TEXTS = (
    "user",
    "binary",
    "arguments",
    "cwd",
    "flags",
    "namespace",
    "pod",
    "container",
    "image",
    "docker",
)


def _number(value: int) -> int | None:
    return None if value == ABSENT else value
