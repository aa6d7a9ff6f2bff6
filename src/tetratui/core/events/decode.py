"""One line of the export file as the fields that become columns; the line itself stays where it is.

There are two ways through, and they accept the same lines and give the same fields (tests/core/events/test_decode.py):
a typed one for lines shaped as Tetragon writes them, and a lenient one for every other JSON object.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import filterfalse
from typing import NamedTuple

import msgspec
import numpy as np
import orjson
from msgspec.structs import astuple
from numpy.typing import NDArray

from tetratui.core.events.kinds import JSON_KEYS, OF_PROCESSES
from tetratui.core.events.shapes import Block, EventBody, EventLine, ProcessBody
from tetratui.core.events.unusual import NotAnEventError, decode_leniently, lenient_block

_KEYS = {int(kind): key for kind, key in JSON_KEYS.items() if key}
_decode = msgspec.json.Decoder(
    msgspec.defstruct(
        "whole",
        [
            *(
                (
                    key,
                    (ProcessBody if kind in OF_PROCESSES else EventBody) | None,
                    msgspec.field(default=None, name=key),
                )
                for kind, key in _KEYS.items()
            ),
            ("node_name", str | None, None),
            ("time", str | None, None),
        ],
        gc=False,
        frozen=True,
    )
).decode
"""Reads a line: a body under the key of its kind, None under all others."""
_block = msgspec.json.Decoder(Block)
_blocks = msgspec.json.Decoder(list[Block])


class Decoded(NamedTuple):
    """What lines became: a value an event in the first four, in the order of the lines."""

    kinds: NDArray[np.uint8]
    bodies: Sequence[EventBody | ProcessBody]
    nodes: Sequence[str | None]
    times: Sequence[str | None]
    unreadable: list[tuple[int, str]]
    """Index and reason of each line that is no event."""


def decode_all(lines: Sequence[bytes]) -> Decoded:
    """Read lines (without line feeds) into their fields; whatever is no JSON object is bad.

    JSON is what orjson takes: strict UTF-8, no NaN, no bare control characters. Some hundred lines a call are quickest:
    what they become stays in a core's own cache until it is columns.
    """
    try:
        # msgspec does not look at the bytes of the fields it skips.
        list(map(_as_text, filterfalse(bytes.isascii, lines)))
        *of_kinds, nodes, times = zip(*map(astuple, map(_decode, lines)), strict=True)
    except (ValueError, RecursionError):
        return _one_by_one(lines)
    kinds = np.zeros(len(lines), dtype=np.uint8)
    bodies: Sequence[EventBody | ProcessBody | None] = ()
    found = 0
    for kind, column in zip(_KEYS, of_kinds, strict=True):
        if count := len(column) - column.count(None):
            found += count
            kinds += np.frombuffer(bytes(map(bool, column)), dtype=np.uint8) * np.uint8(kind)
            bodies = [body or other for body, other in zip(bodies, column, strict=True)] if bodies else column
    # A line of no known kind, or of two: the lenient reader tells.
    alone = found == len(lines) and None not in bodies
    return Decoded(kinds, bodies, nodes, times, []) if alone else _one_by_one(lines)  # type: ignore[arg-type]


_as_text = partial(str, encoding="utf-8")


def _one_by_one(lines: Sequence[bytes]) -> Decoded:
    """Read lines of which one at least has another shape, or is no JSON at all."""
    read: list[tuple[int, EventLine]] = []
    unreadable: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        try:
            read.append(_typed(line) or decode_leniently(line))
        except NotAnEventError as error:
            unreadable.append((index, str(error)))
    whole = [line for _, line in read]
    return Decoded(
        np.array([kind for kind, _ in read], dtype=np.uint8),
        [line.body for line in whole],
        [line.node_name for line in whole],
        [line.time for line in whole],
        unreadable,
    )


def _typed(line: bytes) -> tuple[int, EventLine] | None:
    try:
        _as_text(line)
        *of_kinds, node, time = astuple(_decode(line))
    except (ValueError, RecursionError):
        return None
    found = [(kind, body) for kind, body in zip(_KEYS, of_kinds, strict=True) if body is not None]
    return (found[0][0], EventLine(found[0][1], node, time)) if len(found) == 1 else None


def decode(line: bytes) -> tuple[int, EventLine]:
    """Read one line as `decode_all` does; raises NotAnEventError for what is no JSON object."""
    kinds, bodies, nodes, times, unreadable = decode_all([line])
    if unreadable:
        raise NotAnEventError(unreadable[0][1])
    return int(kinds[0]), EventLine(bodies[0], nodes[0], times[0])


def block_of(raw: bytes) -> Block:
    """Read a process block from the bytes of an object that `decode` has found to be JSON."""
    try:
        return _block.decode(raw)
    except (msgspec.ValidationError, RecursionError):
        return lenient_block(orjson.loads(raw))


def blocks_of(raws: Sequence[bytes]) -> list[Block]:
    """Read many process blocks at once; raises ValueError or RecursionError if `block_of` must read them one by one."""
    return _blocks.decode(b"[" + b",".join(raws) + b"]")
