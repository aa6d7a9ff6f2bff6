"""The line to the operator's terminal: what may be sent over it, how long answers take, the offer to send less."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tetratui.core.config.model import Terminal as Limits
from tetratui.ui.messages import Change
from tetratui.ui.terminal.rate_limiter import RateLimiter
from tetratui.ui.terminal.round_trip import QUESTION, RoundTrip, of_connection

if TYPE_CHECKING:
    from tetratui.ui.app import Tetratui

LONG = 0.15
"""Seconds of a round trip from which on sending less is offered."""
QUESTIONS = 3
"""How often the terminal is asked: the start keeps this process from reading its first answers at once."""
PAUSE = 1.0
"""Seconds before each question."""


class TerminalLink:
    """What is sent to the terminal, under one of two budgets."""

    def __init__(self, limits: Limits, *, low: bool) -> None:
        self._limits = limits
        self.low = low or limits.low_bandwidth
        """Whether little is sent: the smaller budget, rows in one colour."""
        self.governor = RateLimiter(self._budget)
        self.trip = RoundTrip()

    @property
    def _budget(self) -> int:
        limits = self._limits
        return limits.low_bandwidth_bytes_per_second if self.low else limits.bytes_per_second

    def spare(self, low: bool) -> None:
        """Send little, or as much as before."""
        self.low = low
        self.governor.limit(self._budget)

    def says(self) -> str:
        """Say what was sent and how long answers take, for the help."""
        trip = "" if self.trip.seconds is None else f", answers in {self.trip.seconds * 1000:.0f} ms"
        return f"{self.governor.sent:,} bytes sent{trip}{', low bandwidth' if self.low else ''}"


async def offer(app: Tetratui, environment: Mapping[str, str] = os.environ, pause: float = PAUSE) -> None:
    """Measure the round trip over SSH, and say once that less could be sent when it is long."""
    line = app.line
    if line.low or "SSH_CONNECTION" not in environment:
        return
    for _ in range(QUESTIONS):
        await asyncio.sleep(pause)
        line.trip.asked()
        app.send(QUESTION)
    await asyncio.sleep(pause)
    known = [took for took in (line.trip.seconds, await asyncio.to_thread(of_connection, environment)) if took]
    took = max(known, default=0)
    if took >= LONG and not line.low:
        app.tell(f"answers take {took:.1f} s on this line: ':' low bandwidth, or --low-bandwidth, sends a third of it")


def switch(app: Tetratui) -> None:
    """Send little, or as much as before."""
    app.line.spare(not app.line.low)
    app.tell("low bandwidth: less is sent" if app.line.low else "full bandwidth again")
    app.change(Change.SETTINGS, at_once=True)
