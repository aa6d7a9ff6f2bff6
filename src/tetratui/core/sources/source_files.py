"""Turn the sources that the operator named into the files to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.compression import SUFFIXES
from tetratui.core.sources.open_source import make_source_error
from tetratui.core.sources.rotation import (
    LIVE,
    drop_compressed_copies,
    is_being_compressed,
    is_rotated,
    list_export_files,
    list_left_out,
)


@dataclass(frozen=True, slots=True)
class Stdin:
    """The standard input, named `-`."""

    def __str__(self) -> str:
        return "standard input"


def expand(sources: Sequence[str | Path]) -> list[Path | Stdin]:
    """Return the files that the sources stand for, in the order in which their rows are counted.

    A folder stands for its rotated files, oldest first, and then the live one. Raise SourceError if a source is missing
    or holds no export file.
    """
    files: list[Path | Stdin] = []
    for source in sources:
        if str(source) == "-":
            files.append(Stdin())
        else:
            files.extend(_expand_path(Path(source), alone=len(sources) == 1))
    plain = set(drop_compressed_copies([file for file in files if isinstance(file, Path)]))
    return [file for file in files if isinstance(file, Stdin) or file in plain]


_NAMED = 5
"""Files left out that are named."""


def describe_left_out(sources: Sequence[str | Path]) -> list[str]:
    """Return a sentence for each folder among the sources with files that do not belong to its export."""
    sentences: list[str] = []
    for source in map(Path, map(str, sources)):
        if str(source) == "-" or not source.is_dir():
            continue
        try:
            left_out = list_left_out(source)
        except OSError:
            continue
        if left_out:
            names = ", ".join(path.name for path in left_out[:_NAMED])
            more = f" and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
            sentences.append(f"{source}: left out, as they are no files of the export: {names}{more}")
    return sentences


def is_pipe(source: str | Path) -> bool:
    """Return whether a source can be read only once, as it arrives: `-`, a named pipe, a shell's `<(…)`."""
    if str(source) == "-":
        return True
    path = Path(source)
    return path.is_fifo() or path.is_char_device() or path.is_socket()


def find_live_file(source: Path) -> Path | None:
    """Return the file to follow for a source: the source itself, or the live file of a folder.

    The file need not exist yet. Return None for a rotated or compressed file, as nothing is written to it any more.
    """
    if not source.is_dir():
        return None if is_rotated(source) or source.suffix in SUFFIXES else source
    try:
        live = [path for path in list_export_files(source) if not is_rotated(path) and path.suffix not in SUFFIXES]
    except OSError:
        live = []
    default = source / LIVE
    if not live or default in live:
        return default
    # Of a container's files (`0.log`, `1.log`) the newest is written to.
    return live[-1] if all(path.stem.isdigit() for path in live) else live[0]


def _expand_path(source: Path, alone: bool) -> list[Path]:
    if is_being_compressed(source):
        if alone:
            packed = source.name.removesuffix(".tmp")
            remedy = f"name {packed.rpartition('.')[0]} or {packed}"
            raise SourceError(f"{source}: is a copy that the agent is still compressing", remedy)
        # A shell's `tetragon*` names the copy beside the file that it is made from.
        return []
    try:
        if not source.is_dir():
            source.stat()
            return [source]
        files = list_export_files(source)
    except OSError as error:
        raise make_source_error(source, error) from None
    if not files:
        raise SourceError(f"{source}: holds no export file", f"expected {LIVE} or rotated files of it")
    return files
