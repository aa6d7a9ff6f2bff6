"""Write text of events into Markdown so that it stays text: the one escaper of this format."""

from __future__ import annotations

from tetratui.core.events.visible import visible

_MAX_LENGTH = 160


def cell(text: str) -> str:
    """Return text made safe in a sentence or a table cell of Markdown."""
    escaped = visible(text).replace("\\", "\\\\")
    for sign in "`*_[]<>|#":
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped


def code(text: str, longest: int = _MAX_LENGTH, in_table: bool = False) -> str:
    """Return text in a code span that it cannot leave; long text is cut, with the count of characters cut."""
    shown = visible(text)
    if len(shown) > longest:
        shown = f"{shown[:longest]}… ({len(shown) - longest} more characters)"
    ticks = "`"
    while ticks in shown:
        ticks += "`"
    pad = " " if shown[:1] in {"`", " ", ""} or shown[-1:] in {"`", " "} else ""
    inside = shown.replace("|", "\\|") if in_table else shown
    return f"{ticks}{pad}{inside}{pad}{ticks}"


def fence(lines: list[str]) -> list[str]:
    """Return lines in a fenced block that none of them can end; hostile text in them is made visible."""
    shown = [visible(line) for line in lines]
    ticks = "```"
    while any(ticks in line for line in shown):
        ticks += "`"
    return [f"{ticks}text", *shown, ticks]
