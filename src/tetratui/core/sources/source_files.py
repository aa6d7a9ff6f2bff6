"""From what the operator named to the files to read, in the order of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.open_source import refusal
from tetratui.core.sources.rotation import LIVE, in_folder, is_being_compressed, is_rotated, plain_preferred


@dataclass(frozen=True, slots=True)
class Stdin:
    """The standard input, named `-`."""

    def __str__(self) -> str:
        return "standard input"


def expand(sources: Sequence[str | Path]) -> list[Path | Stdin]:
    """Name the files that sources stand for: a folder gives its rotated files oldest first, then the live one.

    Raises SourceError when a source is missing or holds no export file.
    """
    files: list[Path | Stdin] = []
    for source in sources:
        if str(source) == "-":
            files.append(Stdin())
        else:
            files.extend(_files(Path(source), alone=len(sources) == 1))
    plain = set(plain_preferred([file for file in files if isinstance(file, Path)]))
    return [file for file in files if isinstance(file, Stdin) or file in plain]


def is_pipe(source: str | Path) -> bool:
    """Say whether a source can be read only once, as it comes: `-`, a named pipe, a shell's `<(…)`."""
    if str(source) == "-":
        return True
    path = Path(source)
    return path.is_fifo() or path.is_char_device() or path.is_socket()


def live_file(source: Path) -> Path | None:
    """Name the file to follow for a source: itself, or the one that a folder's rotated files came from.

    None for what nobody writes to: a rotated or compressed file. The file need not exist yet.
    """
    if not source.is_dir():
        return None if is_rotated(source) or source.suffix == ".gz" else source
    try:
        live = [path for path in in_folder(source) if not is_rotated(path) and path.suffix != ".gz"]
    except OSError:
        live = []
    named = source / LIVE
    return live[0] if live and named not in live else named


def _files(source: Path, alone: bool) -> list[Path]:
    if is_being_compressed(source):
        # A shell's `tetragon*` names it beside the file it is made from; alone it would be an empty answer.
        return _refuse_copy(source) if alone else []
    try:
        if not source.is_dir():
            source.stat()
            return [source]
        found = in_folder(source)
    except OSError as error:
        raise refusal(source, error) from None
    if not found:
        raise SourceError(f"{source}: holds no export file", f"expected {LIVE} or rotated files of it")
    return list(found)


def _refuse_copy(path: Path) -> list[Path]:
    remedy = f"name {path.name.removesuffix('.gz.tmp')} or its .gz"
    raise SourceError(f"{path}: is a copy that the agent is still compressing", remedy)
