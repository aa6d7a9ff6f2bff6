"""How often the screen may be drawn: as often as the line can carry, measured by the bytes really sent."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

SHORTEST = 0.1
"""Seconds between two drawings of arriving events, however wide the line is."""
LONGEST = 2.0
"""Seconds between two drawings, whatever was sent meanwhile: answers to keys are not asked whether they have room."""


class RateLimiter:
    """A bucket of bytes that fills at the budget; drawing waits while it is empty, answers to keys never do."""

    def __init__(self, bytes_per_second: int, now: Callable[[], float] = monotonic) -> None:
        self.limit(bytes_per_second)
        self._now = now
        self._left = self.bytes_per_second / 2
        self._at = now()
        self.sent = 0
        """Bytes sent since the start."""

    def limit(self, bytes_per_second: int) -> None:
        """Keep to another budget from now on."""
        # A tenth is left for what does not ask: the clock, the rates, answers to keys.
        self.bytes_per_second = bytes_per_second * 0.9

    def wrote(self, count: int) -> None:
        """Take what was sent from the bucket."""
        self._fill()
        self.sent += count
        # A debt is forgotten beyond what the longest pause pays off.
        self._left = max(self._left - count, -LONGEST * self.bytes_per_second)

    def wait(self) -> float:
        """Seconds until the next drawing of what arrives."""
        self._fill()
        return max(SHORTEST, -self._left / self.bytes_per_second)

    def _fill(self) -> None:
        now = self._now()
        # Half a second's worth at most may be saved up: a longer pause must not buy a flood.
        self._left = min(self.bytes_per_second / 2, self._left + (now - self._at) * self.bytes_per_second)
        self._at = now
