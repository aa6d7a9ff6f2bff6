"""Where the lines came from, and the way back to each: out of plain, renamed, gzipped files and spools."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.file_content import head_of, is_gzip, unpacked
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import BLOCK, LineGone, LineLocation
from tetratui.core.sources.rotation import in_folder
from tetratui.core.sources.seekable_gzip import SeekableGzip


@dataclass(slots=True)
class _Origin:
    path: Path
    head: tuple[int, bytes]
    """Size and digest of the first bytes: a host that rotates every few seconds must not make us remember them all.

    Replaced as one: another thread may be looking for the file.
    """
    spool: Spool | None = None


class SourceRegistry:
    """Remembers each file that lines were read from, and reads lines back from wherever the file is now.

    Safe to use from several threads. Holds no plain file open; `close()` lets go of spools and of a gzip file.
    """

    def __init__(self) -> None:
        self.faults: list[SourceError] = []
        """What could not be read to its end (a truncated gzip file, a rotated file that was deleted first)."""
        self._origins: list[_Origin] = []
        self._lock = threading.RLock()
        self._unpacked: SeekableGzip | None = None

    def __len__(self) -> int:
        return len(self._origins)

    def add(self, path: Path, head: bytes) -> int:
        """Remember a file by its path and the first bytes of its content; give its index."""
        with self._lock:
            self._origins.append(_Origin(path.absolute(), (len(head), digest_of(head))))
            return len(self._origins) - 1

    def add_stream(self, name: str) -> tuple[int, Spool]:
        """Remember what can be read only once; give its index and the spool that its bytes go to."""
        spool = Spool()
        with self._lock:
            self._origins.append(_Origin(Path(name), (0, b""), spool))
            return len(self._origins) - 1, spool

    def recognise(self, file: int, head: bytes) -> None:
        """Take more first bytes of a file that was shorter when it was met."""
        with self._lock:
            self._origins[file].head = len(head), digest_of(head)

    def path(self, file: int) -> Path:
        """Name the path where a file was last found."""
        return self._origins[file].path

    def read(self, place: LineLocation, size: int) -> bytes:
        """Read one line of that size back; raises LineGone when the file or the line is no longer there."""
        (line,) = self.read_many(place.file, [place.offset], [size])
        if isinstance(line, SourceError):
            raise line
        return line

    def read_many(self, file: int, offsets: Sequence[int], sizes: Sequence[int]) -> list[bytes | SourceError]:
        """Read lines of one file back, with one read of all from the first to the last; the offsets rise.

        Return LineGone in the place of each line that is no longer there.
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

    def line_number(self, place: LineLocation) -> int:
        """Count the lines before a place, from 1 for the first; reads all that stands before it. Raises LineGone."""
        origin = self._origins[place.file]
        if origin.spool:
            return 1 + sum(block.count(b"\n") for block in _up_to(place.offset, _spooled(origin.spool)))
        with self.opened(place.file) as fd:
            blocks = unpacked(fd) if is_gzip(fd) else iter(lambda: os.read(fd, BLOCK), b"")
            return 1 + sum(block.count(b"\n") for block in _up_to(place.offset, blocks))

    @contextmanager
    def opened(self, file: int) -> Iterator[int]:
        """Open a file again, wherever rotation put it; raises LineGone when no file has its first bytes."""
        fd = self._find(self._origins[file])
        try:
            yield fd
        finally:
            os.close(fd)

    def close(self) -> None:
        """Let go of the spools; lines of streams are gone then."""
        with self._lock:
            if self._unpacked:
                self._unpacked.close()
                self._unpacked = None
            for origin in self._origins:
                if origin.spool:
                    origin.spool.close()

    def _content(self, place: LineLocation, size: int) -> bytes:
        origin = self._origins[place.file]
        with self._lock:
            if origin.spool:
                return origin.spool.read(place.offset, size)
            if self._unpacked and self._unpacked.file == place.file:
                return self._unpacked.read(place.offset, size)
        with self.opened(place.file) as fd:
            if not is_gzip(fd):
                # Not under the lock: the thread that follows the export file must not wait for a slow disk.
                return os.pread(fd, size, place.offset)
            with self._lock:
                if self._unpacked:
                    self._unpacked.close()
                self._unpacked = SeekableGzip(place.file, fd)
                return self._unpacked.read(place.offset, size)

    def _find(self, origin: _Origin) -> int:
        """Open the path as it was, else whichever file beside it begins with the same bytes."""
        for path in self._candidates(origin.path):
            try:
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            except OSError:
                continue
            if _begins_as(origin, fd):
                origin.path = path
                return fd
            os.close(fd)
        raise LineGone(f"{origin.path}: the file is gone", "the agent rotated it away and deleted it")

    @staticmethod
    def _candidates(path: Path) -> Iterator[Path]:
        yield path
        yield path.with_name(path.name + ".gz")
        try:
            # Youngest first: what left the path last is asked for most.
            yield from reversed(in_folder(path.parent))
        except OSError:
            return


def _spooled(spool: Spool) -> Iterator[bytes]:
    offset = 0
    while block := spool.read(offset, BLOCK):
        yield block
        offset += len(block)


def _up_to(offset: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Give blocks until there are so many bytes."""
    while offset > 0 and (block := next(blocks, b"")):
        yield block[:offset]
        offset -= len(block)


def digest_of(head: bytes) -> bytes:
    """Give a short digest of a file's first bytes."""
    return blake2b(head, digest_size=16).digest()


def _begins_as(origin: _Origin, fd: int) -> bool:
    size, digest = origin.head
    try:
        return digest_of(head_of(fd)[:size]) == digest
    except OSError:
        return False
