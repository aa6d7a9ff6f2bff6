"""Cut a file into byte ranges of whole lines, so that other threads can read them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tetratui.core.sources.line_block import LineBlock
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import find_line_starts


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The whole lines of one file between two offsets, not read yet."""

    file: int
    """Index of the file in the `SourceRegistry`."""
    fd: int
    """Descriptor of its content, open until the iterator that yielded the range goes on."""
    begin: int
    end: int
    data_begin: int = 0
    """Where the file's data begins; a hole lies before it."""
    last: bool = False
    """Whether the file is read completely with this range."""

    def read_block(self) -> LineBlock:
        """Return the lines in one piece; raise OSError if they cannot be read."""
        if self.begin == 0 and self.data_begin:
            # One NUL stands for a hole that copytruncate left, as when reading forwards.
            data = b"\0" + os.pread(self.fd, max(self.end - self.data_begin, 0), self.data_begin)
            return LineBlock(self.file, 0, data, min(self.data_begin, self.end) - 1, self.last)
        return LineBlock(self.file, self.begin, os.pread(self.fd, self.end - self.begin, self.begin), last=self.last)

    def read(self) -> Chunk:
        """Return the lines; raise OSError if they cannot be read."""
        block = self.read_block()
        lines = block.data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        offsets = find_line_starts(lines, self.begin)[:-1]
        if block.skipped:
            offsets = [*offsets[:1], *(offset + block.skipped for offset in offsets[1:])]
        return Chunk(self.file, self.begin, lines, offsets, last=self.last)


def find_line_begin(fd: int, end: int, block: int, data_begin: int) -> int:
    """Return the start of a line, about one block before `end`; further before it if a line is longer than a block."""
    begin = end
    while (begin := begin - block) > data_begin:
        # A line may begin exactly at `begin`: then the newline before it is the byte at `begin - 1`.
        newline = os.pread(fd, block, begin - 1).find(b"\n")
        if newline >= 0:
            return begin + newline
    return 0


def find_line_end(fd: int, begin: int, block: int, end: int) -> int:
    """Return the end of a line, about one block after `begin`; at most `end`."""
    offset = begin + block
    while offset < end:
        newline = os.pread(fd, min(block, end - offset), offset).find(b"\n")
        if newline >= 0:
            return offset + newline + 1
        offset += block
    return end


def find_last_line_end(fd: int, end: int) -> int:
    """Return the end of the last whole line before `end`; 0 if there is none."""
    while end:
        begin = max(0, end - BLOCK_SIZE)
        newline = os.pread(fd, end - begin, begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0
