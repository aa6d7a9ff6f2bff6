"""Remember which files lines came from, and read a line back: from plain, renamed and compressed files, and spools."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.compression import SUFFIXES, is_compressed, unpack
from tetratui.core.sources.file_content import read_head
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import BLOCK_SIZE, LineGone, LineLocation
from tetratui.core.sources.rotation import list_export_files
from tetratui.core.sources.seekable_content import SeekableContent


@dataclass(slots=True)
class _Origin:
    path: Path
    head: tuple[int, bytes]
    """Size and digest of the head. The heads themselves would fill the memory where files rotate every few seconds.

    Always replaced as a whole: another thread may be searching for the file.
    """
    spool: Spool | None = None
    name: str = ""
    """The source of a stream, as the operator named it."""
    host: str = ""
    """Where the file is, as the operator reaches it; empty for this machine."""
    wrapped: bool = False
    """Whether the spool holds the lines of a file without their envelopes."""


class SourceRegistry:
    """Numbers the files that lines were read from, and reads lines back wherever rotation has moved the file.

    A file is recognised by its head, its first bytes. Several threads may use a registry. No plain file stays open;
    `close()` closes the spools and a compressed file.
    """

    def __init__(self) -> None:
        self.faults: list[SourceError] = []
        """Files that were not read to their end (a truncated gzip file, a rotated file that was deleted first)."""
        self.lossy: set[int] = set()
        """Files whose events were rebuilt from fields that do not hold all of them."""
        self._origins: list[_Origin] = []
        self._lock = threading.RLock()
        self._seekable: SeekableContent | None = None

    def __len__(self) -> int:
        return len(self._origins)

    def add(self, path: Path, head: bytes) -> int:
        """Add a file, known by its path and its head; return its index."""
        with self._lock:
            self._origins.append(_Origin(path.absolute(), (len(head), compute_digest(head))))
            return len(self._origins) - 1

    def add_stream(self, name: str, host: str = "") -> tuple[int, Spool]:
        """Add a source that is a stream or on another host; return its index and the spool to put its bytes in."""
        spool = Spool()
        with self._lock:
            self._origins.append(_Origin(Path(name), (0, b""), spool, name, host))
            return len(self._origins) - 1, spool

    def add_unwrapped(self, file: int, spool: Spool | None, *, lossy: bool, whole: bool) -> tuple[int, Spool]:
        """Add what a file holds without envelopes; return its index and the spool to put the lines in.

        Several files may share a spool; None makes one. `whole` means that all lines of the file are wrapped.
        """
        spool = spool or Spool()
        with self._lock:
            origin = self._origins[file]
            if origin.spool is not None and not origin.wrapped and whole:
                # Nothing is read back from the wrapped lines of a stream.
                origin.spool.stop()
            self._origins.append(_Origin(origin.path, (0, b""), spool, origin.name, origin.host, wrapped=True))
            index = len(self._origins) - 1
            if lossy:
                self.lossy.add(index)
            return index, spool

    def update_head(self, file: int, head: bytes) -> None:
        """Replace the head of a file that was shorter when it was added."""
        with self._lock:
            self._origins[file].head = len(head), compute_digest(head)

    def name(self, file: int) -> str:
        """Return a file as the operator knows it: its path, or the source that it came from."""
        origin = self._origins[file]
        return origin.name or str(origin.path)

    def path(self, file: int) -> Path:
        """Return the path where a file was last found."""
        return self._origins[file].path

    def host(self, file: int) -> str:
        """Return the host of a file, as the operator reaches it; empty for this machine."""
        return self._origins[file].host

    def read(self, location: LineLocation, size: int) -> bytes:
        """Return the line of that size at a location; raise LineGone if the file or the line is no longer there."""
        (line,) = self.read_many(location.file, [location.offset], [size])
        if isinstance(line, SourceError):
            raise line
        return line

    def read_many(self, file: int, offsets: Sequence[int], sizes: Sequence[int]) -> list[bytes | SourceError]:
        """Return lines of one file, by rising offsets, with one read from the first to the last.

        A line that is no longer there is returned as LineGone.
        """
        begin, path = offsets[0], self.path(file)
        try:
            content = self._content(LineLocation(file, begin), offsets[-1] + sizes[-1] - begin)
        except LineGone as gone:
            return [gone] * len(offsets)
        except OSError as error:
            unreadable = LineGone(f"{path} cannot be read: {error.strerror}", "look at the disk under it")
            return [unreadable] * len(offsets)
        missing = LineGone(f"{path}: the line is no longer there", "the file was truncated or rewritten")
        lines: list[bytes | SourceError] = []
        for offset, size in zip(offsets, sizes, strict=True):
            line = content[offset - begin : offset - begin + size]
            lines.append(line if len(line) == size and b"\n" not in line else missing)
        return lines

    def line_number(self, location: LineLocation) -> int:
        """Return the number of a line in its file, from 1; raise LineGone if the file is no longer there.

        Reads everything before the line. Raise LineGone too for a line that was taken out of an envelope.
        """
        origin = self._origins[location.file]
        if origin.wrapped:
            raise LineGone(f"{origin.path}: the line was taken out of an envelope", "see the row in --json")
        if origin.spool:
            if origin.spool.begin:
                raise LineGone("the lines before it were not read", "they stay in the file")
            return 1 + sum(block.count(b"\n") for block in _take_bytes(location.offset, _read_spool(origin.spool)))
        with self.reopen(location.file) as fd:
            blocks = unpack(fd) if is_compressed(fd) else iter(lambda: os.read(fd, BLOCK_SIZE), b"")
            return 1 + sum(block.count(b"\n") for block in _take_bytes(location.offset, blocks))

    @contextmanager
    def reopen(self, file: int) -> Iterator[int]:
        """Open a file again, wherever rotation has moved it; raise LineGone if no file has its head."""
        fd = self._find(self._origins[file])
        try:
            yield fd
        finally:
            os.close(fd)

    def close(self) -> None:
        """Close the spools; lines of streams can no longer be read back."""
        with self._lock:
            if self._seekable:
                self._seekable.close()
                self._seekable = None
            for origin in self._origins:
                if origin.spool:
                    origin.spool.close()

    def _content(self, location: LineLocation, size: int) -> bytes:
        origin = self._origins[location.file]
        with self._lock:
            if origin.spool:
                return origin.spool.read(location.offset, size)
            if self._seekable and self._seekable.file == location.file:
                return self._seekable.read(location.offset, size)
        with self.reopen(location.file) as fd:
            if not is_compressed(fd):
                # Not under the lock: the thread that follows the export file must not wait for a slow disk.
                return os.pread(fd, size, location.offset)
            with self._lock:
                if self._seekable:
                    self._seekable.close()
                self._seekable = SeekableContent(location.file, fd)
                return self._seekable.read(location.offset, size)

    def _find(self, origin: _Origin) -> int:
        """Open the file at its last path, or the file beside it with the same head; raise LineGone if none has it."""
        for path in self._candidates(origin.path):
            try:
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            except OSError:
                continue
            if _has_head(origin, fd):
                origin.path = path
                return fd
            os.close(fd)
        raise LineGone(f"{origin.path}: the file is gone", "the agent rotated it away and deleted it")

    @staticmethod
    def _candidates(path: Path) -> Iterator[Path]:
        yield path
        yield from (path.with_name(path.name + suffix) for suffix in SUFFIXES)
        try:
            # Newest first: lines of the file that was rotated last are read back most often.
            yield from reversed(list_export_files(path.parent))
        except OSError:
            return


def _read_spool(spool: Spool) -> Iterator[bytes]:
    offset = 0
    while block := spool.read(offset, BLOCK_SIZE):
        yield block
        offset += len(block)


def _take_bytes(offset: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield blocks up to `offset` bytes in all."""
    while offset > 0 and (block := next(blocks, b"")):
        yield block[:offset]
        offset -= len(block)


def compute_digest(head: bytes) -> bytes:
    """Return a short digest of a file's head."""
    return blake2b(head, digest_size=16).digest()


def _has_head(origin: _Origin, fd: int) -> bool:
    size, digest = origin.head
    try:
        return compute_digest(read_head(fd)[:size]) == digest
    except OSError:
        return False
