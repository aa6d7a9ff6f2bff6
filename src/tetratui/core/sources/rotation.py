"""Names of rotated files: the agent's own (`tetragon-<UTC time>.log`, `.log.gz`) and logrotate's."""

from __future__ import annotations

import os
import re
from pathlib import Path

_STAMP = r"-(?P<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})"
_LOGROTATE = r"(?:\.(?P<number>\d+)|-(?P<date>\d{8}(?:-?\d+)?))"
_TYPE = r"\.(?:log|jsonl?|ndjson)"


def _pattern(stem: str, suffix: str) -> re.Pattern[str]:
    return re.compile(rf"{stem}(?:{_STAMP})?{suffix}{_LOGROTATE}?(?:\.gz)?", re.ASCII)


_ANY = _pattern(".+?", _TYPE)

LIVE = "tetragon.log"
"""The name the agent gives its export file when none is configured."""


def in_folder(folder: Path) -> list[Path]:
    """List the export files of a folder: rotated ones oldest first, then the live ones by name.

    Of `X.log` and `X.log.gz` only the plain one is named: for a moment after a rotation both hold the same events.
    Raises OSError when the folder cannot be listed.
    """
    return [path for _, path in sorted(_found(folder, _ANY).values(), key=lambda found: (found[0], found[1].name))]


def rotated(live: Path) -> list[Path]:
    """List the rotated files of one live export file, oldest first; an unreadable folder has none."""
    try:
        found = _found(live.parent, _pattern(re.escape(live.stem), re.escape(live.suffix)))
    except OSError:
        return []
    ours = [(key, path) for key, path in found.values() if key[0] < _LIVE_RANK]
    return [path for _, path in sorted(ours, key=lambda named: (named[0], named[1].name))]


def is_rotated(path: Path) -> bool:
    """Say whether a name is that of a rotated file: nobody writes to it any more."""
    match = _ANY.fullmatch(path.name)
    return match is not None and _key(match)[0] < _LIVE_RANK


def is_being_compressed(path: Path) -> bool:
    """Say whether a name is that of a copy which the agent is still compressing."""
    return path.name.endswith(".gz.tmp")


def plain_preferred(paths: list[Path]) -> list[Path]:
    """Leave out each `X.gz` whose `X` is named too."""
    named = set(paths)
    return [path for path in paths if path.suffix != ".gz" or path.with_suffix("") not in named]


_LIVE_RANK = 2
_Key = tuple[int, int, str]


def _found(folder: Path, pattern: re.Pattern[str]) -> dict[str, tuple[_Key, Path]]:
    """Map the name without `.gz` to its order and the file to read."""
    found: dict[str, tuple[_Key, Path]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            match = pattern.fullmatch(entry.name)
            if not match or not entry.is_file():
                continue
            plain = entry.name.removesuffix(".gz")
            if plain not in found or not entry.name.endswith(".gz"):
                found[plain] = (_key(match), folder / entry.name)
    return found


def _key(match: re.Match[str]) -> _Key:
    if match["stamp"] or match["date"]:
        return 0, 0, re.sub(r"\D", "", match["stamp"] or match["date"])
    if match["number"]:
        # logrotate counts upwards: .1 is the youngest.
        return 1, -int(match["number"]), ""
    return _LIVE_RANK, 0, ""
