"""Decode a batch of lines into column values; process blocks and times stay as they stand in the lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from tetratui.core.events.decode import decode_all
from tetratui.core.events.kinds import LIFECYCLE_KINDS, Kind
from tetratui.core.events.shapes import Argument, EventBody, ProcessBody
from tetratui.core.table.ingest.refused_line import decode_refused
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable

_Body = EventBody | ProcessBody
_Key = tuple[str | None, str | None, int | None]
"""Node, signal, status: the whole context of an event that no policy made."""
_HOOKED = np.array([Kind(kind) not in LIFECYCLE_KINDS for kind in range(len(Kind))])
"""By kind: whether a policy may have made the event."""


class DecodedLines(NamedTuple):
    """The values of some lines, one an event."""

    kind: NDArray[np.uint8]
    context: Sequence[int]
    socket: Sequence[int]
    processes: Sequence[Raw]
    parents: Sequence[Raw]
    times: Sequence[str | None]
    unreadable: list[tuple[int, str, int]]
    """Unreadable lines: number of events before it, reason, index among the lines."""


class LineDecoder:
    """Decodes lines, and writes the context and socket tables."""

    def __init__(self, contexts: ContextTable, sockets: SocketTable) -> None:
        self._contexts, self._sockets = contexts, sockets
        self._context_codes: dict[_Key, int] = {}

    def read(self, lines: Sequence[bytes]) -> DecodedLines:
        """Decode lines (without line feeds)."""
        kinds, bodies, nodes, times, refused = decode_all(lines, decode_refused)
        keys = list(zip(nodes, [body.signal for body in bodies], [body.status for body in bodies], strict=True))
        hooked = _HOOKED[kinds].nonzero()[0].tolist()
        socket = [0] * len(bodies)
        # Most batches hold no event of a policy: their contexts take one pass over few distinct keys.
        if not hooked:
            context = self._contexts_of_processes(keys)
        else:
            context = [0] * len(bodies)
            for index in hooked:
                context[index] = self._context(int(kinds[index]), nodes[index], bodies[index])
                socket[index] = self._socket(bodies[index])
            others = (~_HOOKED[kinds]).nonzero()[0].tolist()
            for index, code in zip(others, self._contexts_of_processes([keys[index] for index in others]), strict=True):
                context[index] = code
        unreadable = [(index - number, reason, index) for number, (index, reason) in enumerate(refused)]
        processes, parents = [body.process for body in bodies], [body.parent for body in bodies]
        return DecodedLines(kinds, context, socket, processes, parents, _own_times(times, bodies), unreadable)

    def _contexts_of_processes(self, keys: Sequence[_Key]) -> list[int]:
        codes = list(map(self._context_codes.get, keys))
        if None in codes:
            for key in dict.fromkeys(keys):
                node, signal, status = key
                self._context_codes[key] = self._contexts.code((node, None, None, None, signal, None, status, None))
            codes = list(map(self._context_codes.get, keys))
        return codes  # type: ignore[return-value]  # No None is left.

    def _context(self, kind: int, node: str | None, body: _Body) -> int:
        assert isinstance(body, EventBody)
        function = body.function_name or _function(kind, body)
        action, file, dropped = body.action, body.path or _file(body), None
        if kind == Kind.THROTTLE:
            action, file = body.type, body.cgroup
        elif kind == Kind.RATE_LIMIT:
            dropped = body.dropped
        return self._contexts.code((node, function, body.policy_name, action, body.signal, file, body.status, dropped))

    def _socket(self, body: _Body) -> int:
        assert isinstance(body, EventBody)
        if not body.args and not body.returned:
            return 0
        socket = next((argument.socket for argument in _arguments(body) if argument.socket is not None), None)
        if socket is None:
            return 0
        destination = socket.addr if socket.daddr is None else socket.daddr
        port = socket.port if socket.dport is None else socket.dport
        return self._sockets.code((socket.family, socket.protocol, socket.saddr, destination, socket.sport, port))


def _own_times(times: Sequence[str | None], bodies: Sequence[_Body]) -> Sequence[str | None]:
    """Return the time of each line, that of its body where the line has none."""
    return times if all(times) else [time or body.time for time, body in zip(times, bodies, strict=True)]


def _arguments(body: EventBody) -> list[Argument]:
    return [*(body.args or ()), *(() if body.returned is None else (body.returned,))]


def _file(body: EventBody) -> str | None:
    return next((argument.file for argument in _arguments(body) if argument.file is not None), None)


def _function(kind: int, body: EventBody) -> str | None:
    if kind == Kind.UPROBE:
        return body.symbol
    if kind == Kind.USDT:
        return body.name
    if kind == Kind.TRACEPOINT:
        return "/".join(filter(None, (body.subsys, body.event))) or None
    return None
