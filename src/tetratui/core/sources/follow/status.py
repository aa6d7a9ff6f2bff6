"""What happens to a source while it is followed, for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SourceStatusKind(StrEnum):
    """What happened to a source."""

    WAITING = "waiting"
    """The file does not exist yet."""
    DENIED = "denied"
    """Permission is denied; opening is tried again until it succeeds."""
    OPENED = "opened"
    """Reading starts, or starts again after waiting."""
    ROTATED = "rotated"
    """The old file was read to its end; reading goes on in a new one."""
    TRUNCATED = "truncated"
    """The file was truncated; reading goes on from its beginning."""
    VANISHED = "vanished"
    """The path is gone; what is written to the old file is still read."""
    RETURNED = "returned"
    """The path exists again."""
    UNWRAPPED = "unwrapped"
    """Lines are in envelopes, which are taken off; the text names them."""
    FAILED = "failed"
    """Something could not be read; the text says what."""
    ENDED = "ended"
    """The writer of a pipe closed it, or following stopped for good."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A report about a source, in order with the chunks around it."""

    kind: SourceStatusKind
    text: str
    """One sentence for the operator. It holds paths, so it must pass through `visible` before a terminal."""
