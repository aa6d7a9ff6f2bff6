"""Where a line is stored, and a chunk of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tetratui.core.errors import SourceError

BLOCK_SIZE = 1 << 20
"""Bytes of one read: about 1,200 events."""


class LineGone(SourceError):  # noqa: N818 - a state of the line that callers expect and show, not a fault
    """A line that was read once and can no longer be read back."""


@dataclass(frozen=True, slots=True)
class LineLocation:
    """Where a line begins."""

    file: int
    """Index of the file in the `SourceRegistry`."""
    offset: int
    """Bytes of content before the line."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one file, in the file's order."""

    file: int
    """Index of the file in the `SourceRegistry`."""
    offset: int
    """Where the first line begins, in bytes of content."""
    lines: list[bytes]
    """The lines without their newline; empty lines count."""
    offsets: list[int]
    """Where each line begins."""
    last: bool = False
    """Whether the file is read completely with this chunk."""
    shifts: tuple[tuple[int, int], ...] = ()
    """Where the rows of the source do not follow one another: index of a line, and the rows left out before it.

    Rows are left out where an event has several lines. The number is negative where several events share a line. The
    index may be that of the line after the last one.
    """


def number_lines(chunks: Iterable[Chunk]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of chunks, each with its row in the sources."""
    row = 0
    for chunk in chunks:
        shifts: dict[int, int] = {}
        for index, shift in chunk.shifts:
            shifts[index] = shifts.get(index, 0) + shift
        for index, line in enumerate(chunk.lines):
            row += shifts.get(index, 0)
            yield row, line
            row += 1
        row += shifts.get(len(chunk.lines), 0)
