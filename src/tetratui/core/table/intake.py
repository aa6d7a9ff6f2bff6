"""Lines become columns: decoded, their texts coded, a process block that was seen before not read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.decode import Decoded, decode_all
from tetratui.core.events.kinds import Kind
from tetratui.core.events.shapes import Argument, Body, Line
from tetratui.core.events.times import UNKNOWN_TIME, nanoseconds_of_all
from tetratui.core.table.blocks import Blocks
from tetratui.core.table.distinct import OwnTable, SocketTable
from tetratui.core.table.processes import ProcessTable

COLUMNS: dict[str, Any] = {
    "time": np.int64,
    "kind": np.uint8,
    "process": np.uint32,
    "parent": np.uint32,
    "own": np.uint32,
    "socket": np.uint32,
    "size": np.uint32,
    "approximate": np.bool_,
    "file": np.int32,
    "offset": np.int64,
}
"""The columns of the event table; `file` and `offset` are where the line stands."""


class Batch(Protocol):
    """Lines that stand together, oldest first; a chunk of `core.sources` is one."""

    @property
    def file(self) -> int:
        """Number of the file, as whoever reads lines back knows it."""

    @property
    def lines(self) -> Sequence[bytes]:
        """The lines without their line feeds."""

    @property
    def offsets(self) -> Sequence[int]:
        """Where each line begins in the file."""


@dataclass(slots=True)
class Taken:
    """What a batch became."""

    columns: dict[str, NDArray[Any]]
    count: int
    bad: list[tuple[int, str, int]] = field(default_factory=list)
    """Lines that are no event: events before it in this batch, reason, index in the batch."""


class Intake:
    """Reads batches into rows; the only writer of the process, own and socket tables."""

    def __init__(self, processes: ProcessTable, owns: OwnTable, sockets: SocketTable) -> None:
        self._owns, self._sockets = owns, sockets
        self._blocks = Blocks(processes)
        self._of_processes: dict[tuple[str | None, str | None, int | None], int] = {}

    def take(self, batch: Batch) -> Taken:
        """Decode a batch; the rows it needs in the other tables are there when it returns."""
        decoded = decode_all(batch.lines)
        bad = [(index - number, reason, index) for number, (index, reason) in enumerate(decoded.bad)]
        kept: Sequence[int] = range(len(batch.lines))
        if bad:
            refused = {index for index, _ in decoded.bad}
            kept = [index for index in kept if index not in refused]
        return Taken(self._columns(batch, decoded, kept), len(kept), bad)

    def _columns(self, batch: Batch, decoded: Decoded, kept: Sequence[int]) -> dict[str, NDArray[Any]]:
        kinds, whole = decoded.kinds, decoded.whole
        bodies = [line.body for line in whole]
        columns = {
            "kind": kinds,
            "process": self._blocks.rows([body.process for body in bodies]),
            "parent": self._blocks.rows([body.parent for body in bodies]),
            "own": [self._own(kind, line) for kind, line in zip(kinds, whole, strict=True)],
            "socket": [self._socket(body) if body.args or body.returned else 0 for body in bodies],
            "size": [len(batch.lines[index]) for index in kept],
            "offset": [batch.offsets[index] for index in kept],
        }
        self._blocks.publish()
        arrays = {name: np.array(values, dtype=COLUMNS[name]) for name, values in columns.items()}
        arrays["time"] = nanoseconds_of_all([line.time or line.body.time for line in whole])
        arrays["file"] = np.full(len(kept), batch.file, dtype=COLUMNS["file"])
        return arrays

    def _own(self, kind: int, line: Line) -> int:
        body = line.body
        if kind in _OF_PROCESSES:
            key = line.node_name, body.signal, body.status
            code = self._of_processes.get(key)
            if code is None:
                code = self._of_processes[key] = self._owns.code((key[0], None, None, None, key[1], None, key[2]))
            return code
        function = body.function_name or _function(kind, body)
        file = body.path or _file(body)
        return self._owns.code(
            (line.node_name, function, body.policy_name, body.action, body.signal, file, body.status)
        )

    def _socket(self, body: Body) -> int:
        socket = next((one.socket for one in _arguments(body) if one.socket is not None), None)
        if socket is None:
            return 0
        destination = socket.addr if socket.daddr is None else socket.daddr
        port = socket.port if socket.dport is None else socket.dport
        return self._sockets.code((socket.family, socket.protocol, socket.saddr, destination, socket.sport, port))


_OF_PROCESSES = frozenset({Kind.EXEC, Kind.EXIT})
"""The kinds that no policy makes: they have neither function nor action nor arguments of a call."""


def _arguments(body: Body) -> list[Argument]:
    return [*(body.args or ()), *(() if body.returned is None else (body.returned,))]


def _file(body: Body) -> str | None:
    return next((one.file for one in _arguments(body) if one.file is not None), None)


def _function(kind: int, body: Body) -> str | None:
    if kind == Kind.UPROBE:
        return body.symbol
    if kind == Kind.USDT:
        return body.name
    if kind == Kind.TRACEPOINT:
        return "/".join(filter(None, (body.subsys, body.event))) or None
    return None


def stamp(columns: dict[str, NDArray[Any]], before: int) -> None:
    """Give events without a time that of the line before, and mark them; `before` is the last time known, or -1.

    Without any line before, it is the time of the next one that has one.
    """
    time = columns["time"]
    absent = time == UNKNOWN_TIME
    columns["approximate"] = absent
    if not absent.any():
        return
    last = np.maximum.accumulate(np.where(absent, -1, np.arange(len(time))))
    leading = before if before != UNKNOWN_TIME or absent.all() else time[np.argmin(absent)]
    columns["time"] = np.where(last >= 0, time[last], leading)
