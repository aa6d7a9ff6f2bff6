"""What has come from each host: events, unreadable lines, the newest time and the rate."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

_SPAN = 10
"""Seconds over which the rate is taken."""


@dataclass(slots=True)
class HostActivity:
    """Sums of one host; the reading thread adds to them, any thread may read."""

    events: int = 0
    unreadable: int = 0
    last_time: int = -1
    """The newest time of its events, in nanoseconds since the epoch; -1 while none is known."""
    _seconds: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=_SPAN + 1))
    """Seconds and the events that came in each, the newest last."""

    def add(self, events: int, unreadable: int, last_time: int, *, new: bool, now: float | None = None) -> None:
        """Count a batch; only a `new` one, not older events, counts for the rate."""
        self.events += events
        self.unreadable += unreadable
        self.last_time = max(self.last_time, last_time)
        if not new:
            return
        second = int(time.monotonic() if now is None else now)
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1] = second, self._seconds[-1][1] + events
        else:
            self._seconds.append((second, events))

    def rate(self, now: float | None = None) -> float:
        """Return the events a second over the last ten whole seconds."""
        second = int(time.monotonic() if now is None else now)
        return sum(count for at, count in tuple(self._seconds) if second - _SPAN <= at < second) / _SPAN
