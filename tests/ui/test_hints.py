"""What is said of what to do next: the footer's six keys, the newcomer's line, the mouse's way to both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui import drawn
from textual.pilot import Pilot

from conftest import real_lines
from tetratui.core.config import Config, Keys, Time
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.help.screen import HelpScreen
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.widgets import hint_line

Make = Callable[..., Tetratui]


async def opened(pilot: Pilot, wait: Callable) -> LiveScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    await wait(pilot, lambda: not screen.pane.view.stale and len(screen.pane.view) > 0)
    return screen


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ((), "/ query  i include  x exclude  m noise  d draft  ? help"),
        (("m",), "d draft  m noise  K keep  u undo  / query  ? help"),
        (("up", "space"), "m noise  K keep  T threat  d draft  esc back  ? help"),
        (("equals_sign",), "= pause  / query  i include  x exclude  m noise  ? help"),
        (("enter",), "⏎ detail  J scroll  o same process  L life  y copy  esc back"),
        (("slash",), "⏎ apply  tab complete  esc leave  ↓ next"),
    ],
)
async def test_the_footer_says_the_keys_that_matter_now(
    app_of: Make, wait: Callable, keys: tuple[str, ...], first: str
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, wait)
        await pilot.press(*keys)
        await wait(pilot, lambda: drawn.lines(app)[-1].strip() == first)


async def test_with_drafts_the_first_key_is_the_review(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, wait)
        await pilot.press("up", "up", "up", "m", "d")
        await wait(pilot, lambda: not isinstance(app.screen, LiveScreen))
        await drawn.worked(app)
        await pilot.press("enter")
        await wait(pilot, lambda: len(app.workspace.drafts) == 1 and isinstance(app.screen, LiveScreen))
        await wait(pilot, lambda: "review" in drawn.lines(app)[-1][:12])


def newcomer(keys: Keys | None = None) -> Tetratui:
    config = Config(time=Time("utc"), keys=keys or Keys())
    return Tetratui(Workspace(build_table(real_lines()), config=config, new_here=hint_line.wanted()))


async def test_a_newcomer_is_told_step_by_step_until_they_hide_it(wait: Callable) -> None:
    app = newcomer()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, wait)
        await wait(pilot, lambda: "New here? / asks, m marks noise" in drawn.lines(app)[-2])
        await pilot.press("slash")
        await pilot.pause()
        assert "New here? / asks, m marks noise, ? helps; esc hides this" in drawn.lines(app)[-2]
        await pilot.press("escape")
        await pilot.press("m")
        await wait(pilot, lambda: "Next: d drafts" in drawn.lines(app)[-2])
        await pilot.press("escape")
        await pilot.pause()
        assert not screen.hint.display
    assert not newcomer().workspace.new_here


async def test_the_hint_names_the_keys_as_they_are_bound(wait: Callable) -> None:
    app = newcomer(Keys("k9s", {"mark-noise": "N"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, wait)
        await wait(pilot, lambda: "N marks noise" in drawn.lines(app)[-2])
        await pilot.press("N")
        await wait(pilot, lambda: "Next: D drafts" in drawn.lines(app)[-2])


async def test_nobody_else_is_told(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, wait)
        assert not screen.hint.display


async def test_the_mouse_goes_to_screens_panes_rows_and_keys(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, wait)
        line = drawn.lines(app)[1]
        await pilot.click(offset=(line.index("Hooks") + 1, 1))
        await wait(pilot, lambda: screen.active == "hooks")
        await pilot.click(offset=(drawn.lines(app)[1].index("Process") + 1, 1))
        await wait(pilot, lambda: screen.active == "process")
        await pilot.click(offset=(20, 10))
        await wait(pilot, lambda: drawn.lines(app)[10].startswith(" >"))
        await pilot.click(offset=(drawn.lines(app)[-1].index("? help") + 1, 23))
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.click(offset=(line.index("Noise") + 1, 1))
        await wait(pilot, lambda: app.current_mode == "noise")


async def test_a_long_query_shows_its_beginning_and_that_it_goes_on(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, wait)
        query = "kind:exec,exit " + " ".join(f"-args:word{number}" for number in range(20))
        screen.pane.bar.put(query, apply=True)
        await wait(pilot, lambda: " Process /kind:exec,exit -args:word0 " in drawn.lines(app)[2])
        assert "…" in drawn.lines(app)[2]
        await pilot.press("slash")
        await wait(pilot, lambda: " Process <" in drawn.lines(app)[2] and "word19" in drawn.lines(app)[2])
        await pilot.press("escape")
        await wait(pilot, lambda: " Process /kind:exec,exit -args:word0 " in drawn.lines(app)[2])
