"""What can be done on a host, wherever it is: run a command, read a file, write a file, follow a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tetratui.core.errors import SourceError, TargetError

COMMAND_TIMEOUT = 30.0
"""Seconds that a command may take, unless its caller allows more."""


class HostError(SourceError):
    """A host that could not be reached, or on which a command or a file failed (exit code 3)."""


class HostRefused(HostError):  # noqa: N818 - a state of the host that callers expect, not a fault
    """A host that does not accept the operator's key, or whose own key is not the one that is known."""


class HostFileError(HostError):
    """A file that cannot be opened on a host that is reached."""


class HostFileMissing(HostFileError):  # noqa: N818 - a state of the host that callers expect, not a fault
    """A file that does not exist on the host."""


class HostWriteError(TargetError):
    """A file that could not be written on a host (exit code 3). What was there before is unchanged."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command on a host ended."""

    returncode: int
    """Its exit code; below 0 the number of the signal that ended it."""
    stdout: bytes
    stderr: bytes

    @property
    def ok(self) -> bool:
        """Whether it ended with exit code 0."""
        return self.returncode == 0

    @property
    def reason(self) -> str:
        """The last line of its standard error, else the exit code. It must pass through `visible` before a terminal."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else f"exit code {self.returncode}"


class FollowedFile(Protocol):
    """A file of a host of which the new bytes are read as they are written, through its rotations."""

    def read(self, timeout: float) -> bytes:
        """Return the bytes that came, waiting up to `timeout` seconds for the first; empty if none came.

        Raise HostError if the file cannot be read or the host cannot be reached any more.
        """

    def close(self) -> None:
        """Stop following and end the processes that do it."""


class Host(Protocol):
    """A machine with Tetragon. Every method may wait for the host: keep it off the event loop."""

    @property
    def name(self) -> str:
        """The host as the operator reaches it: `here`, `web1`, a container's name, a pod's node."""

    @property
    def url(self) -> str:
        """The host as it is named on the command line: `ssh://web1`, `docker://tetragon`; `here` for this machine."""

    def explain(self, argv: Sequence[str]) -> str:
        """Return the command line that `run` would run on this machine, as text for a POSIX shell; nothing is run."""

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = COMMAND_TIMEOUT) -> CommandResult:
        """Run a command on the host and return how it ended, whatever its exit code.

        `argv` is passed on word by word, whatever it holds; no shell expands it.

        Raises:
            HostError: the host cannot be reached, the program is not there, or the command took longer than `timeout`.
        """

    def read_file(self, path: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            HostFileMissing: there is no such file.
            HostError: it cannot be read, or the host cannot be reached.
        """

    def write_file(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Make a file hold these bytes: all of them or, on any failure, what it held before.

        Mode and owner of a file that is there are kept, and a symbolic link stays a link. A new file gets `mode`, 0600
        without. No temporary file is made in `tetragon.conf.d` or `tetragon.tp.d`. No backup is made.

        Raises:
            HostWriteError: it could not be written.
            HostError: the host cannot be reached; whether the file was written is not known then.
        """

    def follow(self, path: str, *, from_start: bool = False) -> FollowedFile:
        """Follow a file from its end, or from its start. Raise HostError if it cannot be opened."""
