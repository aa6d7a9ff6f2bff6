"""Read what is already there from its end: the newest lines first on screen, older ones join above."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from tetratui.core.errors import SourceError
from tetratui.core.sources.byte_range import ByteRange, line_begin
from tetratui.core.sources.file_content import BROKEN_GZIP, broken, first_data, head_of, is_gzip, unpacked
from tetratui.core.sources.line_location import BLOCK, Chunk
from tetratui.core.sources.open_source import refusal
from tetratui.core.sources.read_sources import open_rotated
from tetratui.core.sources.source_registry import SourceRegistry

Found = TypeVar("Found", Chunk, ByteRange)


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
    origins: SourceRegistry, beginning: Beginning | None = None, older: Sequence[Path] = (), block: int = BLOCK
) -> Iterator[Chunk]:
    """Read the live file's history from where following began, then `older` files (oldest first), newest chunk first.

    A chunk's own lines stay in the file's order; its first or last may be large where a line is. `last` marks the
    chunk that begins its file. What cannot be read is added to `origins.faults`; the rest is still read.
    """
    for path, stretches in _files(origins, beginning, older, (block, block)):
        yield from _noting(origins, path, map(ByteRange.chunk, stretches))


def stretches_backwards(
    origins: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], blocks: tuple[int, int]
) -> Iterator[ByteRange]:
    """Give what `history_backwards` reads as stretches; of each file the first is of about blocks[0] bytes."""
    for path, stretches in _files(origins, beginning, older, blocks):
        yield from _noting(origins, path, stretches)


def _files(
    origins: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], blocks: tuple[int, int]
) -> Iterator[tuple[Path, Iterator[ByteRange]]]:
    if beginning:
        yield origins.path(beginning.file), _live(origins, beginning, blocks)
    for path in reversed(older):
        yield path, _rotated(origins, path, blocks)


def _noting(origins: SourceRegistry, path: Path, found: Iterator[Found]) -> Iterator[Found]:
    """Read one file; what stands in the way (also no room to unpack it) ends only this one."""
    try:
        yield from found
    except SourceError as fault:
        origins.faults.append(fault)
    except OSError as error:
        origins.faults.append(refusal(path, error))


def _live(origins: SourceRegistry, beginning: Beginning, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    """Read the live file's history; by now it may have become a rotated or a gzipped one."""
    with origins.opened(beginning.file) as fd, _plain(fd, origins, origins.path(beginning.file)) as plain:
        yield from _backwards(plain.fileno(), beginning.file, beginning.offset, blocks)


def _rotated(origins: SourceRegistry, path: Path, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    fd = open_rotated(path)
    try:
        index = origins.add(path, head_of(fd))
        with _plain(fd, origins, path) as plain:
            yield from _backwards(plain.fileno(), index, os.fstat(plain.fileno()).st_size, blocks)
    finally:
        os.close(fd)


def _plain(fd: int, origins: SourceRegistry, path: Path) -> IO[bytes]:
    """Give the content as a file that can be read from anywhere."""
    return _unpacked_copy(fd, origins, path) if is_gzip(fd) else os.fdopen(os.dup(fd), "rb")


def _unpacked_copy(fd: int, origins: SourceRegistry, path: Path) -> IO[bytes]:
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


def _backwards(fd: int, index: int, end: int, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    """Give stretches of whole lines from an offset back to the beginning."""
    data_begin = first_data(fd, 0)
    block, later = blocks
    while end > 0:
        begin = line_begin(fd, end, block, data_begin)
        yield ByteRange(index, fd, begin, end, data_begin, last=begin == 0)
        end, block = begin, later
