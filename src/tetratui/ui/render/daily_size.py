"""Write how many bytes a day an impact saves, or that it is not known."""

from __future__ import annotations

from tetratui.core.tuning.impact import Impact
from tetratui.ui.render.bars import size


def daily_size(impact: Impact) -> str:
    """Return the bytes a day for a column; a dash where the events span too little time to tell."""
    return "–" if impact.bytes_per_day is None else size(impact.bytes_per_day)


def daily_sentence(impact: Impact) -> str:
    """Return the bytes a day in words, with the reason where they are unknown."""
    if impact.bytes_per_day is None:
        return f"size a day unknown: {impact.why_no_pace}"
    return f"{size(impact.bytes_per_day)} a day"
