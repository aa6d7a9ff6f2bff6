"""This machine as a host."""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.hosts.followed_file import FollowingHost
from tetratui.core.hosts.interface import CommandResult, HostError

HERE = "here"
"""The name of this machine among several hosts."""


class LocalHost(FollowingHost):
    """This machine. Commands are started directly; files are read and written by the same scripts as elsewhere."""

    def __init__(self) -> None:
        super().__init__(HERE, HERE)

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command itself."""
        return list(argv)

    def find_failure(self, result: CommandResult) -> HostError | None:  # noqa: ARG002
        """Return None: this machine is always reached."""
        return None
