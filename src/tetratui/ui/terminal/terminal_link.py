"""The link to the operator's terminal: what may be sent over it, and how long answers take."""

from __future__ import annotations

from tetratui.core.config.model import Terminal as Limits
from tetratui.ui.terminal.rate_limiter import RateLimiter
from tetratui.ui.terminal.round_trip import RoundTrip


class TerminalLink:
    """What is sent to the terminal, under one of two budgets."""

    def __init__(self, limits: Limits, *, low: bool) -> None:
        self._limits = limits
        self.low = low or limits.low_bandwidth
        """Whether little is sent: the smaller budget, rows in one colour."""
        self.limiter = RateLimiter(self._budget)
        self.trip = RoundTrip()

    @property
    def _budget(self) -> int:
        limits = self._limits
        return limits.low_bandwidth_bytes_per_second if self.low else limits.bytes_per_second

    def spare(self, low: bool) -> None:
        """Send little, or as much as before."""
        self.low = low
        self.limiter.limit(self._budget)

    def says(self) -> str:
        """Say what was sent and how long answers take, for the help."""
        trip = "" if self.trip.seconds is None else f", answers in {self.trip.seconds * 1000:.0f} ms"
        return f"{self.limiter.sent:,} bytes sent{trip}{', low bandwidth' if self.low else ''}"
