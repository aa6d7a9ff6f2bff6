"""Open a source, or raise an error that names the cause and the remedy."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

from tetratui.core.errors import SourceError


def open_source(path: Path) -> int:
    """Open a file or named pipe for reading and return its descriptor; raise SourceError with the remedy."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise make_source_error(path, error) from None


def make_source_error(path: Path, error: OSError) -> SourceError:
    """Return the error for a source that cannot be read, with the remedy."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{path}: no such file", "see the agent's export-filename, or name another SOURCE")
    if isinstance(error, PermissionError):
        return _explain_denied(path)
    if isinstance(error, IsADirectoryError):
        return SourceError(f"{path}: is a folder", "name the export file in it")
    return SourceError(f"{path}: {error.strerror or error}", "name another SOURCE")


def _explain_denied(path: Path) -> SourceError:
    # If a folder above is closed, its mode is the obstacle, not that of the file.
    subject = next(above for above in (path, *path.absolute().parents) if _can_stat(above))
    owners = _describe_owners(subject)
    if subject.is_dir():
        remedy = f"{owners}; give it to a group of yours (sudo chgrp GROUP {subject}; sudo chmod 750 {subject})"
    else:
        remedy = (
            f"{owners}; set export-file-perm to 640 in /etc/tetragon/tetragon.conf.d and restart the agent, "
            f"give the existing file to a group of yours (sudo chgrp GROUP {path}; sudo chmod 640 {path}), "
            f"or let only the reader run as root: sudo tail -n +1 -F {path} | tetratui -"
        )
    return SourceError(f"{path}: permission denied", remedy)


def _can_stat(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _describe_owners(path: Path) -> str:
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    return f"{path} has mode {mode:04o}, owner {_user_name(status.st_uid)}, group {_group_name(status.st_gid)}"


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
