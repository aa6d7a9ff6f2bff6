"""Follow a file of a host as plain bytes: the last part of what a `Host` can do."""

from __future__ import annotations

from tetratui.core.hosts.interface import FollowedFile, HostFileMissing
from tetratui.core.hosts.shell_host import ShellHost
from tetratui.core.hosts.tracker import FileTracker, Piece


class HostFile:
    """A file of a host of which the new bytes are read as they are written. It is a `FollowedFile`."""

    def __init__(self, host: ShellHost, path: str, *, from_start: bool = False) -> None:
        """Begin to follow. Raise HostError if the file cannot be opened."""
        self._tracker = FileTracker(host, path, from_start=from_start)
        self._first = b"".join(step.data for step in self._tracker.connect() if isinstance(step, Piece))
        if self._tracker.live is None:
            self.close()
            raise HostFileMissing(f"{host.name}: {path}: no such file")

    def read(self, timeout: float) -> bytes:
        """Return the bytes that came, waiting up to `timeout` seconds for the first; see `FollowedFile.read`."""
        first, self._first = self._first, b""
        if first:
            return first
        return b"".join(step.data for step in self._tracker.read(timeout) if isinstance(step, Piece))

    def close(self) -> None:
        """Stop following and end the processes that do it."""
        self._tracker.close()


class FollowingHost(ShellHost):
    """A host whose files can be followed. It is a `Host`."""

    def follow(self, path: str, *, from_start: bool = False) -> FollowedFile:
        """Follow a file from its end, or from its start; see `Host.follow`."""
        return HostFile(self, path, from_start=from_start)
