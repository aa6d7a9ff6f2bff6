"""Tell the time and wait; tests bring a clock of their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return the time of day, in seconds since the epoch."""
        return time.time()

    def uptime(self) -> float:
        """Return seconds since the machine was started, sleep included: the same in every process, never set back."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def format_time(seconds: float) -> str:
    """Return a time of day as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
