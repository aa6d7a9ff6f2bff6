"""Open a source, or say exactly why not and what to do about it."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

from tetratui.core.errors import SourceError


def open_source(path: Path) -> int:
    """Open a file or named pipe for reading and give its descriptor; raises SourceError with the remedy."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise refusal(path, error) from None


def refusal(path: Path, error: OSError) -> SourceError:
    """Say in one sentence why a source cannot be read and what to do."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{path}: no such file", "see the agent's export-filename, or name another SOURCE")
    if isinstance(error, PermissionError):
        return _denied(path)
    if isinstance(error, IsADirectoryError):
        return SourceError(f"{path}: is a folder", "name the export file in it")
    return SourceError(f"{path}: {error.strerror or error}", "name another SOURCE")


def _denied(path: Path) -> SourceError:
    # Where a folder above is closed, its mode is what stands in the way.
    subject = next(above for above in (path, *path.absolute().parents) if _known(above))
    closed = _mode_and_owners(subject)
    if subject.is_dir():
        remedy = f"{closed}; give it to a group of yours (sudo chgrp GROUP {subject}; sudo chmod 750 {subject})"
    else:
        remedy = (
            f"{closed}; set export-file-perm to 640 in /etc/tetragon/tetragon.conf.d and restart the agent, "
            f"give what exists to a group of yours (sudo chgrp GROUP {path}; sudo chmod 640 {path}), "
            f"or let only the reading be root's: sudo tail -n +1 -F {path} | tetratui -"
        )
    return SourceError(f"{path}: permission denied", remedy)


def _known(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _mode_and_owners(path: Path) -> str:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    return f"{path} has mode {mode:04o}, owner {_user(found.st_uid)}, group {_group(found.st_gid)}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
