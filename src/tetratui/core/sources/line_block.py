"""Whole lines of one file in one piece, as they stand in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Bytes of whole lines, not split; the last one may lack its line feed at the end of its file."""

    file: int
    """Index of the file in the `SourceRegistry`."""
    offset: int
    """Where the first line begins, in bytes of content."""
    data: bytes
    skipped: int = 0
    """Bytes of the first line that are not in `data`: a hole in the file, for which one byte stands."""
    last: bool = False
    """Whether the file is read completely with this block."""
