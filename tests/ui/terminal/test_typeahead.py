"""Keys that arrive in one burst do what they would one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from tests_ui import drawn
from textual.events import Key
from textual.pilot import Pilot

from tetratui.core.workspace.noise_board import NoiseBoard
from tetratui.core.workspace.view import View, ViewUpdate
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.mark_all import MarkAll
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.noise.screen import NoiseScreen


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


async def test_keys_typed_behind_a_query_act_on_what_it_shows(
    app_of: Callable[..., Tetratui], wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = View.look

    def slow_look(view: View) -> ViewUpdate:
        time.sleep(0.2)
        return look(view)

    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        monkeypatch.setattr(View, "look", slow_look)
        burst(app, "slash", *"bin:tick", "enter", "M")
        await wait(pilot, lambda: isinstance(app.screen, MarkAll))
        assert isinstance(app.screen, MarkAll)
        assert "bin:tick" in app.screen.query_text
        assert 0 < len(app.screen.rows) < 1_475


async def test_keys_do_not_wait_for_ever_and_a_way_out_not_at_all(
    app_of: Callable[..., Tetratui], wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of()
    held = threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        monkeypatch.setattr("tetratui.ui.terminal.typeahead.SETTLING", 0.1)
        monkeypatch.setattr(View, "look", lambda view: held.wait(30) and None)
        try:
            burst(app, "slash", "x", "enter", "M")
            await wait(pilot, lambda: "Still looking" in "".join(drawn.lines(app)))
            burst(app, "d", "escape", "2")
            await wait(pilot, lambda: isinstance(app.screen, NoiseScreen))
        finally:
            monkeypatch.undo()
            held.set()


async def test_leaving_while_work_goes_on_drops_keys_typed_ahead(
    app_of: Callable[..., Tetratui], wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of()
    held = threading.Event()
    monkeypatch.setattr(NoiseBoard, "update", lambda *_: held.wait(30))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await wait(pilot, lambda: "Counting" in "".join(drawn.lines(app)))
        burst(app, "m", "ctrl+c", *"md2?", "colon")
        await wait(pilot, lambda: not app.is_running or app.leaving)
        held.set()
    assert app.return_code == 0
