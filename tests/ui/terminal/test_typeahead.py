"""Keys that arrive in one burst do what they would one by one."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key
from textual.pilot import Pilot

from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.screen import LiveScreen


def burst(app: Tetratui, *keys: str) -> None:
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def test_a_query_typed_behind_the_slash_is_no_command(app_of: Callable[..., Tetratui], wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        burst(app, "slash", *"mdTuq", "enter")
        await wait(pilot, lambda: screen.pane.bar.applied == "kind:exec,exit mdTuq")
        assert app.screen is screen
        assert not len(app.workspace.marks)


async def test_keys_go_to_the_screen_that_an_earlier_one_opened(
    app_of: Callable[..., Tetratui], wait: Callable
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        burst(app, "question_mark", "q", "m", "up", "question_mark", "escape", "2", "1")
        await wait(pilot, lambda: len(app.workspace.marks) == 1 and app.screen is screen)
        await settled(pilot)
        assert app.is_running


async def settled(pilot: Pilot) -> None:
    for _ in range(5):
        await pilot.pause()
