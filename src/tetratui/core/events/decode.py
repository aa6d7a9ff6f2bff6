"""One line of the export file as the fields that become columns; the line itself stays where it is.

There are two ways through, and they accept the same lines and give the same fields (tests/core/events/test_decode.py):
a typed one for lines shaped as Tetragon writes them, and a lenient one for every other JSON object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

import msgspec
import numpy as np
import orjson
from numpy.typing import NDArray

from tetratui.core.events.kinds import JSON_KEYS, OF_PROCESSES, Kind
from tetratui.core.events.shapes import Block, Body, Line, ProcessBody
from tetratui.core.events.unusual import NotAnEventError, decode_leniently, lenient_block


def _line_of(kind: Kind) -> type[Line]:
    body = ProcessBody if kind in OF_PROCESSES else Body
    return msgspec.defstruct(
        f"{kind.word}_line",
        [
            ("body", body, msgspec.field(name=kind.json_key)),
            ("node_name", str | None, None),
            ("time", str | None, None),
        ],
        bases=(),
        gc=False,
        frozen=True,
    )  # type: ignore[return-value]  # The same fields as Line, under the kind's key.


_DECODERS = {int(kind): msgspec.json.Decoder(_line_of(kind)) for kind, key in JSON_KEYS.items() if key}
_KINDS = {key.encode(): kind for kind, key in JSON_KEYS.items() if key}
_HEAD = len(b'{"process_kprobe":')
_KIND_OF_HEAD = {
    (b'{"%b":{"process":' % key)[:_HEAD]: int(kind) for key, kind in _KINDS.items() if len(key) + 4 <= _HEAD
}
"""Kinds told by the first bytes of a line, where its whole key is in them."""
_FEW = 16
"""So many lines, one of which is unusual, are read one by one."""
_block = msgspec.json.Decoder(Block)
_blocks = msgspec.json.Decoder(list[Block])


class Group(NamedTuple):
    """The lines of one kind among a run of lines."""

    kind: int
    places: NDArray[np.intp]
    """The index of each line among all, rising."""
    lines: Sequence[Line]


class Decoded(NamedTuple):
    """What a run of lines became."""

    groups: list[Group]
    bad: list[tuple[int, str]]
    """Index and reason of each line that is no event."""


def decode_all(lines: Sequence[bytes]) -> Decoded:
    """Read lines (without line feeds) into their fields, by kind; whatever is no JSON object is bad.

    JSON is what orjson takes: strict UTF-8, no NaN, no bare control characters.
    """
    kinds = list(map(_KIND_OF_HEAD.get, [line[:_HEAD] for line in lines]))
    if None in kinds:
        kinds = [_kind_of(line) if kind is None else kind for kind, line in zip(kinds, lines, strict=True)]
    codes = np.fromiter(kinds, dtype=np.uint8, count=len(lines))
    unusual: list[int] = []
    groups: list[Group] = []
    for kind in np.flatnonzero(np.bincount(codes)).tolist():
        of_kind = codes == kind
        places = np.flatnonzero(of_kind)
        if kind == Kind.UNKNOWN:
            unusual.extend(places.tolist())
            continue
        whole, refused = _typed(_DECODERS[kind], list(compress(lines, of_kind.tolist())))
        if refused:
            unusual.extend(places[refused].tolist())
            places = np.delete(places, refused)
        if len(whole):
            groups.append(Group(kind, places, whole))
    others, bad = _unusual(lines, unusual)
    return Decoded(groups + others, bad)


def _typed(decoder: msgspec.json.Decoder[Line], lines: Sequence[bytes]) -> tuple[list[Line], list[int]]:
    """Read lines of one kind together; give what they say and the indexes of those shaped in another way."""
    text = b"\n".join(lines)
    try:
        if not text.isascii():
            # msgspec does not look at the bytes of the fields it skips.
            text.decode()
        whole = decoder.decode_lines(text)
        # A blank line gives nothing and a line that goes on in the next one less: as many values as lines, so each
        # line is one.
        if len(whole) == len(lines):
            return whole, []
    except (ValueError, RecursionError):
        pass
    if len(lines) > _FEW:
        half = len(lines) // 2
        (first, refused), (second, also) = _typed(decoder, lines[:half]), _typed(decoder, lines[half:])
        return first + second, refused + [half + index for index in also]
    return _one_by_one(decoder, lines)


def _one_by_one(decoder: msgspec.json.Decoder[Line], lines: Sequence[bytes]) -> tuple[list[Line], list[int]]:
    whole: list[Line] = []
    refused: list[int] = []
    for index, line in enumerate(lines):
        try:
            line.decode()
            whole.append(decoder.decode(line))
        except (ValueError, RecursionError):
            refused.append(index)
    return whole, refused


def _unusual(lines: Sequence[bytes], places: Iterable[int]) -> tuple[list[Group], list[tuple[int, str]]]:
    """Read lines by the lenient reader, which tells another shape from no JSON at all."""
    found: dict[int, list[tuple[int, Line]]] = {}
    bad: list[tuple[int, str]] = []
    for place in sorted(places):
        try:
            kind, line = decode_leniently(lines[place])
        except NotAnEventError as error:
            bad.append((place, str(error)))
        else:
            found.setdefault(kind, []).append((place, line))
    groups = [
        Group(kind, np.array([place for place, _ in pairs]), [line for _, line in pairs])
        for kind, pairs in found.items()
    ]
    return groups, bad


def decode(line: bytes) -> tuple[int, Line]:
    """Read one line as `decode_all` does; raises NotAnEventError for what is no JSON object."""
    groups, bad = decode_all([line])
    if bad:
        raise NotAnEventError(bad[0][1])
    return groups[0].kind, groups[0].lines[0]


def _kind_of(line: bytes) -> int:
    return _KINDS.get(line[2 : line.find(b'"', 2)], Kind.UNKNOWN) if line.startswith(b'{"') else Kind.UNKNOWN


def block_of(raw: bytes) -> Block:
    """Read a process block from the bytes of an object that `decode` has found to be JSON."""
    try:
        return _block.decode(raw)
    except (msgspec.ValidationError, RecursionError):
        return lenient_block(orjson.loads(raw))


def blocks_of(raws: Sequence[bytes]) -> list[Block]:
    """Read many process blocks at once; raises ValueError or RecursionError if `block_of` must read them one by one."""
    return _blocks.decode(b"[" + b",".join(raws) + b"]")
