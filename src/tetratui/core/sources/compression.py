"""Unpack compressed files: gzip, zstd, xz and bzip2, known by their content."""

from __future__ import annotations

import bz2
import lzma
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tetratui.core.errors import SourceError
from tetratui.core.sources.line_location import BLOCK_SIZE

SUFFIXES = (".gz", ".zst", ".xz", ".bz2")
"""How the names of compressed files end."""
_PIECE = 2_048
"""Bytes that are unpacked at once: of some formats they may become 32,000 times as many."""


_XZ_MEMORY = 256 << 20
"""Bytes that unpacking xz may take: more than its strongest preset needs."""


class DamagedFile(Exception):  # noqa: N818 - a state of the file, which is read up to the damage
    """A compressed file is damaged or ends too early; what stands before was yielded."""


class _Unpacker(Protocol):
    """Unpacks one member of a file."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def unused_data(self) -> bytes:
        """What follows the member."""

    def decompress(self, data: bytes, /) -> bytes:
        """Return what the next bytes hold."""


@dataclass(frozen=True, slots=True)
class Compression:
    """One way to compress."""

    name: str
    magic: re.Pattern[bytes]
    """How a file begins."""
    make_unpacker: Callable[[], _Unpacker]
    errors: Callable[[], type[Exception] | tuple[type[Exception], ...]]
    """Return what the unpacker raises for damaged bytes."""


def _make_zstd_unpacker() -> Any:
    return _import_zstandard().ZstdDecompressor().decompressobj()


def _import_zstandard() -> Any:
    try:
        # Imported here: few sources are compressed in this way.
        import zstandard
    except ImportError:
        raise DamagedFile("zstd file needs the package zstandard; or: zstd -dc FILE | tetratui -") from None
    return zstandard


_COMPRESSIONS = (
    Compression(
        "gzip", re.compile(rb"\x1f\x8b\x08"), lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), lambda: zlib.error
    ),
    Compression("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _make_zstd_unpacker, lambda: _import_zstandard().ZstdError),
    Compression(
        "xz", re.compile(rb"\xfd7zXZ\x00"), lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), lambda: lzma.LZMAError
    ),
    Compression(
        "bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), bz2.BZ2Decompressor, lambda: (OSError, ValueError)
    ),
)
_ZSTD_SKIPPED = b"\x2a\x4d\x18"
"""How a frame of zstd that holds no data begins, after its first byte."""
_MAGIC_BYTES = 10


def find_compression(fd: int) -> Compression | None:
    """Return how a regular file is compressed, by its first bytes: its name may be wrong."""
    begin = os.pread(fd, _MAGIC_BYTES, 0)
    return next((each for each in _COMPRESSIONS if each.magic.match(begin)), None)


def is_compressed(fd: int) -> bool:
    """Return whether a regular file is compressed."""
    return find_compression(fd) is not None


def strip_suffix(name: str) -> str:
    """Return the name that a compressed file had before, by its suffix; another name as it is."""
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


def unpack(fd: int) -> Iterator[bytes]:
    """Yield the content of a compressed file from its beginning, in blocks of some size.

    Raise DamagedFile after the last readable byte.
    """
    compression = find_compression(fd)
    if compression is None:
        raise DamagedFile("file is not compressed any more")
    block: list[bytes] = []
    size = 0
    pieces = _unpack_members(fd, compression)
    while True:
        try:
            piece = next(pieces, b"")
        except DamagedFile:
            yield b"".join(block)
            raise
        block.append(piece)
        size += len(piece)
        if size >= BLOCK_SIZE or not piece:
            if size:
                yield b"".join(block)
            block, size = [], 0
        if not piece:
            return


def _unpack_members(fd: int, compression: Compression) -> Iterator[bytes]:
    """Yield what the members of a file hold: files may be put one after another."""
    reader = _Reader(fd)
    while begin := reader.peek():
        if begin[1:4] == _ZSTD_SKIPPED and begin[0] >> 4 == 5:
            reader.skip(8 + int.from_bytes(reader.peek(8)[4:8], "little"))
        elif begin.startswith(b"\0"):
            # Padding may follow a member.
            reader.skip(1)
        elif not compression.magic.match(begin):
            raise DamagedFile(f"{compression.name} file holds something else after its end")
        else:
            yield from _unpack_member(reader, compression)


def _unpack_member(reader: _Reader, compression: Compression) -> Iterator[bytes]:
    unpacker = compression.make_unpacker()
    while not unpacker.eof:
        data = reader.read(_PIECE)
        if not data:
            raise DamagedFile(f"{compression.name} file ends too early")
        try:
            content = unpacker.decompress(data)
        except compression.errors() as error:
            raise DamagedFile(f"{compression.name} file is damaged ({error})") from None
        if content:
            yield content
    reader.unread(unpacker.unused_data)


class _Reader:
    """Reads a descriptor from its beginning. It does not move the position, which other readers of it share."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._position = 0

    def peek(self, size: int = _MAGIC_BYTES) -> bytes:
        """Return the next bytes without going on."""
        return os.pread(self._fd, size, self._position)

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        data = os.pread(self._fd, size, self._position)
        self._position += len(data)
        return data

    def skip(self, size: int) -> None:
        """Go on after some bytes."""
        self._position += size

    def unread(self, data: bytes) -> None:
        """Go back before the last bytes read."""
        self._position -= len(data)


def make_damage_error(path: Path | str, error: Exception) -> SourceError:
    """Return the error for a compressed file that could be read only in part."""
    return SourceError(f"{path}: the {error}", "the part before that was read; copy the file again")
