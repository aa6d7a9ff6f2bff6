"""g goes to a time or a process, and the query stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui import drawn

from conftest import Wait
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.screen import LiveScreen

Make = Callable[..., Tetratui]


async def ask(app: Tetratui, pilot: object, wait: Wait, text: str) -> LiveScreen:
    screen = app.screen
    assert isinstance(screen, LiveScreen)
    await wait(pilot, lambda: not screen.pane.settling and len(screen.pane.view) > 0)
    await pilot.press("g")
    await wait(pilot, lambda: screen.go_to_line.has_focus)
    screen.go_to_line.value = text
    await pilot.press("enter")
    return screen


@pytest.mark.parametrize("text", ["19:17", "2026-11-23T19:17:00Z"])
async def test_a_time_leads_to_the_first_event_from_then_on(app_of: Make, wait: Wait, text: str) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ask(app, pilot, wait, text)
        await wait(pilot, lambda: not screen.following)
        event = screen.pane.table.event
        moment = 1_795_461_420 * 1_000_000_000
        assert event is not None
        assert event.time >= moment
        before = [app.workspace.table.event(int(row)).time for row in screen.pane.view.ids[: screen.pane.table.cursor]]
        assert all(time < moment for time in before)
        assert screen.pane.bar.applied == "kind:exec,exit"
        assert not screen.go_to_line.display


async def test_an_exec_id_leads_to_its_first_event(app_of: Make, wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        wanted = app.workspace.table.event(700)
        screen = await ask(app, pilot, wait, str(wanted.exec_id))
        await wait(pilot, lambda: not screen.following)
        assert screen.pane.table.event is not None
        assert screen.pane.table.event.exec_id == wanted.exec_id


@pytest.mark.parametrize(
    ("text", "told"),
    [("soon", "not a time: soon"), ("9999-01-01", "as late as that"), ("A" * 20, "no event of a process")],
)
async def test_what_leads_nowhere_is_told_and_the_line_stays_open(
    app_of: Make, wait: Wait, text: str, told: str
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ask(app, pilot, wait, text)
        await wait(pilot, lambda: told in "".join(drawn.lines(app)[-4:]))
        assert screen.go_to_line.display
        await pilot.press("escape")
        await wait(pilot, lambda: not screen.go_to_line.display)
        assert screen.pane.table.has_focus
