"""What lines say, in their order: blocks and times as they stand there, who says it and which socket as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from tetratui.core.events.decode import decode_all
from tetratui.core.events.kinds import LIFECYCLE_KINDS, Kind
from tetratui.core.events.shapes import Argument, EventBody, ProcessBody
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable

_Body = EventBody | ProcessBody
_Key = tuple[str | None, str | None, int | None]
"""Node, signal, status: all that is said of an event that no policy made."""
_HOOKED = np.array([Kind(kind) not in LIFECYCLE_KINDS for kind in range(len(Kind))])
"""By kind: whether a policy may have made it."""


class DecodedLines(NamedTuple):
    """What some lines say, one value an event."""

    kind: NDArray[np.uint8]
    context: Sequence[int]
    socket: Sequence[int]
    processes: Sequence[Raw]
    parents: Sequence[Raw]
    times: Sequence[str | None]
    unreadable: list[tuple[int, str, int]]
    """Lines that are no event: events before it, reason, index among the lines."""


class LineDecoder:
    """Reads lines; a writer of the own and socket tables."""

    def __init__(self, contexts: ContextTable, sockets: SocketTable) -> None:
        self._contexts, self._sockets = contexts, sockets
        self._known: dict[_Key, int] = {}

    def read(self, lines: Sequence[bytes]) -> DecodedLines:
        """Read lines (without line feeds)."""
        kinds, bodies, nodes, times, refused = decode_all(lines)
        keys = list(zip(nodes, [one.signal for one in bodies], [one.status for one in bodies], strict=True))
        hooked = _HOOKED[kinds].nonzero()[0].tolist()
        socket = [0] * len(bodies)
        if not hooked:
            context = self._of_processes(keys)
        else:
            context = [0] * len(bodies)
            for index in hooked:
                context[index] = self._context(int(kinds[index]), nodes[index], bodies[index])
                socket[index] = self._socket(bodies[index])
            others = (~_HOOKED[kinds]).nonzero()[0].tolist()
            for index, code in zip(others, self._of_processes([keys[index] for index in others]), strict=True):
                context[index] = code
        unreadable = [(index - number, reason, index) for number, (index, reason) in enumerate(refused)]
        processes, parents = [one.process for one in bodies], [one.parent for one in bodies]
        return DecodedLines(kinds, context, socket, processes, parents, _first(times, bodies), unreadable)

    def _of_processes(self, keys: Sequence[_Key]) -> list[int]:
        codes = list(map(self._known.get, keys))
        if None in codes:
            for key in dict.fromkeys(keys):
                node, signal, status = key
                self._known[key] = self._contexts.code((node, None, None, None, signal, None, status))
            codes = list(map(self._known.get, keys))
        return codes  # type: ignore[return-value]  # No None is left.

    def _context(self, kind: int, node: str | None, body: _Body) -> int:
        assert isinstance(body, EventBody)
        function = body.function_name or _function(kind, body)
        file = body.path or _file(body)
        return self._contexts.code((node, function, body.policy_name, body.action, body.signal, file, body.status))

    def _socket(self, body: _Body) -> int:
        assert isinstance(body, EventBody)
        if not body.args and not body.returned:
            return 0
        socket = next((one.socket for one in _arguments(body) if one.socket is not None), None)
        if socket is None:
            return 0
        destination = socket.addr if socket.daddr is None else socket.daddr
        port = socket.port if socket.dport is None else socket.dport
        return self._sockets.code((socket.family, socket.protocol, socket.saddr, destination, socket.sport, port))


def _first(times: Sequence[str | None], bodies: Sequence[_Body]) -> Sequence[str | None]:
    """Give each line's own time, that of its body where it has none."""
    return times if all(times) else [time or body.time for time, body in zip(times, bodies, strict=True)]


def _arguments(body: EventBody) -> list[Argument]:
    return [*(body.args or ()), *(() if body.returned is None else (body.returned,))]


def _file(body: EventBody) -> str | None:
    return next((one.file for one in _arguments(body) if one.file is not None), None)


def _function(kind: int, body: EventBody) -> str | None:
    if kind == Kind.UPROBE:
        return body.symbol
    if kind == Kind.USDT:
        return body.name
    if kind == Kind.TRACEPOINT:
        return "/".join(filter(None, (body.subsys, body.event))) or None
    return None
