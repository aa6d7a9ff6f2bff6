"""How times are shown in the lists: in which zone, with the day where it is another one, or from the cursor on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from itertools import pairwise

from tetratui.core.workspace.workspace import Workspace

NANO = 1_000_000_000
UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
"""Seconds of a unit, and its letter."""


class TimeDisplay:
    """Writes the times of events into cells; the operator switches between its forms."""

    def __init__(self, workspace: Workspace, now: Callable[[], float]) -> None:
        self._workspace = workspace
        self._now = now
        self.from_cursor = False
        """Whether times are differences to the event under the cursor."""

    @property
    def zone(self) -> tzinfo | None:
        """The zone of the times; None for this machine's."""
        return self._workspace.zone

    @property
    def form(self) -> object:
        """A value that is equal as long as the same form is chosen."""
        return self.zone, self.from_cursor

    @property
    def now(self) -> datetime:
        """The present time in the zone."""
        return datetime.fromtimestamp(self._now(), UTC).astimezone(self.zone)

    def next_form(self) -> str:
        """Go from this machine's zone to UTC, then to differences, then back; return the name of the form."""
        if self.from_cursor:
            self.from_cursor, self._workspace.utc = False, False
            return "Times in this machine's zone"
        if self._workspace.zone is UTC:
            self.from_cursor = True
            return "Times from the event under the cursor on"
        self._workspace.utc = True
        return "Times in UTC"

    def day(self, time: int) -> date:
        """Return the day of a time, today for an unknown one."""
        return self.now.date() if time < 0 else datetime.fromtimestamp(time // NANO, UTC).astimezone(self.zone).date()

    def heading(self, day: date) -> str:
        """Return the title of a column of times whose first one is of this day."""
        if self.from_cursor:
            return "from cursor"
        return "time" if day == self.now.date() else day.isoformat()

    def cell(self, time: int, day: date, base: int = -1) -> str:
        """Return nanoseconds since the epoch for a cell.

        `day` is the one that the column's title tells, `base` the time of the event under the cursor.
        """
        if self.from_cursor and base >= 0 and time >= 0:
            return difference(time - base)
        return day_and_clock(time, self.zone, day)


def day_and_clock(time: int, zone: tzinfo | None, day: date) -> str:
    """Return nanoseconds since the epoch as `18:04:09.112`, of another day than `day` as `11-23 18:04:09.112`.

    Of another year it is `2025-11-23 18:04:09`, and an unknown time is `--:--:--.---`.
    """
    if time < 0:
        return "--:--:--.---"
    moment = datetime.fromtimestamp(time // NANO, UTC).astimezone(zone)
    if moment.year != day.year:
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    clock = f"{moment:%H:%M:%S}.{time % NANO // 1_000_000:03d}"
    return clock if moment.date() == day else f"{moment:%m-%d} {clock}"


def difference(nanoseconds: int) -> str:
    """Return a difference of times: `+0.120s`, `-3m12s`, `+2d04h`."""
    sign, seconds = "-" if nanoseconds < 0 else "+", abs(nanoseconds) / NANO
    if seconds < 60:
        return f"{sign}{seconds:.3f}s"
    return sign + age(seconds)


def age(seconds: float) -> str:
    """Return a length of time from a minute on, in its two greatest units: `3m12s`, `2h05m`, `4d03h`."""
    whole = int(seconds)
    for (size, letter), (lower, lower_letter) in pairwise(UNITS):
        if whole >= size:
            return f"{whole // size}{letter}{whole % size // lower:02d}{lower_letter}"
    return f"{whole}s"
