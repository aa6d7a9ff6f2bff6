"""The machine that a change is applied to: run its programs, read its files, replace them whole, follow one."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from tetratui.core.errors import SourceError, TargetError
from tetratui.core.export.atomic_write import READ_WHOLE, flush_folder, replace_private, staging_folder

COMMAND_TIMEOUT = 120.0
"""Seconds that a program may take which is not waited for by other means."""
_KILLED_BY_TIME = 124
_NOT_FOUND = 127


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """What a program did."""

    code: int
    """Its exit code; 124 if it took too long, 127 if there is no such program."""
    stdout: bytes
    stderr: bytes

    @property
    def reason(self) -> str:
        """Return why it failed, in one line."""
        text = (self.stderr.strip() or self.stdout.strip()).decode("utf-8", "backslashreplace")
        return " ".join(text.split()) or f"exit code {self.code}"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it stands."""

    exists: bool
    sha256: str = ""
    mode: int = 0
    uid: int = 0
    gid: int = 0


class GrowingFile(Protocol):
    """A file that grows and is renamed while it is read."""

    def read_new(self) -> bytes:
        """Return what was written since the last call."""
        ...

    def close(self) -> None:
        """Stop reading."""
        ...


class Machine(Protocol):
    """What the steps of a change need of a machine."""

    root: Path
    """Where its files are."""
    programs: Path
    """Below which folder the harmless programs are that markers run."""
    name: str

    def run(self, words: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> ProgramResult:
        """Run a program to its end, without a terminal and without stdin."""
        ...

    def start_marker(self, words: Sequence[str]) -> None:
        """Start a harmless process and wait for its end."""
        ...

    def read(self, path: Path) -> bytes | None:
        """Return a file's content, None if it is not there. Raises SourceError."""
        ...

    def replace(self, path: Path, data: bytes) -> None:
        """Make a file hold these bytes, all or nothing; a file that is there is kept aside. Raises TargetError."""
        ...

    def put_back(self, path: Path, former: bytes | None) -> None:
        """Make a file what it was before `replace`, None for no file. Raises TargetError."""
        ...

    def tidy(self, path: Path) -> None:
        """Remove what `replace` left beside a file: temporary ones and the one kept aside."""
        ...

    def state(self, path: Path) -> FileState:
        """Return how a file stands. Raises SourceError."""
        ...

    def follow(self, path: Path) -> GrowingFile:
        """Follow a file from its present end."""
        ...

    def is_mounted(self, path: Path) -> bool:
        """Return whether a file can be written so that the sensor sees it."""
        ...


class LocalMachine:
    """This machine, or what lies below a folder of it."""

    def __init__(self, root: Path = Path("/"), environment: Mapping[str, str] | None = None) -> None:
        self.root = self.programs = root
        self.name = os.uname().nodename
        self._environment = environment

    def run(self, words: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> ProgramResult:
        """Run a program; it does not get the signals of our terminal."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8"} if self._environment is None else self._environment
        try:
            # The words are ours: program names and options; nothing of an event goes through a shell.
            done = subprocess.run(  # noqa: S603
                list(words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
                start_new_session=True,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            return ProgramResult(_KILLED_BY_TIME, b"", f"{words[0]} took more than {timeout:.0f} s".encode())
        except OSError as error:
            return ProgramResult(_NOT_FOUND, b"", f"{words[0]}: {error.strerror or error}".encode())
        return ProgramResult(done.returncode, done.stdout, done.stderr)

    def start_marker(self, words: Sequence[str]) -> None:
        """Start a harmless process; whether it could be started shows in the export file."""
        self.run(words, timeout=10.0)

    def read(self, path: Path) -> bytes | None:
        """Return a file's content, None if it is not there."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}", "run it with sudo") from error

    def replace(self, path: Path, data: bytes) -> None:
        """Replace a file; the former one stays under a second name on the same disk, so that going back needs no room.

        That name is never in a folder in which Tetragon reads every file.
        """
        real, aside = path.resolve(), self._find_aside(path)
        if aside is not None and real.exists():
            with suppress(OSError):
                aside.unlink(missing_ok=True)
                os.link(real, aside)
        replace_private(path, data, self.staging(real))

    def put_back(self, path: Path, former: bytes | None) -> None:
        """Put the former file back: the very same one where it was kept aside and still holds what it held."""
        real, aside = path.resolve(), self._find_aside(path)
        try:
            if former is None:
                real.unlink(missing_ok=True)
            elif (real.read_bytes() if real.exists() else None) == former:
                pass
            elif aside is not None and aside.exists() and aside.read_bytes() == former:
                os.replace(aside, real)
                flush_folder(real.parent)
            else:
                replace_private(path, former, self.staging(real))
        except OSError as error:
            raise TargetError(f"{path} could not be put back: {error.strerror or error}", "copy its backup") from error
        self.tidy(path)

    def tidy(self, path: Path) -> None:
        """Remove our temporary files beside a file."""
        real = path.resolve()
        for folder in {self.staging(real), real.parent}:
            with suppress(OSError):
                for left in folder.glob(f".{real.name}.tetratui-*"):
                    left.unlink(missing_ok=True)

    def staging(self, real: Path) -> Path:
        """Return the folder for temporary files beside a file, on the same disk and read by no agent."""
        return staging_folder(real)

    def _find_aside(self, path: Path) -> Path | None:
        """Return where a former file is kept under a second name; None where every file of the folder is read."""
        real = path.resolve()
        folder = self.staging(real)
        return None if folder.name in READ_WHOLE else folder / f".{real.name}.tetratui-former"

    def state(self, path: Path) -> FileState:
        """Return how a file stands."""
        data = self.read(path)
        if data is None:
            return FileState(exists=False)
        facts = path.stat()
        return FileState(True, digest(data), facts.st_mode & 0o7777, facts.st_uid, facts.st_gid)

    def follow(self, path: Path) -> GrowingFile:
        """Follow a file from its present end."""
        return LocalGrowingFile(path)

    def is_mounted(self, path: Path) -> bool:  # noqa: ARG002 - every file of this machine is seen
        """Return True: a sensor of this machine sees its files."""
        return True


class LocalGrowingFile:
    """A file of this machine, followed by its open descriptor through renames."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._open(at_end=True)

    def _open(self, *, at_end: bool) -> None:
        try:
            self._file = open(self._path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
        except OSError:
            self._file = None
            return
        if at_end:
            self._file.seek(0, os.SEEK_END)

    def read_new(self) -> bytes:
        """Return what was written since the last call, through at most one rename."""
        if self._file is None:
            self._open(at_end=False)
            if self._file is None:
                return b""
        data = self._file.read() or b""
        if self._was_replaced():
            data += self._file.read() or b""
            self._file.close()
            self._open(at_end=False)
            data += (self._file.read() or b"") if self._file is not None else b""
        return data

    def _was_replaced(self) -> bool:
        if self._file is None:
            return False
        mine = os.fstat(self._file.fileno())
        if mine.st_size < self._file.tell():
            return True
        try:
            current = os.stat(self._path)
        except OSError:
            return False
        return (current.st_dev, current.st_ino) != (mine.st_dev, mine.st_ino)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
