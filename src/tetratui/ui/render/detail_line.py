"""A line of what the detail tells of an event."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DetailLine:
    """A label of ours and a text of the event, which is hostile."""

    label: str
    text: str
    strong: bool = False
