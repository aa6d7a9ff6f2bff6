"""What lines say, in their order: blocks and times as they stand there, who says it and which socket as rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import numpy as np
from msgspec import Raw
from msgspec.structs import astuple
from numpy.typing import NDArray

from tetratui.core.events.decode import Group, decode_all
from tetratui.core.events.kinds import OF_PROCESSES, Kind
from tetratui.core.events.shapes import Argument, Body, Line
from tetratui.core.table.distinct import OwnTable, SocketTable

Value = TypeVar("Value")


class Said(NamedTuple):
    """What some lines say, one value an event."""

    kind: NDArray[np.uint8]
    own: NDArray[np.uint32]
    socket: NDArray[np.uint32]
    processes: Sequence[Raw]
    parents: Sequence[Raw]
    times: Sequence[str | None]
    bad: list[tuple[int, str, int]]
    """Lines that are no event: events before it, reason, index among the lines."""


class _OfKind(NamedTuple):
    owns: Sequence[int]
    sockets: Sequence[int] | int
    processes: Sequence[Raw]
    parents: Sequence[Raw]
    times: Sequence[str | None]


class Reader:
    """Reads lines; a writer of the own and socket tables."""

    def __init__(self, owns: OwnTable, sockets: SocketTable) -> None:
        self._owns, self._sockets = owns, sockets
        self._known: dict[tuple[str | None, str | None, int | None], int] = {}

    def read(self, lines: Sequence[bytes]) -> Said:
        """Read lines (without line feeds)."""
        groups, refused = decode_all(lines)
        bad = [(index - number, reason, index) for number, (index, reason) in enumerate(refused)]
        if bad:
            groups = _moved_up(groups, [index for index, _ in refused], len(lines))
        count = len(lines) - len(bad)
        kind, own, socket = np.zeros(count, np.uint8), np.zeros(count, np.uint32), np.zeros(count, np.uint32)
        said: list[_OfKind] = []
        for code, places, whole in groups:
            of_kind = self._of_processes(whole) if code in OF_PROCESSES else self._of_hooks(code, whole)
            kind[places], own[places], socket[places] = code, of_kind.owns, of_kind.sockets
            said.append(of_kind)
        order = np.argsort(np.concatenate([group.places for group in groups])).tolist() if groups else []
        processes = _in_order([one.processes for one in said], order)
        parents = _in_order([one.parents for one in said], order)
        return Said(kind, own, socket, processes, parents, _in_order([one.times for one in said], order), bad)

    def _of_processes(self, lines: Sequence[Line]) -> _OfKind:
        bodies, nodes, times = zip(*map(astuple, lines), strict=True)
        processes, parents, statuses, signals, inner = zip(*map(astuple, bodies), strict=True)
        keys = list(zip(nodes, signals, statuses, strict=True))
        codes = list(map(self._known.get, keys))
        if None in codes:
            for key in dict.fromkeys(keys):
                node, signal, status = key
                self._known[key] = self._owns.code((node, None, None, None, signal, None, status))
            codes = list(map(self._known.get, keys))
        return _OfKind(codes, 0, processes, parents, _first(times, inner))  # type: ignore[arg-type]  # No None left.

    def _of_hooks(self, kind: int, lines: Sequence[Line]) -> _OfKind:
        bodies: list[Any] = [line.body for line in lines]
        return _OfKind(
            [self._own(kind, line.node_name, body) for line, body in zip(lines, bodies, strict=True)],
            [self._socket(body) if body.args or body.returned else 0 for body in bodies],
            [body.process for body in bodies],
            [body.parent for body in bodies],
            [line.time or body.time for line, body in zip(lines, bodies, strict=True)],
        )

    def _own(self, kind: int, node: str | None, body: Body) -> int:
        function = body.function_name or _function(kind, body)
        file = body.path or _file(body)
        return self._owns.code((node, function, body.policy_name, body.action, body.signal, file, body.status))

    def _socket(self, body: Body) -> int:
        socket = next((one.socket for one in _arguments(body) if one.socket is not None), None)
        if socket is None:
            return 0
        destination = socket.addr if socket.daddr is None else socket.daddr
        port = socket.port if socket.dport is None else socket.dport
        return self._sockets.code((socket.family, socket.protocol, socket.saddr, destination, socket.sport, port))


def _moved_up(groups: Sequence[Group], refused: Sequence[int], count: int) -> list[Group]:
    """Give places among the events, where some lines are none."""
    kept = np.ones(count, dtype=np.bool_)
    kept[list(refused)] = False
    rank = np.cumsum(kept) - 1
    return [group._replace(places=rank[group.places]) for group in groups]


def _in_order(of_kinds: Sequence[Sequence[Value]], order: Sequence[int]) -> list[Value]:
    """Put what lines say, told kind after kind, back into the order of the lines."""
    return list(map(list(chain.from_iterable(of_kinds)).__getitem__, order))


def _first(times: Sequence[str | None], inner: Sequence[str | None]) -> Sequence[str | None]:
    """Give each line's own time, that of its body where it has none."""
    return times if all(times) else [time or other for time, other in zip(times, inner, strict=True)]


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
