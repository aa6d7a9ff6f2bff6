"""Read sources whole, oldest line first: what the verbs without a screen do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tetratui.core.sources.byte_range import ByteRange, end_of_lines, line_end
from tetratui.core.sources.file_content import BROKEN_GZIP, broken, first_data, head_of, is_gzip, is_stream, unpacked
from tetratui.core.sources.line_location import BLOCK, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.open_source import open_source, refusal
from tetratui.core.sources.source_files import Stdin
from tetratui.core.sources.source_registry import SourceRegistry

_OPENED_FIRST = 200
"""Files opened before the first is read, so that a rotation meanwhile takes none away."""


def read_all(files: Sequence[Path | Stdin], origins: SourceRegistry | None = None) -> Iterator[Chunk]:
    """Read all lines of all files in order; the last chunk of each file says so, and may hold no line.

    Without `origins` no line can be read back later.

    A gzip file that breaks off gives what it has; the fault is added to `origins.faults`. Raises SourceError when a
    file cannot be opened or read.
    """
    origins = SourceRegistry() if origins is None else origins
    for file, fd in _opened(files):
        yield from read_file(file, fd, origins)


def stretches(files: Sequence[Path | Stdin], origins: SourceRegistry, block: int) -> Iterator[Chunk | ByteRange]:
    """Give what `read_all` reads, of plain files stretches of about `block` bytes in place of chunks."""
    for file, fd in _opened(files):
        if isinstance(file, Stdin) or is_stream(fd) or is_gzip(fd) or first_data(fd, 0):
            yield from read_file(file, fd, origins)
        else:
            yield from _plain_stretches(file, fd, origins, block)


def _plain_stretches(path: Path, fd: int, origins: SourceRegistry, block: int) -> Iterator[Chunk | ByteRange]:
    index, begin = origins.add(path, head_of(fd)), 0
    try:
        whole = end_of_lines(fd, os.fstat(fd).st_size)
        while begin < whole:
            end = line_end(fd, begin, block, whole)
            yield ByteRange(index, fd, begin, end)
            begin = end
        # What was written meanwhile, and half a line.
        yield from _plain(index, fd, LineSplitter(whole))
    except OSError as error:
        raise refusal(path, error) from None


def _opened(files: Sequence[Path | Stdin]) -> Iterator[tuple[Path | Stdin, int]]:
    """Open files in order; each is closed when the next is asked for."""
    opened: dict[int, int] = {}
    try:
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


def read_file(file: Path | Stdin, fd: int, origins: SourceRegistry) -> Iterator[Chunk]:
    """Read one opened file from its beginning to its end."""
    try:
        if is_stream(fd):
            yield from _stream(file, fd, origins)
        elif isinstance(file, Path) and not is_gzip(fd):
            yield from _plain(origins.add(file, head_of(fd)), fd, LineSplitter())
        elif isinstance(file, Path):
            yield from _packed(file, fd, origins)
        else:
            yield from _redirected(fd, origins)
    except OSError as error:
        raise refusal(Path(str(file)), error) from None


def open_rotated(path: Path) -> int:
    """Open a rotated file, or its gzipped copy when it was compressed meanwhile; raises SourceError."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return open_source(path if path.suffix == ".gz" else path.with_name(path.name + ".gz"))
    except OSError as error:
        raise refusal(path, error) from None


def _open(file: Path | Stdin) -> int:
    return os.dup(0) if isinstance(file, Stdin) else open_rotated(file)


def _plain(index: int, fd: int, cutter: LineSplitter) -> Iterator[Chunk]:
    begin = 0 if cutter.position else first_data(fd, 0)
    if begin:
        cutter.skip(begin)
    while data := os.pread(fd, BLOCK, cutter.position):
        yield from _cut(index, cutter, data)
    yield _end(index, cutter)


def _packed(path: Path, fd: int, origins: SourceRegistry) -> Iterator[Chunk]:
    index, cutter = origins.add(path, head_of(fd)), LineSplitter()
    try:
        for data in unpacked(fd):
            yield from _cut(index, cutter, data)
    except BROKEN_GZIP as error:
        origins.faults.append(broken(path, error))
    yield _end(index, cutter)


def _stream(file: Path | Stdin, fd: int, origins: SourceRegistry) -> Iterator[Chunk]:
    index, spool = origins.add_stream(str(file))
    cutter = LineSplitter()
    while data := os.read(fd, BLOCK):
        spool.keep(data)
        yield from _cut(index, cutter, data)
    yield _end(index, cutter)


def _redirected(fd: int, origins: SourceRegistry) -> Iterator[Chunk]:
    """Read a regular file that came as the standard input: its name is known only to the shell."""
    path = Path(os.readlink(f"/proc/self/fd/{fd}"))
    yield from _packed(path, fd, origins) if is_gzip(fd) else _plain(origins.add(path, head_of(fd)), fd, LineSplitter())


def _cut(index: int, cutter: LineSplitter, data: bytes) -> Iterator[Chunk]:
    lines, offsets = cutter.feed(data)
    if lines:
        yield Chunk(index, offsets[0], lines, offsets)


def _end(index: int, cutter: LineSplitter) -> Chunk:
    lines, offsets = cutter.rest()
    return Chunk(index, offsets[0] if offsets else cutter.position, lines, offsets, last=True)
