"""Unpack compressed files: gzip, zstd, xz and bzip2, known by their content."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tetratui.core.errors import SourceError
from tetratui.core.sources.line_location import BLOCK_SIZE

SUFFIXES = (".gz", ".zst", ".xz", ".bz2")
"""How the names of compressed files end."""
_PIECE = 4_096
"""Bytes that are unpacked at once: of some formats they may become 32,000 times as many."""


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
    magic: bytes
    """How a file begins."""
    make_unpacker: Callable[[], _Unpacker]
    errors: tuple[type[Exception], ...]
    """What the unpacker raises for damaged bytes."""


def _make_zstd_unpacker() -> Any:
    # Imported here: few sources are compressed in this way.
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


class _ZstdError(Exception):
    """Stands for zstandard's own error, which is not known before zstandard is imported."""


_COMPRESSIONS = (
    Compression("gzip", b"\x1f\x8b\x08", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), (zlib.error,)),
    Compression("zstd", b"\x28\xb5\x2f\xfd", _make_zstd_unpacker, ()),
    Compression("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor, (lzma.LZMAError,)),
    Compression("bzip2", b"BZh", bz2.BZ2Decompressor, (OSError, ValueError)),
)
