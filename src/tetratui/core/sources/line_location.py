"""Where a line is stored, and a chunk of lines."""

from __future__ import annotations

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
