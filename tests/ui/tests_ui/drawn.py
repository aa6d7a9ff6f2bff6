"""What a screen shows, as text."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rich.cells import cell_len
from textual.app import App
from textual.worker import WorkerCancelled

from tests_ui import hostile
from tetratui.ui.notices import OperatorNotice
from tetratui.ui.operator_app import operator_app


def lines(app: App[object]) -> list[str]:
    """Return each line of the screen, with what overlays it."""
    _, height = app.size
    # Textual has no public way to read the whole screen but as a picture; a test may use its compositor.
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips[:height]]


def assert_safe(app: App[object]) -> None:
    """Nothing drawn acts on the terminal, and each line is as wide as the screen."""
    drawn = lines(app)
    for line in drawn:
        assert not [character for character in hostile.FORBIDDEN if character in line]
        assert cell_len(line) == app.size.width
    assert len(drawn) == app.size.height


def notices(app: App[object]) -> list[OperatorNotice]:
    """Return the notices on the screen, oldest first."""
    return operator_app(app).notices.current


async def worked(app: App[object]) -> None:
    """Wait until no worker runs; a worker that another replaced was cancelled, which is no error."""
    while working := [worker for worker in app.workers if not worker.is_finished]:
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete([worker for worker in working if worker.is_running])
        await asyncio.sleep(0)
