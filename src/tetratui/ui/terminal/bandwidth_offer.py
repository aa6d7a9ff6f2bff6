"""Offer to send less over a slow link, and switch between the two budgets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.terminal.round_trip import QUESTION, of_connection

LONG = 0.15
"""Seconds of a round trip from which on sending less is offered."""
QUESTIONS = 3
"""How often the terminal is asked: the start keeps this process from reading its first answers at once."""
PAUSE = 1.0
"""Seconds before each question."""


async def offer_low_bandwidth(
    app: OperatorApp, environment: Mapping[str, str] = os.environ, pause: float = PAUSE
) -> None:
    """Measure the round trip over SSH, and say once that less could be sent when it is long."""
    link = app.link
    if link.low or "SSH_CONNECTION" not in environment:
        return
    for _ in range(QUESTIONS):
        await asyncio.sleep(pause)
        link.trip.asked()
        app.send(QUESTION)
    await asyncio.sleep(pause)
    known = [took for took in (link.trip.seconds, await asyncio.to_thread(of_connection, environment)) if took]
    took = max(known, default=0)
    if took >= LONG and not link.low:
        app.tell(f"answers take {took:.1f} s on this link: ':' low bandwidth, or --low-bandwidth, sends a third of it")


def switch_bandwidth(app: OperatorApp) -> None:
    """Send little, or as much as before."""
    app.link.spare(not app.link.low)
    app.tell("low bandwidth: less is sent" if app.link.low else "full bandwidth again")
    app.change(Change.SETTINGS, at_once=True)
