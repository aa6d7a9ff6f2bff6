"""Decode lines of the export file into the fields that become columns.

Two decoders accept the same lines and return the same fields (tests/core/events/test_decode.py): a fast typed one for
lines shaped as Tetragon writes them, and a lenient one (`lenient_decode`) for every other JSON object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import filterfalse
from typing import NamedTuple

import msgspec
import numpy as np
import orjson
from msgspec.structs import astuple
from numpy.typing import NDArray

from tetratui.core.events.kinds import JSON_KEYS, LIFECYCLE_KINDS
from tetratui.core.events.lenient_decode import NotAnEventError, decode_block_leniently, decode_leniently
from tetratui.core.events.shapes import Block, EventBody, EventLine, ProcessBody

_KEYS = {int(kind): key for kind, key in JSON_KEYS.items() if key}
_decode_line = msgspec.json.Decoder(
    msgspec.defstruct(
        "whole",
        [
            *(
                (
                    key,
                    (ProcessBody if kind in LIFECYCLE_KINDS else EventBody) | None,
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
"""Decodes a line into a struct with one field per kind: the body under the line's own kind, None under all others."""
_block_decoder = msgspec.json.Decoder(Block)
_block_list_decoder = msgspec.json.Decoder(list[Block])


DecodeRefused = Callable[[bytes], tuple[int, EventLine]]
"""Decodes one line, or raises NotAnEventError."""


class DecodedBatch(NamedTuple):
    """The decoded fields of a batch of lines: each of the first four holds one value per event, in line order."""

    kinds: NDArray[np.uint8]
    bodies: Sequence[EventBody | ProcessBody]
    nodes: Sequence[str | None]
    times: Sequence[str | None]
    unreadable: list[tuple[int, str]]
    """Index and reason of each line that is not an event."""


def decode_all(lines: Sequence[bytes], decode_refused: DecodeRefused | None = None) -> DecodedBatch:
    """Decode lines (without line feeds); a line that holds no event is unreadable.

    `decode_refused` decodes a line that the typed decoder refuses; the lenient decoder does if it is not given.

    JSON is what orjson accepts: strict UTF-8, no NaN, no bare control characters. A few hundred lines a call are
    fastest: their fields stay in a processor core's own cache until they are columns.
    """
    try:
        # msgspec does not check the bytes of the fields it skips: check the UTF-8 of non-ASCII lines here.
        list(map(_as_text, filterfalse(bytes.isascii, lines)))
        *columns, nodes, times = zip(*map(astuple, map(_decode_line, lines)), strict=True)
    except (ValueError, RecursionError):
        return _decode_one_by_one(lines, decode_refused or decode_leniently)
    kinds = np.zeros(len(lines), dtype=np.uint8)
    bodies: Sequence[EventBody | ProcessBody | None] = ()
    body_count = 0
    for kind, column in zip(_KEYS, columns, strict=True):
        if count := len(column) - column.count(None):
            body_count += count
            kinds += np.frombuffer(bytes(map(bool, column)), dtype=np.uint8) * np.uint8(kind)
            bodies = [body or other for body, other in zip(bodies, column, strict=True)] if bodies else column
    # With a line of no known kind, or of two, `kinds` is wrong: decode each line by itself.
    one_body_a_line = body_count == len(lines) and None not in bodies
    if not one_body_a_line:
        return _decode_one_by_one(lines, decode_refused or decode_leniently)
    return DecodedBatch(kinds, bodies, nodes, times, [])  # type: ignore[arg-type]


_as_text = partial(str, encoding="utf-8")


def _decode_one_by_one(lines: Sequence[bytes], decode_refused: DecodeRefused) -> DecodedBatch:
    """Decode each line by itself: at least one of them has another shape, or is not JSON at all."""
    decoded: list[tuple[int, EventLine]] = []
    unreadable: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        try:
            decoded.append(_decode_typed(line) or decode_refused(line))
        except NotAnEventError as error:
            unreadable.append((index, str(error)))
    events = [event for _, event in decoded]
    return DecodedBatch(
        np.array([kind for kind, _ in decoded], dtype=np.uint8),
        [event.body for event in events],
        [event.node_name for event in events],
        [event.time for event in events],
        unreadable,
    )


def _decode_typed(line: bytes) -> tuple[int, EventLine] | None:
    """Return the kind and the fields of a line, or None if the lenient decoder must read it."""
    try:
        _as_text(line)
        *columns, node, time = astuple(_decode_line(line))
    except (ValueError, RecursionError):
        return None
    bodies = [(kind, body) for kind, body in zip(_KEYS, columns, strict=True) if body is not None]
    return (bodies[0][0], EventLine(bodies[0][1], node, time)) if len(bodies) == 1 else None


def decode(line: bytes) -> tuple[int, EventLine]:
    """Return the kind and the fields of one line; raise NotAnEventError if it holds no event."""
    kinds, bodies, nodes, times, unreadable = decode_all([line])
    if unreadable:
        raise NotAnEventError(unreadable[0][1])
    return int(kinds[0]), EventLine(bodies[0], nodes[0], times[0])


def decode_block(raw: bytes) -> Block:
    """Return the process block in `raw`, the bytes of a JSON object that `decode` returned."""
    try:
        return _block_decoder.decode(raw)
    except (msgspec.ValidationError, RecursionError):
        return decode_block_leniently(orjson.loads(raw))


def decode_blocks(raws: Sequence[bytes]) -> list[Block]:
    """Return many process blocks at once.

    Raise ValueError or RecursionError if one of them has another shape: then call `decode_block` for each.
    """
    return _block_list_decoder.decode(b"[" + b",".join(raws) + b"]")
