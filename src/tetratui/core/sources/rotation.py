"""Find rotated files by their names: the agent's (`tetragon-<UTC time>.log`), logrotate's and kubelet's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tetratui.core.sources.compression import SUFFIXES, strip_suffix

_STAMP = r"-(?P<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})"
# kubelet renames `0.log` to `0.log.20261128-161700`, docker and logrotate `X.log` to `X.log.1`.
_LOGROTATE = r"(?:\.(?P<kubelet>\d{8}-\d{6})|\.(?P<number>\d+)|-(?P<date>\d{8}(?:-?\d+)?))"
_TYPE = r"\.(?:log|jsonl?|ndjson)"


def _compile_pattern(stem: str, suffix: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<stem>{stem})(?:{_STAMP})?{suffix}{_LOGROTATE}?(?:\.(?:gz|zst|xz|bz2))?", re.ASCII)


_ANY_EXPORT_FILE = _compile_pattern(".+?", _TYPE)

_LIVE_STEM = "tetragon"
LIVE = "tetragon.log"
"""The agent's default name for its export file."""


def list_export_files(folder: Path) -> list[Path]:
    """Return the export files of a folder: rotated ones oldest first, then the live ones by name.

    Of `X.log` and `X.log.gz` only the plain one is listed: for a moment after a rotation both hold the same events.
    Where a file has the agent's default name, only files of that name belong to the export. Raise OSError if the folder
    cannot be listed.
    """
    found = [path for _, path in _scan(folder, _ANY_EXPORT_FILE)]
    return [path for path in found if _stem(path) == _LIVE_STEM] or _sort_restarts(found)


def list_left_out(folder: Path) -> list[Path]:
    """Return the files of a folder that do not belong to its export, by name; raise OSError if it cannot be listed."""
    export = set(list_export_files(folder))
    names = {strip_suffix(path.name) for path in export}
    with os.scandir(folder) as entries:
        files = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_file())
    left_out = [folder / name for name in files if folder / name not in export and not is_being_compressed(Path(name))]
    # The compressed copy of a file that is read is not left out.
    return [path for path in left_out if strip_suffix(path.name) not in names]


def _stem(path: Path) -> str:
    match = _ANY_EXPORT_FILE.fullmatch(path.name)
    return match["stem"] if match else ""


def _sort_restarts(files: list[Path]) -> list[Path]:
    """Sort the files of a container (`0.log`, `1.log`: one a restart) by restart; other files stay as they are."""
    if not files or not all(_stem(path).isdigit() for path in files):
        return files
    return sorted(files, key=lambda path: int(_stem(path)))


def list_rotated(live: Path) -> list[Path]:
    """Return the rotated files of one live export file, oldest first; none if the folder cannot be listed.

    They lie beside the file itself, not beside a link to it.
    """
    live = Path(os.path.realpath(live)) if live.is_symlink() else live
    try:
        files = _scan(live.parent, _compile_pattern(re.escape(live.stem), re.escape(live.suffix)))
    except OSError:
        return []
    return [path for key, path in files if key[0] < _LIVE_RANK]


def is_rotated_of(path: Path, live: Path) -> bool:
    """Return whether a name is that of a rotated file of this live one."""
    match = _compile_pattern(re.escape(live.stem), re.escape(live.suffix)).fullmatch(path.name)
    return match is not None and _sort_key(match)[0] < _LIVE_RANK


def choose_rotated(live: str, names: Iterable[str]) -> list[str]:
    """Return those names of a folder that are rotated files of one live export file, oldest first.

    Of `X.log` and `X.log.gz` only the plain one is returned.
    """
    path = Path(live)
    pattern = _compile_pattern(re.escape(path.stem), re.escape(path.suffix))
    matches = [match for match in map(pattern.fullmatch, names) if match and _sort_key(match)[0] < _LIVE_RANK]
    paths = drop_compressed_copies([Path(match[0]) for match in matches])
    keys = {match[0]: _sort_key(match) for match in matches}
    return sorted((str(path) for path in paths), key=lambda name: (keys[name], name))


def is_rotated(path: Path) -> bool:
    """Return whether a name is that of a rotated file, to which nothing is written any more."""
    match = _ANY_EXPORT_FILE.fullmatch(path.name)
    return match is not None and _sort_key(match)[0] < _LIVE_RANK


def is_being_compressed(path: Path) -> bool:
    """Return whether a name is that of a copy that the agent, or another program, is still compressing."""
    return path.name.endswith(tuple(f"{suffix}.tmp" for suffix in SUFFIXES))


def drop_compressed_copies(paths: list[Path]) -> list[Path]:
    """Return the paths without each `X.gz` whose `X` is among them too."""
    known = set(paths)
    return [path for path in paths if path.suffix not in SUFFIXES or path.with_suffix("") not in known]


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
            plain = strip_suffix(entry.name)
            if plain not in files or entry.name == plain:
                files[plain] = (_sort_key(match), folder / entry.name)
    return sorted(files.values(), key=lambda file: (file[0], file[1].name))


def _sort_key(match: re.Match[str]) -> _Key:
    """Return a key that sorts files by age: those with a stamp or a date, then numbered ones, then live ones."""
    stamp = match["stamp"] or match["date"] or match["kubelet"]
    if stamp:
        return 0, 0, re.sub(r"\D", "", stamp)
    if match["number"]:
        # logrotate counts upwards: .1 is the newest.
        return 1, -int(match["number"]), ""
    return _LIVE_RANK, 0, ""
