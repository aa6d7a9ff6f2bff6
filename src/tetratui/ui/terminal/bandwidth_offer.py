"""Offer to send less over a slow link, and switch between the two budgets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.terminal.round_trip import QUESTION, connection_round_trip

SLOW = 0.15
"""Seconds of a round trip from which on sending less is offered."""
QUESTIONS = 3
"""How often the terminal is asked: during the start this process reads the first answers late."""
PAUSE = 1.0
"""Seconds before each question."""


async def offer_low_bandwidth(
    app: OperatorApp, environment: Mapping[str, str] = os.environ, pause: float = PAUSE
) -> None:
    """Measure the round trip over SSH; when it is long, offer once to send less."""
    link = app.link
    if link.low or "SSH_CONNECTION" not in environment:
        return
    for _ in range(QUESTIONS):
        await asyncio.sleep(pause)
        link.trip.note_question()
        app.send(QUESTION)
    await asyncio.sleep(pause)
    # Inside tmux the terminal answers at once, and only the kernel knows; of a jump host's far side it does not.
    measured = (link.trip.seconds, await asyncio.to_thread(connection_round_trip, environment))
    seconds = max(filter(None, measured), default=0)
    if seconds >= SLOW and not link.low:
        key = app.key_of("palette")
        app.tell(f"Slow connection ({seconds:.1f} s). Press {key} → low bandwidth, or start with --low-bandwidth")


def switch_bandwidth(app: OperatorApp) -> None:
    """Go from one budget to the other."""
    app.link.set_low_bandwidth(not app.link.low)
    app.tell("Low bandwidth: less is sent" if app.link.low else "Full bandwidth again")
    app.change(Change.SETTINGS, at_once=True)
