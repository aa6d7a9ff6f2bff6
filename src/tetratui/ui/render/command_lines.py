"""Draw the command lines that an impact hides, the rarest first."""

from __future__ import annotations

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.impact import Impact

_LONGEST = 4000
"""Characters shown of one command line."""


def command_lines(impact: Impact) -> list[Content]:
    """List the command lines with their counts, and how many there are besides."""
    lines = [Content(f"{count:>7,}  {visible(short(text))}") for text, count in impact.rarest]
    more = impact.commands - len(impact.rarest)
    if more > 0:
        lines.append(Content.styled(f"… and {format_count(more, 'more command')}, none of them rarer", "$text-muted"))
    return lines or [Content("It hides none of the events in memory.")]


def short(text: str) -> str:
    """Cut a text that would fill the screen, and add its length."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
