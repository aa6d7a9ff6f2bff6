"""The link to the operator's terminal, often an SSH connection: what may be sent over it, and its round trip."""

from __future__ import annotations

from tetratui.core.config.model import Terminal as Limits
from tetratui.ui.terminal.rate_limiter import RateLimiter
from tetratui.ui.terminal.round_trip import RoundTrip


class TerminalLink:
    """Counts what is sent, under one of two budgets of bytes a second."""

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

    def set_low_bandwidth(self, low: bool) -> None:
        """Take the smaller budget, or the full one."""
        self.low = low
        self.limiter.set_budget(self._budget)

    def describe(self) -> str:
        """Return what was sent and how long answers take, for the help."""
        trip = "" if self.trip.seconds is None else f", answers in {self.trip.seconds * 1000:.0f} ms"
        return f"{self.limiter.sent:,} bytes sent{trip}{', low bandwidth' if self.low else ''}"
