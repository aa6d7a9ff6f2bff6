"""The journal of changes: one file each, on the disk before each step, and one lock that whoever works on it holds."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tetratui.core import folders
from tetratui.core.apply.change import AppliedChange
from tetratui.core.errors import SourceError, TargetError, UsageError
from tetratui.core.export.atomic_write import replace_private

_LOCK = "lock"
_STAMP = "%Y%m%dT%H%M%SZ"


class BusyError(TargetError):
    """Another process works on a change at this moment."""


def default_folder() -> Path:
    """Return the folder of the journal: that of all operators of the host, or one's own."""
    return (folders.shared_state() if os.geteuid() == 0 else folders.state()) / "changes"


class ChangeJournal:
    """The changes of one host."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()

    def new_id(self, now: float) -> str:
        """Return an id that no change has; ids sort by time."""
        stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
        names = (f"{stamp}-{number}" if number else stamp for number in range(1000))
        free = next((name for name in names if not self._path(name).exists()), None)
        if free is None:
            raise TargetError("a thousand changes of this second are in the journal", "wait a second")
        return free

    def backups(self, change_id: str) -> Path:
        """Return the folder for what a change replaces."""
        return self.folder / change_id

    def save(self, change: AppliedChange) -> None:
        """Put a change on the disk before anything else happens. Raises TargetError."""
        document = msgspec.json.format(msgspec.json.encode(change), indent=2)
        replace_private(self._path(change.id), document + b"\n")

    def load(self, change_id: str) -> AppliedChange:
        """Return a change.

        Raises:
            UsageError: there is no such change.
            SourceError: its file cannot be read.
        """
        path = self._path(change_id)
        try:
            return msgspec.json.decode(path.read_bytes(), type=AppliedChange)
        except FileNotFoundError as error:
            raise UsageError(f"there is no change {change_id!r}", "tetratui status lists them") from error
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}", "run it with sudo") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceError(f"{path} is not a change of tetratui: {error}", "move it away") from error

    def ids(self) -> list[str]:
        """Return the ids of all changes, newest first. Raises SourceError."""
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SourceError(f"{self.folder} cannot be read: {error.strerror or error}", "run it with sudo") from error
        changes = (name.removesuffix(".json") for name in names if name.endswith(".json") and not name.startswith("."))
        return sorted(changes, key=_sort_key, reverse=True)

    def changes(self) -> list[AppliedChange]:
        """Return all changes, newest first. Raises SourceError."""
        return [self.load(change_id) for change_id in self.ids()]

    def unfinished(self) -> list[AppliedChange]:
        """Return the changes that were neither finished nor undone, newest first. Raises SourceError."""
        return [change for change in self.changes() if not change.state.is_finished]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one who works on a change; the lock ends with this process, however it ends.

        Raises:
            BusyError: another process holds it.
            TargetError: the folder cannot be written.
        """
        handle = self._open_lock()
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(
                    "another process works on a change at this moment", "wait for it, or look: tetratui status"
                ) from error
            self._tidy()
            yield
        finally:
            os.close(handle)

    def _open_lock(self) -> int:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise TargetError(
                f"{self.folder} cannot be written: {error.strerror or error}", "run it with sudo"
            ) from error

    def confirm_from_elsewhere(self, change_id: str) -> None:
        """Tell whoever works on a change that the operator keeps it. Raises TargetError."""
        replace_private(self._confirmation(change_id), b"confirmed\n")

    def is_confirmed_elsewhere(self, change_id: str) -> bool:
        """Return whether the operator said from elsewhere that the change is kept."""
        return self._confirmation(change_id).exists()

    def forget_confirmation(self, change_id: str) -> None:
        """Remove what `confirm_from_elsewhere` wrote."""
        with suppress(OSError):
            self._confirmation(change_id).unlink(missing_ok=True)

    def announce_keeper(self, change_id: str) -> None:
        """Tell whoever started the keeper of a change that it is there. Raises TargetError."""
        replace_private(self._keeper(change_id), f"{os.getpid()}\n".encode())

    def has_keeper(self, change_id: str) -> bool:
        """Return whether the keeper of a change is there."""
        return self._keeper(change_id).exists()

    def forget_keeper(self, change_id: str) -> None:
        """Remove what `announce_keeper` wrote."""
        with suppress(OSError):
            self._keeper(change_id).unlink(missing_ok=True)

    def _keeper(self, change_id: str) -> Path:
        return self.folder / f"{change_id}.keeper"

    def _confirmation(self, change_id: str) -> Path:
        return self.folder / f"{change_id}.confirmed"

    def _path(self, change_id: str) -> Path:
        if "/" in change_id or change_id.startswith("."):
            raise UsageError(f"{change_id!r} is not the id of a change", "tetratui status lists them")
        return self.folder / f"{change_id}.json"

    def _tidy(self) -> None:
        """Remove temporary files of processes that were killed; only whoever holds the lock writes here."""
        for left in self.folder.rglob(".*.tetratui-*"):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _sort_key(change_id: str) -> tuple[str, int]:
    stamp, _, number = change_id.partition("-")
    return stamp, int(number) if number.isdigit() else 0
