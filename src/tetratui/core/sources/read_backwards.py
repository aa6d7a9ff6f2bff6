"""Read the lines that were written before following began, newest first.

A screen can show the newest lines at once, and the older ones are added above them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from tetratui.core.errors import SourceError
from tetratui.core.sources.byte_range import ByteRange, find_line_begin
from tetratui.core.sources.compression import DamagedFile, is_compressed, make_damage_error, unpack
from tetratui.core.sources.file_content import find_data, read_head
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.open_source import make_source_error
from tetratui.core.sources.read_sources import open_rotated
from tetratui.core.sources.source_registry import SourceRegistry

Lines = TypeVar("Lines", Chunk, ByteRange)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where following began; everything before it is history."""

    file: int
    """Index of the live file in the `SourceRegistry`."""
    offset: int
    """The end of its last whole line when it was opened."""
    older: tuple[Path, ...]
    """The rotated files at that moment, oldest first."""


def read_history(
    registry: SourceRegistry, beginning: Beginning | None = None, older: Sequence[Path] = (), block: int = BLOCK_SIZE
) -> Iterator[Chunk]:
    """Yield the live file from `beginning` back to its start, then the `older` files (given oldest first).

    The newest chunk comes first; the lines within a chunk keep the order of the file. A chunk has about `block` bytes,
    more if a line is longer. `last` marks the chunk at the start of its file. Errors are added to `registry.faults`,
    and the other files are still read.
    """
    for path, ranges in _files(registry, beginning, older, (block, block)):
        yield from _collect_faults(registry, path, map(ByteRange.read, ranges))


def split_history(
    registry: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], blocks: tuple[int, int]
) -> Iterator[ByteRange]:
    """Yield byte ranges that hold what `read_history` reads.

    The first range of each file has about blocks[0] bytes, the further ones blocks[1].
    """
    for path, ranges in _files(registry, beginning, older, blocks):
        yield from _collect_faults(registry, path, ranges)


def _files(
    registry: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], blocks: tuple[int, int]
) -> Iterator[tuple[Path, Iterator[ByteRange]]]:
    """Yield each file, newest first, with its byte ranges."""
    if beginning:
        yield registry.path(beginning.file), _split_live(registry, beginning, blocks)
    for path in reversed(older):
        yield path, _split_rotated(registry, path, blocks)


def _collect_faults(registry: SourceRegistry, path: Path, lines: Iterator[Lines]) -> Iterator[Lines]:
    """Yield from one file; an error (also no room to unpack it) ends only this file."""
    try:
        yield from lines
    except SourceError as fault:
        registry.faults.append(fault)
    except OSError as error:
        registry.faults.append(make_source_error(path, error))


def _split_live(registry: SourceRegistry, beginning: Beginning, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    """Yield the live file's history. The file may have been rotated and compressed since following began."""
    with registry.reopen(beginning.file) as fd, _open_content(fd, registry, registry.path(beginning.file)) as content:
        yield from _split_backwards(content.fileno(), beginning.file, beginning.offset, blocks)


def _split_rotated(registry: SourceRegistry, path: Path, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    fd = open_rotated(path)
    try:
        index = registry.add(path, read_head(fd))
        with _open_content(fd, registry, path) as content:
            yield from _split_backwards(content.fileno(), index, os.fstat(content.fileno()).st_size, blocks)
    finally:
        os.close(fd)


def _open_content(fd: int, registry: SourceRegistry, path: Path) -> IO[bytes]:
    """Return the content of an open file as a file that can be read at any offset."""
    return _unpack_to_file(fd, registry, path) if is_compressed(fd) else os.fdopen(os.dup(fd), "rb")


def _unpack_to_file(fd: int, registry: SourceRegistry, path: Path) -> IO[bytes]:
    """Unpack into a nameless file on disk: gzip can be read only forwards, and the content may exceed the memory."""
    copy = tempfile.TemporaryFile(prefix="tetratui-")  # noqa: SIM115 - closed by the caller
    try:
        for data in unpack(fd):
            copy.write(data)
        copy.flush()
    except DamagedFile as error:
        copy.flush()
        registry.faults.append(make_damage_error(path, error))
    except OSError:
        copy.close()
        raise
    return copy


def _split_backwards(fd: int, index: int, end: int, blocks: tuple[int, int]) -> Iterator[ByteRange]:
    """Yield ranges of whole lines from an offset back to the beginning."""
    data_begin = find_data(fd, 0)
    block, later = blocks
    while end > 0:
        begin = find_line_begin(fd, end, block, data_begin)
        yield ByteRange(index, fd, begin, end, data_begin, last=begin == 0)
        end, block = begin, later
