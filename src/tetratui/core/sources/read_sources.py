"""Read whole sources, oldest line first, for the verbs without a screen."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.byte_range import ByteRange, find_last_line_end, find_line_end
from tetratui.core.sources.compression import SUFFIXES, DamagedFile, is_compressed, make_damage_error, unpack
from tetratui.core.sources.envelopes.decide import is_document, is_enveloped, is_plain
from tetratui.core.sources.file_content import find_data, is_stream, read_head
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.open_source import make_source_error, open_source
from tetratui.core.sources.source_files import Stdin
from tetratui.core.sources.source_registry import SourceRegistry

_DECIDING_BYTES = 1 << 18
"""Bytes of a file that must show that it is a plain export file."""
_OPENED_FIRST = 200
"""Number of files opened before the first is read, so that a rotation during the reading deletes none of them."""


def read_all(files: Sequence[Path | Stdin], registry: SourceRegistry | None = None) -> Iterator[Chunk]:
    """Yield all lines of all files in order; raise SourceError if a file cannot be opened or read.

    `last` marks the last chunk of each file, which may hold no line. A damaged compressed file is read as far as
    possible, and the fault is added to `registry.faults`. Without a `registry`, no line can be read back later.
    """
    registry = SourceRegistry() if registry is None else registry
    for file, fd in _open_in_order(files):
        yield from read_file(file, fd, registry)


def split_sources(files: Sequence[Path | Stdin], registry: SourceRegistry, block: int) -> Generator[Chunk | ByteRange]:
    """Yield what `read_all` yields, but byte ranges of about `block` bytes in place of the chunks of plain files."""
    for file, fd in _open_in_order(files):
        if (
            isinstance(file, Stdin)
            or is_stream(fd)
            or is_compressed(fd)
            or find_data(fd, 0)
            or not is_plain(read_head(fd, _DECIDING_BYTES))
        ):
            yield from read_file(file, fd, registry)
        else:
            yield from _split_plain(file, fd, registry, block)


def is_wrapped(path: Path) -> bool:
    """Return whether the first lines of a file are in an envelope; False for one that cannot be read."""
    head = _read_beginning(path)
    return head is not None and is_enveloped(head)


def is_finished(path: Path) -> bool:
    """Return whether nothing will be added to a file: it is compressed, or a JSON document or table.

    Following it would wait for a line feed that its last line never gets.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not is_stream(fd) and (is_compressed(fd) or is_document(os.pread(fd, _DECIDING_BYTES, 0)))
    except OSError:
        return False
    finally:
        os.close(fd)


def _read_beginning(path: Path) -> bytes | None:
    try:
        fd = open_rotated(path)
    except SourceError:
        return None
    try:
        return None if is_stream(fd) else read_head(fd, _DECIDING_BYTES)
    except OSError:
        return None
    finally:
        os.close(fd)


def _split_plain(path: Path, fd: int, registry: SourceRegistry, block: int) -> Iterator[Chunk | ByteRange]:
    index, begin = registry.add(path, read_head(fd)), 0
    try:
        whole = find_last_line_end(fd, os.fstat(fd).st_size)
        while begin < whole:
            end = find_line_end(fd, begin, block, whole)
            yield ByteRange(index, fd, begin, end)
            begin = end
        # What was added since the size was read, and an incomplete last line.
        yield from _read_plain(index, fd, LineSplitter(whole))
    except OSError as error:
        raise make_source_error(path, error) from None


def _open_in_order(files: Sequence[Path | Stdin]) -> Iterator[tuple[Path | Stdin, int]]:
    """Yield each file with its descriptor, in order; a file is closed when the next one is requested."""
    opened: dict[int, int] = {}
    try:
        # The live file first: once it is rotated, its path leads to a new file.
        for number in reversed(range(max(0, len(files) - _OPENED_FIRST), len(files))):
            opened[number] = _open(files[number])
        for number, file in enumerate(files):
            fd = opened.pop(number) if number in opened else _open(file)
            try:
                yield file, fd
            finally:
                os.close(fd)
    finally:
        for fd in opened.values():
            os.close(fd)


def read_file(file: Path | Stdin, fd: int, registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield the lines of one open file from its beginning to its end; raise SourceError if it cannot be read."""
    try:
        if is_stream(fd):
            yield from _read_stream(file, fd, registry)
        elif isinstance(file, Path) and not is_compressed(fd):
            yield from _read_plain(registry.add(file, read_head(fd)), fd, LineSplitter())
        elif isinstance(file, Path):
            yield from _read_compressed(file, fd, registry)
        else:
            yield from _read_redirected(fd, registry)
    except OSError as error:
        raise make_source_error(Path(str(file)), error) from None


def open_rotated(path: Path) -> int:
    """Return a descriptor of a rotated file, or of its `.gz` if the agent has compressed it; raise SourceError.

    Other programs compress with zstd, xz or bzip2.
    """
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        packed = [path.with_name(path.name + suffix) for suffix in SUFFIXES if path.suffix not in SUFFIXES]
        return open_source(next((each for each in packed if each.exists()), packed[0] if packed else path))
    except OSError as error:
        raise make_source_error(path, error) from None


def _open(file: Path | Stdin) -> int:
    return os.dup(0) if isinstance(file, Stdin) else open_rotated(file)


def _read_plain(index: int, fd: int, splitter: LineSplitter) -> Iterator[Chunk]:
    begin = 0 if splitter.position else find_data(fd, 0)
    if begin:
        splitter.skip_to(begin)
    while data := os.pread(fd, BLOCK_SIZE, splitter.position):
        yield from _make_chunks(index, splitter, data)
    yield _make_last_chunk(index, splitter)


def _read_compressed(path: Path, fd: int, registry: SourceRegistry) -> Iterator[Chunk]:
    index, splitter = registry.add(path, read_head(fd)), LineSplitter()
    try:
        for data in unpack(fd):
            yield from _make_chunks(index, splitter, data)
    except DamagedFile as error:
        registry.faults.append(make_damage_error(path, error))
    yield _make_last_chunk(index, splitter)


def _read_stream(file: Path | Stdin, fd: int, registry: SourceRegistry) -> Iterator[Chunk]:
    index, spool = registry.add_stream(str(file))
    splitter = LineSplitter()
    while data := os.read(fd, BLOCK_SIZE):
        spool.add(data)
        yield from _make_chunks(index, splitter, data)
    yield _make_last_chunk(index, splitter)


def _read_redirected(fd: int, registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield the lines of a regular file that the shell opened as the standard input (`tetratui - < FILE`)."""
    path = Path(os.readlink(f"/proc/self/fd/{fd}"))
    if is_compressed(fd):
        yield from _read_compressed(path, fd, registry)
    else:
        yield from _read_plain(registry.add(path, read_head(fd)), fd, LineSplitter())


def _make_chunks(index: int, splitter: LineSplitter, data: bytes) -> Iterator[Chunk]:
    lines, offsets = splitter.feed(data)
    if lines:
        yield Chunk(index, offsets[0], lines, offsets)


def _make_last_chunk(index: int, splitter: LineSplitter) -> Chunk:
    lines, offsets = splitter.finish()
    return Chunk(index, offsets[0] if offsets else splitter.position, lines, offsets, last=True)
