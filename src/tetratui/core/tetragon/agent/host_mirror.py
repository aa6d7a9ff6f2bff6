"""Copy what `doctor` looks at from a host that is reached by commands, such as a pod, into a folder here.

The folder then looks like the root of that host, so that the same code examines both.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from tetratui.core.errors import SourceError
from tetratui.core.tetragon.agent.agent_config import (
    CONF_FOLDERS,
    CONFIG_FOLDER,
    ETC_FOLDER,
    ETC_YAML,
    WORKING_YAML,
)
from tetratui.core.tetragon.agent.agent_process import read_agent_process
from tetratui.core.tetragon.agent.agent_version import find_version
from tetratui.core.tetragon.format.versions import Version

_AGENT = 1
"""The number under which the agent's process is copied."""


class CommandOutcome(Protocol):
    """How a command on a host ended."""

    @property
    def returncode(self) -> int:
        """Its exit code."""

    @property
    def stdout(self) -> bytes:
        """What it printed."""


class ReachedHost(Protocol):
    """A host, as far as `doctor` needs it: `tetratui.core.hosts` has hosts by SSH, in containers and pods."""

    def run(self, argv: Sequence[str], /) -> CommandOutcome:
        """Run a command and return how it ended; raise SourceError if that is not possible."""

    def read_file(self, path: str, /) -> bytes:
        """Return the bytes of a file; raise SourceError if it is not there or cannot be read."""


@contextmanager
def mirror_host(host: ReachedHost) -> Iterator[Path]:
    """Copy the agent's configuration, process and mounts into a temporary folder, and yield it as a root folder."""
    with tempfile.TemporaryDirectory(prefix="tetratui-doctor-") as name:
        root = Path(name)
        _copy(host, root, "proc/mounts")
        _copy_process(host, root)
        command = read_agent_process(root).command
        named = [word.partition("=")[2] for word in command if word.startswith(f"--{CONFIG_FOLDER}=")]
        for path in (WORKING_YAML, ETC_YAML):
            _copy(host, root, path)
        for folder in dict.fromkeys([*CONF_FOLDERS, ETC_FOLDER, *(path.strip("/") for path in named)]):
            _copy_folder(host, root, folder)
        yield root


def find_host_version(host: ReachedHost) -> Version | None:
    """Return the version of Tetragon on a host as its programs print it; None if they cannot be asked."""
    for command in (["tetra", "version", "--client"], ["tetragon", "--version"]):
        try:
            outcome = host.run(command)
        except SourceError:
            continue
        version = find_version(outcome.stdout.decode("utf-8", "replace"))
        if outcome.returncode == 0 and version is not None:
            return version
    return None


def _copy(host: ReachedHost, root: Path, path: str) -> None:
    try:
        data = host.read_file(f"/{path}")
    except SourceError:
        return
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _copy_process(host: ReachedHost, root: Path) -> None:
    """Copy command and environment of the agent: process 1 of its container, else one of that name."""
    for number in dict.fromkeys(["1", *_words(host, ["pidof", "tetragon"])]):
        try:
            command = host.read_file(f"/proc/{number}/cmdline")
        except SourceError:
            continue
        if PurePosixPath(command.split(b"\0")[0].decode("utf-8", "replace")).name != "tetragon":
            continue
        folder = root / "proc" / str(_AGENT)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cmdline").write_bytes(command)
        try:
            (folder / "environ").write_bytes(host.read_file(f"/proc/{number}/environ"))
        except SourceError:
            # Another user's environment is not shown: the node is asked from the events instead.
            return
        return


def _copy_folder(host: ReachedHost, root: Path, folder: str) -> None:
    # -p marks folders, which the agent does not read.
    names = [name for name in _lines(host, ["ls", "-1Ap", f"/{folder}"]) if "/" not in name]
    if names:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        if name.startswith(".."):
            # The link by which kubelet swaps the files of a ConfigMap: that it is there is all that counts.
            (root / folder / name).mkdir(exist_ok=True)
            continue
        _copy(host, root, f"{folder}/{name}")


def _lines(host: ReachedHost, argv: Sequence[str]) -> list[str]:
    try:
        outcome = host.run(argv)
    except SourceError:
        return []
    return outcome.stdout.decode("utf-8", "surrogateescape").splitlines() if outcome.returncode == 0 else []


def _words(host: ReachedHost, argv: Sequence[str]) -> list[str]:
    return [word for line in _lines(host, argv) for word in line.split()]
