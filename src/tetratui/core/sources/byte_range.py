"""A stretch of a file: whole lines that are not read yet."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tetratui.core.sources.line_location import BLOCK, Chunk
from tetratui.core.sources.line_splitter import starts_of


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Whole lines of one file, from an offset up to another."""

    file: int
    """Which file, an index into `Origins`."""
    fd: int
    """Its content, open as long as whoever gives the stretch has not gone on."""
    begin: int
    end: int
    data_begin: int = 0
    """Where the file's data begins; before it there is a hole."""
    last: bool = False
    """Whether the file was read to its end with this stretch."""

    def chunk(self) -> Chunk:
        """Read the lines; raises OSError."""
        if self.begin == 0 and self.data_begin:
            # A hole left by copytruncate: one NUL stands for it, as when reading forwards.
            data = b"\0" + os.pread(self.fd, max(self.end - self.data_begin, 0), self.data_begin)
            skipped = min(self.data_begin, self.end) - 1
        else:
            data, skipped = os.pread(self.fd, self.end - self.begin, self.begin), 0
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        offsets = starts_of(lines, self.begin)[:-1]
        if skipped:
            offsets = [*offsets[:1], *(offset + skipped for offset in offsets[1:])]
        return Chunk(self.file, self.begin, lines, offsets, last=self.last)


def line_begin(fd: int, end: int, block: int, data_begin: int) -> int:
    """Find where a line begins that lets a stretch before `end` have about one block, or one long line."""
    begin = end
    while (begin := begin - block) > data_begin:
        # From the byte before the window (it may begin exactly with a line), without the newline that ends it.
        found = os.pread(fd, block, begin - 1).find(b"\n")
        if found >= 0:
            return begin + found
    return 0


def line_end(fd: int, begin: int, block: int, end: int) -> int:
    """Find where a line ends that lets a stretch from `begin` have about one block, at `end` at the latest."""
    at = begin + block
    while at < end:
        found = os.pread(fd, min(block, end - at), at).find(b"\n")
        if found >= 0:
            return at + found + 1
        at += block
    return end


def end_of_lines(fd: int, end: int) -> int:
    """Find the end of the last whole line before an offset; 0 where there is none."""
    while end:
        begin = max(0, end - BLOCK)
        found = os.pread(fd, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0
