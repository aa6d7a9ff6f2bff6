"""Read what is already there from its end: the newest lines first on screen, older ones join above."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import IO

from tetratui.core.errors import SourceError
from tetratui.core.sources.content import BROKEN_GZIP, broken, first_data, head_of, is_gzip, unpacked
from tetratui.core.sources.opening import refusal
from tetratui.core.sources.origins import Origins
from tetratui.core.sources.place import BLOCK, Chunk
from tetratui.core.sources.reading import open_rotated


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where following began; all before it is history."""

    file: int
    """The live file, an index into `Origins`."""
    offset: int
    """The end of its last whole line when it was opened."""
    older: tuple[Path, ...]
    """The rotated files of that moment, oldest first."""


def history_backwards(
    origins: Origins, beginning: Beginning | None = None, older: Sequence[Path] = (), block: int = BLOCK
) -> Iterator[Chunk]:
    """Read the live file's history from where following began, then `older` files (oldest first), newest chunk first.

    A chunk's own lines stay in the file's order; its first or last may be large where a line is. `last` marks the
    chunk that begins its file. What cannot be read is added to `origins.faults`; the rest is still read.
    """
    if beginning:
        yield from _noting(origins, origins.path(beginning.file), _live(origins, beginning, block))
    for path in reversed(older):
        yield from _noting(origins, path, _rotated(origins, path, block))


def _noting(origins: Origins, path: Path, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Read one file; what stands in the way (also no room to unpack it) ends only this one."""
    try:
        yield from chunks
    except SourceError as fault:
        origins.faults.append(fault)
    except OSError as error:
        origins.faults.append(refusal(path, error))


def end_of_lines(fd: int, end: int) -> int:
    """Find the end of the last whole line before an offset; 0 where there is none."""
    while end:
        begin = max(0, end - BLOCK)
        found = os.pread(fd, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _live(origins: Origins, beginning: Beginning, block: int) -> Iterator[Chunk]:
    """Read the live file's history; by now it may have become a rotated or a gzipped one."""
    with origins.opened(beginning.file) as fd, _plain(fd, origins, origins.path(beginning.file)) as plain:
        yield from _backwards(plain.fileno(), beginning.file, beginning.offset, block)


def _rotated(origins: Origins, path: Path, block: int) -> Iterator[Chunk]:
    fd = open_rotated(path)
    try:
        index = origins.add(path, head_of(fd))
        with _plain(fd, origins, path) as plain:
            yield from _backwards(plain.fileno(), index, os.fstat(plain.fileno()).st_size, block)
    finally:
        os.close(fd)


def _plain(fd: int, origins: Origins, path: Path) -> IO[bytes]:
    """Give the content as a file that can be read from anywhere."""
    return _unpacked_copy(fd, origins, path) if is_gzip(fd) else os.fdopen(os.dup(fd), "rb")


def _unpacked_copy(fd: int, origins: Origins, path: Path) -> IO[bytes]:
    """Unpack into a nameless file on disk: a gzip file can be read only forwards, and may be larger than memory."""
    copy = tempfile.TemporaryFile(prefix="tetratui-")  # noqa: SIM115 - closed by the caller
    try:
        for data in unpacked(fd):
            copy.write(data)
        copy.flush()
    except BROKEN_GZIP as error:
        copy.flush()
        origins.faults.append(broken(path, error))
    except OSError:
        copy.close()
        raise
    return copy


def _backwards(fd: int, index: int, end: int, block: int) -> Iterator[Chunk]:
    """Give chunks of whole lines from an offset back to the beginning."""
    data_begin = first_data(fd, 0)
    while end > 0:
        begin = _line_begin(fd, end, block, data_begin)
        lines, offsets = _lines(fd, begin, end, data_begin)
        yield Chunk(index, begin, lines, offsets, last=begin == 0)
        end = begin


def _line_begin(fd: int, end: int, block: int, data_begin: int) -> int:
    """Find where a line begins that lets a chunk before `end` have about one block, or one long line."""
    begin = end
    while (begin := begin - block) > data_begin:
        # From the byte before the window (it may begin exactly with a line), without the newline that ends it.
        found = os.pread(fd, block, begin - 1).find(b"\n")
        if found >= 0:
            return begin + found
    return 0


def _lines(fd: int, begin: int, end: int, data_begin: int) -> tuple[list[bytes], list[int]]:
    if begin == 0 and data_begin:
        # A hole left by copytruncate: one NUL stands for it, as when reading forwards.
        data, skipped = b"\0" + os.pread(fd, max(end - data_begin, 0), data_begin), min(data_begin, end) - 1
    else:
        data, skipped = os.pread(fd, end - begin, begin), 0
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    offsets = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=begin))
    return lines, [offsets[0], *(offset + skipped for offset in offsets[1:])]
