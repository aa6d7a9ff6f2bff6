"""Whole screens as pictures; what changes here should be looked at in the report before it is taken over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tetratui.core.config import Config, Time
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live import LiveScreen


async def ready(pilot: Pilot) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    while any(screen.query_one(f"#{name}").view.stale for name in screen.shown):
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "tetra-dark"), ((120, 36), "tetra-light"), ((200, 50), "tetra-dark"), ((80, 24), "ansi")],
)
def test_live(snap_compare: Callable, app_of: Callable[..., Tetratui], size: tuple[int, int], theme: str) -> None:
    """Following the newest event: one pane at 80 columns, two from 120, detail and busiest binaries from 160."""
    app = app_of(None, Config(theme=theme, time=Time("utc")))
    assert snap_compare(app, run_before=ready, terminal_size=size)


def test_live_with_marks_and_detail(snap_compare: Callable, app_of: Callable[..., Tetratui]) -> None:
    """Rows marked N, K and T, one selected with a star, the detail of another below."""

    async def mark(pilot: Pilot) -> None:
        await ready(pilot)
        for key in ("up", "up", "up", "up", "m", "K", "T", "space", "enter"):
            await pilot.press(key)
        await ready(pilot)

    assert snap_compare(app_of(), run_before=mark, terminal_size=(80, 24))


def test_without_colour_everything_still_says_what_it_is(
    snap_compare: Callable, app_of: Callable[..., Tetratui], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grey only: kinds, marks, cursor and focus by letters, bold and reverse."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_of(), run_before=ready, terminal_size=(80, 24))
