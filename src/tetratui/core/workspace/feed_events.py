"""The reports of the reading thread; each is sent after the table has changed accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tetratui.core.sources import SourceStatusKind

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class EventsRead:
    """A batch of events is in the table; there is one report for a batch of any size."""

    rows: range
    """The row ids of the batch."""
    history: bool
    """Whether they are older than all events that were in the table."""


@dataclass(frozen=True, slots=True)
class SourceReported:
    """Something happened to the export file that the operator should know."""

    text: str
    """One line that is safe to show."""
    severity: Severity = "information"
    kind: SourceStatusKind | None = None
    """What happened to the source; None when the report is about the reading itself."""


@dataclass(frozen=True, slots=True)
class HistoryEnded:
    """All events written before the start have been read, or no more of them will be."""


FeedEvent = EventsRead | SourceReported | HistoryEnded
