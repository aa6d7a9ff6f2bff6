"""A host that is a container on this machine, reached by `docker` or `podman`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tetratui.core.hosts.followed_file import FollowingHost
from tetratui.core.hosts.interface import CommandResult, HostError

ENGINES = ("docker", "podman")

_CAUSES: Sequence[tuple[str, str, str]] = (
    (
        r"Cannot connect to the Docker daemon|Is the docker daemon running|unable to connect to Podman",
        "{engine} does not answer",
        "is it running, and may you use it?",
    ),
    (r"permission denied while trying to connect", "you may not use {engine}", "join its group, or run as root"),
    (r"No such (container|object)|no container with name", "there is no such container", "{engine} ps lists them"),
    (r"is not running|container state improper", "the container does not run", "start it: {engine} start {name}"),
)
"""An expression over what the engine prints, the cause in words, the remedy."""


class ContainerHost(FollowingHost):
    """A container in which Tetragon runs. Programs are started in it by `exec`."""

    def __init__(self, engine: str, container: str) -> None:
        super().__init__(container, f"{engine}://{container}")
        self.engine = engine
        self.container = container

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command of the engine; no shell reads the words."""
        return [self.engine, "exec", "-i", self.container, *argv]

    @property
    def logs_command(self) -> list[str]:
        """The command that prints the container's standard output from its beginning and follows it."""
        return [self.engine, "logs", "--follow", self.container]

    def find_failure(self, result: CommandResult) -> HostError | None:
        """Return why the container could not be reached; None if the command ran there."""
        return None if result.ok else explain_engine_failure(self.engine, self.name, result)


def explain_engine_failure(engine: str, name: str, result: CommandResult) -> HostError | None:
    """Return the error for what an engine printed; None if it is nothing that is known."""
    text = result.stderr.decode("utf-8", "replace")
    for pattern, cause, remedy in _CAUSES:
        if re.search(pattern, text):
            named = {"engine": engine, "name": name}
            return HostError(f"{name}: {cause.format(**named)}", remedy.format(**named))
    return None
