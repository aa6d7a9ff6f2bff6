"""Files of the operator's, replaced whole or not at all: staged beside the target, flushed, backed up, renamed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tetratui.core import folders
from tetratui.core.errors import TargetError

READ_WHOLE = frozenset({"tetragon.conf.d", "tetragon.tp.d"})
"""Folders in which Tetragon reads every file, whatever its name: no backup and no temporary file may lie there."""
_NEW_FILE_MODE = 0o600
"""What a file that was not there before gets: command lines may hold secrets."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file that stands now as asked."""

    path: Path
    changed: bool
    """False when the same bytes stood there already: then nothing was touched."""
    backup: Path | None = None
    """Where the former content is kept, if there was any."""


def default_backups() -> Path:
    """Name the folder for backups: root's, shared by all operators of the host, or one's own."""
    return (folders.shared_state() if os.geteuid() == 0 else folders.state()) / "backups"


def replace(path: Path, data: bytes, backups: Path | None = None) -> Written:
    """Make a file hold these bytes: all of them or, on any failure, what it held before.

    Mode and owner of a file that is there are kept; a symbolic link stays one. The former content goes to `backups`.

    Raises:
        TargetError: it could not be written; the former content still stands, and nothing half written is left.
    """
    return write_all({path: data}, backups)[0]


def replace_private(path: Path, data: bytes, staging: Path | None = None) -> None:
    """Make a file hold these bytes, all or nothing, without a backup; its folder is made if need be.

    `staging` is the folder for the temporary file, on the same file system; without it that of `staging_folder`.

    Raises:
        TargetError: it could not be written; the former content still stands.
    """
    with _blamed(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        one = _stage(path, data, staging)
    try:
        _rename_all([one])
    finally:
        one.discard()


def write_all(files: Mapping[Path, bytes], backups: Path | None = None) -> list[Written]:
    """Replace several files together: all are flushed to the disk before the first is renamed.

    Raises:
        TargetError: one could not be written; then all stand as before.
    """
    keep = _checked_backups(backups or default_backups())
    staged: list[_Staged] = []
    try:
        for path, data in files.items():
            with _blamed(path):
                staged.append(_stage(path, data))
        for one in staged:
            with _blamed(one.path):
                one.back_up(keep)
        return _rename_all(staged)
    finally:
        for one in staged:
            one.discard()


@dataclass(slots=True)
class _Staged:
    """A file whose new content lies flushed in a temporary one."""

    path: Path
    real: Path
    """The path behind symbolic links."""
    former: bytes | None
    temporary: Path | None
    """None when the content is the same."""
    backup: Path | None = None
    renamed: bool = field(default=False)

    def back_up(self, keep: Path) -> None:
        if self.former is not None and self.temporary is not None:
            self.backup = _back_up(self.real, self.former, keep)

    def discard(self) -> None:
        if self.temporary is not None and not self.renamed:
            with contextlib.suppress(OSError):
                self.temporary.unlink(missing_ok=True)

    def take_back(self) -> None:
        """Put the former content back; the backup remains if even that fails."""
        with contextlib.suppress(OSError):
            if self.former is None:
                self.real.unlink(missing_ok=True)
            else:
                os.replace(_temporary(self.real, self.former), self.real)


def _rename_all(staged: list[_Staged]) -> list[Written]:
    for one in staged:
        if one.temporary is None:
            continue
        try:
            with _blamed(one.path):
                os.replace(one.temporary, one.real)
                one.renamed = True
                flush_folder(one.real.parent)
        except TargetError:
            for done in staged:
                if done.renamed:
                    done.take_back()
            raise
    return [Written(one.path, one.renamed, one.backup) for one in staged]


def _stage(path: Path, data: bytes, staging: Path | None = None) -> _Staged:
    real = path.resolve()
    former = real.read_bytes() if real.exists() else None
    if former is None:
        real.parent.mkdir(parents=True, exist_ok=True)
    return _Staged(path, real, former, None if former == data else _temporary(real, data, staging))


def _temporary(real: Path, data: bytes, staging: Path | None = None) -> Path:
    """Write and flush a temporary file that has the mode and owner which the target shall have."""
    temporary = (staging or staging_folder(real)) / f".{real.name}.tetratui-{os.getpid()}"
    # A former run of the same pid may have been killed between staging and renaming.
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        try:
            _fill(handle, data, real)
        finally:
            os.close(handle)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _fill(handle: int, data: bytes, real: Path) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    if real.exists():
        facts = real.stat()
        mine = os.fstat(handle)
        if (facts.st_uid, facts.st_gid) != (mine.st_uid, mine.st_gid):
            os.fchown(handle, facts.st_uid, facts.st_gid)
        os.fchmod(handle, facts.st_mode & 0o7777)
    else:
        os.fchmod(handle, _NEW_FILE_MODE)
    os.fsync(handle)


def staging_folder(real: Path) -> Path:
    """Return the folder for a temporary file: the target's own, or the one above it where Tetragon reads every file."""
    above = real.parent.parent
    if (
        real.parent.name in READ_WHOLE
        and real.parent.is_dir()
        and above.stat().st_dev == real.parent.stat().st_dev
        and os.access(above, os.W_OK)
    ):
        return above
    return real.parent


def flush_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked_backups(folder: Path) -> Path:
    real = folder.resolve()
    if not READ_WHOLE.isdisjoint(real.parts):
        raise TargetError(f"no backup may lie in {folder}", "Tetragon reads every file there; name another folder")
    return real


def _back_up(real: Path, former: bytes, keep: Path) -> Path:
    keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1000):
        backup = keep / f"{real.name}.{stamp}{f'-{number}' if number else ''}"
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as out:
            out.write(former)
            out.flush()
            os.fsync(out.fileno())
        return backup
    raise TargetError(f"{keep} holds a thousand backups of this second", "wait a second")


@contextlib.contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Name the file in whatever the system complains of."""
    try:
        yield
    except OSError as error:
        place = error.filename if isinstance(error.filename, str) and Path(error.filename) != path else ""
        detail = f" ({place})" if place else ""
        raise TargetError(f"{path} could not be written: {error.strerror or error}{detail}", _remedy(error)) from error


def _remedy(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "run it as the file's owner or with sudo"
    if isinstance(error, (NotADirectoryError, IsADirectoryError, FileExistsError)):
        return "name a folder to write into"
    return "what stood there before still stands; make room or name another folder"
