"""What happens to a source while it is followed, as facts for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SourceEventKind(StrEnum):
    """What happened to a source."""

    WAITING = "waiting"
    """The file does not exist yet."""
    DENIED = "denied"
    """It may not be read; tried again until it may."""
    OPENED = "opened"
    """Reading begins, or begins again after waiting."""
    ROTATED = "rotated"
    """The old file was read to its end; a new one goes on."""
    TRUNCATED = "truncated"
    """It was cut to nothing and goes on from its beginning."""
    VANISHED = "vanished"
    """The path is gone; what is still written to the old file is still read."""
    RETURNED = "returned"
    """The path is there again."""
    FAILED = "failed"
    """Something could not be read; the text says what."""
    ENDED = "ended"
    """A pipe's writer has closed it, or following stopped for good."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One fact about a source, in order with the chunks around it."""

    kind: SourceEventKind
    text: str
    """One sentence for the operator; holds paths, so it is not safe for a terminal as it is."""
