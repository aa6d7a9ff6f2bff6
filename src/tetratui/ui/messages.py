"""Facts that travel between the parts of the screen; each is something that has happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from textual.message import Message
from textual.notifications import SeverityLevel

from tetratui.core.sources import SourceEventKind


class Change(Enum):
    """What of the workspace has changed; published by `Tetratui.changed`, never more often than the line can carry."""

    EVENTS = "events"
    """Events were added at either end or left memory."""
    MARKS = "marks"
    DRAFTS = "drafts"
    SOURCE = "source"
    """What is known of the export file: rotated, vanished, read to its beginning."""
    SETTINGS = "settings"
    """Zone, pause or bandwidth."""


@dataclass
class EventsRead(Message):
    """A batch was read and stands in the table: one message a batch, whatever its size."""

    rows: range
    """Row ids added."""
    history: bool
    """Whether they are older than all that were held."""

    bubble = False


@dataclass
class SourceReported(Message):
    """The reader of the export file met something the operator should know."""

    text: str
    """One line, already safe to show."""
    severity: SeverityLevel = "information"
    happening: SourceEventKind | None = None
    """What it was, when the source itself did something."""

    bubble = False


@dataclass
class HistoryEnded(Message):
    """Everything that was written before the start has been read."""

    bubble = False


@dataclass
class DraftAsked(Message):
    """The operator wants a draft from these rows of the table."""

    rows: tuple[int, ...]
    scope: str | None = None
    """The scope to begin on, if it may be taken; None: the narrowest."""


@dataclass
class QueryAsked(Message):
    """The operator wants to see what a query selects, in the Live pane All."""

    query: str
