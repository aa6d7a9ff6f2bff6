"""What is known of a host at a moment, for the screen of hosts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum


class HostCondition(StrEnum):
    """What is being done with a host."""

    CONNECTING = "connecting"
    """No answer has come yet."""
    HISTORY = "history"
    """Older events are being read."""
    FOLLOWING = "following"
    """New events are read as they are written."""
    WAITING = "waiting"
    """The host is reached; its export file is not there yet."""
    LOST = "lost"
    """The host is not reached; it is tried again."""
    ENDED = "ended"
    """There is nothing more to read: the pod or the container is gone."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What the configuration of a host's Tetragon says."""

    export_file: str = ""
    """The path of the export file; empty when Tetragon there writes none, or it is not known."""
    version: str = ""
    """The version of Tetragon; empty when it is not known."""
    list_hash: str = ""
    """A short hash of the denylist in the configuration; empty when there is none, or it is not known."""


@dataclass(slots=True)
class HostState:
    """A host, as its reading thread leaves it; any thread may read."""

    name: str
    url: str
    condition: HostCondition = HostCondition.CONNECTING
    detail: str = ""
    """Why it is lost or waited for. It must pass through `visible` before a terminal."""
    since: float = field(default_factory=time.time)
    """When the condition began, in seconds since the epoch."""
    delay: float | None = None
    """Seconds from the last question to its answer; None when none has come."""
    path: str = ""
    """What is read there."""
    facts: HostFacts | None = None
    """None until the configuration was read."""
    missed_files: int = 0
    """Files that were deleted before they could be read to their end."""

    def enter(self, condition: HostCondition, detail: str = "") -> None:
        """Change the condition."""
        if condition is not self.condition:
            self.since = time.time()
        self.condition, self.detail = condition, detail
        if condition is not HostCondition.FOLLOWING:
            self.delay = None
