"""Limit how often the screen is drawn to what the link can carry, by the bytes really sent."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

SHORTEST = 0.1
"""Seconds between two drawings of arriving events, however fast the link is."""
LONGEST = 2.0
"""Seconds between two drawings at most: answers to keys never wait, and must not delay events for ever."""


class RateLimiter:
    """A token bucket of bytes: it fills at the budget, and drawing of arriving events waits while it is empty."""

    def __init__(self, bytes_per_second: int, now: Callable[[], float] = monotonic) -> None:
        self.set_budget(bytes_per_second)
        self._now = now
        self._tokens = self.bytes_per_second / 2
        self._filled_at = now()
        self.sent = 0
        """Bytes sent since the start."""

    def set_budget(self, bytes_per_second: int) -> None:
        """Keep to another budget from now on."""
        # A tenth is left for what does not wait: the clock, the rates, answers to keys.
        self.bytes_per_second = bytes_per_second * 0.9

    def count_sent(self, count: int) -> None:
        """Take what was sent from the bucket."""
        self._fill()
        self.sent += count
        # Cap the deficit at what one longest pause repays.
        self._tokens = max(self._tokens - count, -LONGEST * self.bytes_per_second)

    def seconds_to_wait(self) -> float:
        """Return the seconds until events that arrive may be drawn."""
        self._fill()
        return max(SHORTEST, -self._tokens / self.bytes_per_second)

    def _fill(self) -> None:
        now = self._now()
        # Save up half a second's worth at most, so that no flood follows a long pause.
        self._tokens = min(self.bytes_per_second / 2, self._tokens + (now - self._filled_at) * self.bytes_per_second)
        self._filled_at = now
