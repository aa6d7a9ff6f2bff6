"""Find the event that an operator wants to go to: by a time or by an exec id."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import numpy as np

from tetratui.core.errors import UsageError
from tetratui.core.lineage import Lineage
from tetratui.core.query.errors import QueryError
from tetratui.core.query.syntax import Value
from tetratui.core.query.values import is_relative, parse_time
from tetratui.core.workspace.view import View

HINT = "18:04, 2026-11-23T19:20, -5m, or an exec id"
"""What may be typed."""
SHORTEST_ID = 12
"""Characters of an exec id at least: they are base64 of a node, a start and a pid."""


def find_event_row(text: str, view: View, lineage: Lineage, day: datetime, now: datetime, zone: tzinfo | None) -> int:
    """Return the row id of the first event shown at a time or later, or of the first event of a process.

    A clock without a date is one of `day`. Raise UsageError for what is neither, and for what is not in memory.
    """
    value = Value(text.strip())
    try:
        moment = parse_time(value, now if is_relative(value) else day, zone).low
    except QueryError as error:
        rows = lineage.event_rows(value.text) if len(value.text) >= SHORTEST_ID else []
        if rows:
            return rows[0]
        known = f"no event of a process {value.shown} is in memory" if len(value.text) >= SHORTEST_ID else error.message
        raise UsageError(known, f"type {HINT}") from error
    return _first_from(view, moment)


def _first_from(view: View, moment: int) -> int:
    table = view.table.still()
    rows = view.rows.values
    rows = rows[rows >= table.first]
    times = table.time[rows - table.first]
    later = np.flatnonzero(times >= moment)
    if not len(later):
        raise UsageError("no event shown is as late as that", f"type {HINT}")
    return int(rows[later[np.argmin(times[later])]])


def day_of(time: int, now: datetime) -> datetime:
    """Return the moment of an event, whose day a clock without a date means; now without an event."""
    return now if time < 0 else datetime.fromtimestamp(time // 1_000_000_000, UTC)
