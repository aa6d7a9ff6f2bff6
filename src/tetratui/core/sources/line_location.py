"""Where a line stands, and the lines of one read."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.errors import SourceError

BLOCK = 1 << 20
"""Bytes of one read: some 1,200 events."""


class LineGone(SourceError):  # noqa: N818 - a fact about the line, told on screen; callers expect it
    """A line that was read once and can no longer be read back."""


@dataclass(frozen=True, slots=True)
class LineLocation:
    """Where a line begins: which file (an index into `Origins`) and the offset in its content, in bytes."""

    file: int
    offset: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one file, in the file's order."""

    file: int
    """Which file, an index into `Origins`."""
    offset: int
    """Where the first line begins, in bytes of content."""
    lines: list[bytes]
    """The lines without their newline; an empty one is a line too."""
    offsets: list[int]
    """Where each line begins."""
    last: bool = False
    """Whether the file was read to its end with this chunk."""
