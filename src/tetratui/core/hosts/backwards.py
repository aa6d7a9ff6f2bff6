"""Read the whole lines of a file of a host from an offset back to its beginning."""

from __future__ import annotations

from tetratui.core.hosts.content import Content
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.line_splitter import find_line_starts

FIRST_BLOCK, BLOCK = 1 << 18, 1 << 20
"""Bytes of the first read, which fills a screen, and of further ones."""


class BackwardsLines:
    """The lines of one file, newest first; where reading stands is kept when the connection is lost."""

    def __init__(self, file: int, spool: Spool, end: int) -> None:
        self._file = file
        self._spool = spool
        self._end = end
        """All from here on was read."""
        self._carry = b""
        """The end of a line that begins before `_end`."""
        self._block = FIRST_BLOCK

    @property
    def is_done(self) -> bool:
        """Whether the beginning was reached."""
        return self._end <= 0

    def read(self, content: Content) -> Chunk:
        """Return the next older lines; none if a line is longer than a block. Raise HostError."""
        begin = max(0, self._end - self._block)
        data = content.read(begin, self._end)
        self._spool.store(begin, data)
        self._end, self._block = begin, BLOCK
        data += self._carry
        if begin:
            # The first line may begin before the block.
            cut = data.find(b"\n") + 1 or len(data)
            self._carry, data, begin = data[:cut], data[cut:], begin + cut
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return Chunk(self._file, begin, lines, find_line_starts(lines, begin)[:-1], last=self.is_done)
