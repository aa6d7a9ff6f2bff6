"""Messages between the app, its screens and the reading thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from textual.message import Message

from tetratui.core.workspace.feed_events import FeedEvent


class Change(Enum):
    """A part of the workspace that changed; published by `Tetratui.changed` no more often than the link can carry."""

    EVENTS = "events"
    """Events were added at either end or left memory."""
    MARKS = "marks"
    DRAFTS = "drafts"
    SOURCE = "source"
    """What is known of the export file: rotated, vanished, read to its beginning."""
    SETTINGS = "settings"
    """Zone, pause or bandwidth."""


@dataclass
class FeedMessage(Message):
    """The reading thread reported something."""

    report: FeedEvent

    bubble = False


@dataclass
class DraftRequested(Message):
    """The operator wants a draft from these rows of the table."""

    rows: tuple[int, ...]
    scope: str | None = None
    """The scope to begin on, if it may be taken; None: the narrowest."""


@dataclass
class QueryRequested(Message):
    """The operator wants to see what a query selects, in the Live pane All."""

    query: str
