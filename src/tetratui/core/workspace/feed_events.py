"""What the reading thread reports: each is a fact about the sources, sent once it is true of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tetratui.core.sources import SourceStatusKind

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class EventsRead:
    """A batch was read and stands in the table: one report a batch, whatever its size."""

    rows: range
    """Row ids added."""
    history: bool
    """Whether they are older than all that the table had."""


@dataclass(frozen=True, slots=True)
class SourceReported:
    """The reader of the export file met something the operator should know."""

    text: str
    """One line, already safe to show."""
    severity: Severity = "information"
    kind: SourceStatusKind | None = None
    """What it was, when the source itself did something."""


@dataclass(frozen=True, slots=True)
class HistoryEnded:
    """Everything that was written before the start has been read."""


FeedEvent = EventsRead | SourceReported | HistoryEnded
