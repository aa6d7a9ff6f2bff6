"""Find rotated files by their names: the agent's (`tetragon-<UTC time>.log`, `.log.gz`) and logrotate's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

_STAMP = r"-(?P<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})"
_LOGROTATE = r"(?:\.(?P<number>\d+)|-(?P<date>\d{8}(?:-?\d+)?))"
_TYPE = r"\.(?:log|jsonl?|ndjson)"


def _compile_pattern(stem: str, suffix: str) -> re.Pattern[str]:
    return re.compile(rf"{stem}(?:{_STAMP})?{suffix}{_LOGROTATE}?(?:\.gz)?", re.ASCII)


_ANY_EXPORT_FILE = _compile_pattern(".+?", _TYPE)

LIVE = "tetragon.log"
"""The agent's default name for its export file."""


def list_export_files(folder: Path) -> list[Path]:
    """Return the export files of a folder: rotated ones oldest first, then the live ones by name.

    Of `X.log` and `X.log.gz` only the plain one is listed: for a moment after a rotation both hold the same events.
    Raise OSError if the folder cannot be listed.
    """
    return [path for _, path in _scan(folder, _ANY_EXPORT_FILE)]


def list_rotated(live: Path) -> list[Path]:
    """Return the rotated files of one live export file, oldest first; none if the folder cannot be listed."""
    try:
        files = _scan(live.parent, _compile_pattern(re.escape(live.stem), re.escape(live.suffix)))
    except OSError:
        return []
    return [path for key, path in files if key[0] < _LIVE_RANK]


def choose_rotated(live: str, names: Iterable[str]) -> list[str]:
    """Return those names of a folder that are rotated files of one live export file, oldest first.

    Of `X.log` and `X.log.gz` only the plain one is returned.
    """
    path = Path(live)
    pattern = _compile_pattern(re.escape(path.stem), re.escape(path.suffix))
    matches = [match for match in map(pattern.fullmatch, names) if match and _sort_key(match)[0] < _LIVE_RANK]
    paths = drop_gzipped_copies([Path(match[0]) for match in matches])
    keys = {match[0]: _sort_key(match) for match in matches}
    return sorted((str(path) for path in paths), key=lambda name: (keys[name], name))


def is_rotated(path: Path) -> bool:
    """Return whether a name is that of a rotated file, to which nothing is written any more."""
    match = _ANY_EXPORT_FILE.fullmatch(path.name)
    return match is not None and _sort_key(match)[0] < _LIVE_RANK


def is_being_compressed(path: Path) -> bool:
    """Return whether a name is that of a copy that the agent is still compressing."""
    return path.name.endswith(".gz.tmp")


def drop_gzipped_copies(paths: list[Path]) -> list[Path]:
    """Return the paths without each `X.gz` whose `X` is among them too."""
    known = set(paths)
    return [path for path in paths if path.suffix != ".gz" or path.with_suffix("") not in known]


_LIVE_RANK = 2
_Key = tuple[int, int, str]


def _scan(folder: Path, pattern: re.Pattern[str]) -> list[tuple[_Key, Path]]:
    """Return the files of a folder whose names match, with their sort keys, in order; `X` rather than `X.gz`."""
    files: dict[str, tuple[_Key, Path]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            match = pattern.fullmatch(entry.name)
            if not match or not entry.is_file():
                continue
            plain = entry.name.removesuffix(".gz")
            if plain not in files or not entry.name.endswith(".gz"):
                files[plain] = (_sort_key(match), folder / entry.name)
    return sorted(files.values(), key=lambda file: (file[0], file[1].name))


def _sort_key(match: re.Match[str]) -> _Key:
    """Return a key that sorts files by age: those with a stamp or a date, then numbered ones, then live ones."""
    if match["stamp"] or match["date"]:
        return 0, 0, re.sub(r"\D", "", match["stamp"] or match["date"])
    if match["number"]:
        # logrotate counts upwards: .1 is the newest.
        return 1, -int(match["number"]), ""
    return _LIVE_RANK, 0, ""
