"""Lines become columns: decoded, their texts coded, a process block that was seen before not read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.decode import Argument, Body, NotAnEventError, block_of, decode
from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME, Clock
from tetratui.core.table.distinct import OwnTable, SocketTable
from tetratui.core.table.processes import NO_BLOCK_ROW, ProcessTable

BLOCKS_REMEMBERED = 16_384
"""So many process blocks are known again by their bytes (about 8 MiB)."""
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
        self._processes, self._owns, self._sockets = processes, owns, sockets
        self._clock = Clock()
        self._blocks: dict[bytes, int] = {}
        self._older_blocks: dict[bytes, int] = {}

    def take(self, batch: Batch) -> Taken:
        """Decode a batch; the rows it needs in the other tables are there when it returns."""
        rows: list[tuple[int, ...]] = []
        kept: list[int] = []
        bad: list[tuple[int, str, int]] = []
        for index, line in enumerate(batch.lines):
            try:
                rows.append(self._row(line))
                kept.append(index)
            except NotAnEventError as error:
                bad.append((len(rows), str(error), index))
        self._processes.publish()
        return Taken(_columns(batch, rows, kept), len(rows), bad)

    def _row(self, line: bytes) -> tuple[int, ...]:
        kind, whole = decode(line)
        body = whole.body
        time = whole.time or body.time
        return (
            UNKNOWN_TIME if time is None else self._clock.nanoseconds(time),
            kind,
            self._block(bytes(body.process)),
            self._block(bytes(body.parent)),
            self._own(kind, body, whole.node_name),
            NO_BLOCK_ROW if body.args is None and body.returned is None else self._socket(body),
            len(line),
        )

    def _block(self, raw: bytes) -> int:
        row = self._blocks.get(raw)
        if row is None:
            row = self._older_blocks.get(raw)
            if row is None:
                block = block_of(raw)
                row = NO_BLOCK_ROW if block is None else self._processes.add(block)
            if len(self._blocks) >= BLOCKS_REMEMBERED // 2:
                self._older_blocks, self._blocks = self._blocks, {}
            self._blocks[raw] = row
        return row

    def _own(self, kind: int, body: Body, node: str | None) -> int:
        texts = self._owns.texts
        signal, policy, action = body.signal, body.policy_name, body.action
        return self._owns.code(
            (
                texts["node"].code(node),
                texts["function"].code(body.function_name or _function(kind, body)),
                texts["policy"].code(policy) if policy else 0,
                texts["action"].code(action) if action else 0,
                texts["signal"].code(signal) if signal else 0,
                texts["file"].code(body.path or _file(body)),
                -1 if body.status is None else body.status,
            )
        )

    def _socket(self, body: Body) -> int:
        socket = next((one.socket for one in _arguments(body) if one.socket is not None), None)
        if socket is None:
            return 0
        texts = self._sockets.texts
        sport, dport = socket.sport, socket.port if socket.dport is None else socket.dport
        return self._sockets.code(
            (
                texts["family"].code(socket.family),
                texts["proto"].code(socket.protocol),
                texts["saddr"].code(socket.saddr),
                texts["daddr"].code(socket.addr if socket.daddr is None else socket.daddr),
                -1 if sport is None else sport,
                -1 if dport is None else dport,
            )
        )


def _arguments(body: Body) -> list[Argument]:
    return [*(body.args or ()), *(() if body.returned is None else (body.returned,))]


def _file(body: Body) -> str | None:
    if body.args is None and body.returned is None:
        return None
    return next((one.file for one in _arguments(body) if one.file is not None), None)


def _function(kind: int, body: Body) -> str | None:
    if kind == Kind.UPROBE:
        return body.symbol
    if kind == Kind.USDT:
        return body.name
    if kind == Kind.TRACEPOINT:
        return "/".join(filter(None, (body.subsys, body.event))) or None
    return None


def _columns(batch: Batch, rows: list[tuple[int, ...]], kept: list[int]) -> dict[str, NDArray[Any]]:
    taken = list(zip(*rows, strict=True)) if rows else [()] * 7
    names = ("time", "kind", "process", "parent", "own", "socket", "size")
    columns = {name: np.array(values, dtype=COLUMNS[name]) for name, values in zip(names, taken, strict=True)}
    columns["file"] = np.full(len(rows), batch.file, dtype=COLUMNS["file"])
    columns["offset"] = np.array(batch.offsets, dtype=COLUMNS["offset"])[kept]
    return columns


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
