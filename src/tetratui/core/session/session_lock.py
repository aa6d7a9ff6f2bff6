"""The lock beside a session file: of two screens on one source, only one may write the marks and drafts of both.

It is a record lock of the kernel, which ends with its process however that ends: there are no stale locks.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.session.session_file import file_of

MAX_BYTES = 500
"""What is read of a lock file at most."""


class SessionInUseError(TetratuiError):
    """Another process works on the same source."""


class SessionLock:
    """Keeps other processes from writing the session of a source, until it is released or this process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others write the session."""
        with suppress(OSError):
            os.close(self._descriptor)


def lock_session(source: str) -> SessionLock | None:
    """Lock the session of a source for this process; return None where no lock can be made.

    Raises:
        SessionInUseError: another process has locked it; the text says which.
    """
    path = file_of(source).with_suffix(".lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        # Saving will fail as well, and says why.
        return None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        owner = _read_owner(descriptor)
        os.close(descriptor)
        raise SessionInUseError(
            f"Another tetratui works on this source ({owner})", "marks and drafts made here are not saved"
        ) from error
    except OSError:
        # A file system without locks.
        os.close(descriptor)
        return None
    _write_owner(descriptor)
    return SessionLock(descriptor)


def _write_owner(descriptor: int) -> None:
    since = datetime.now(UTC).astimezone()
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {since:%H:%M}".encode(), 0)


def _read_owner(descriptor: int) -> str:
    try:
        text = os.pread(descriptor, MAX_BYTES, 0).decode("utf-8", "replace")
    except OSError:
        text = ""
    return visible(text) or "its process is unknown"
