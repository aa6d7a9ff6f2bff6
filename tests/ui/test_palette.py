"""The command palette: everything that can be done here, and themes shown while they are chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui import drawn
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input

from tetratui.core.config import Config, Time
from tetratui.core.folders import user_themes
from tetratui.ui import commands
from tetratui.ui.app import Tetratui
from tetratui.ui.keys import KEYS
from tetratui.ui.palette import Palette

Make = Callable[..., Tetratui]


async def typed(pilot: Pilot, wait: Callable, key: str, text: str) -> None:
    await pilot.press(key)
    await wait(pilot, lambda: isinstance(pilot.app.screen, Palette))
    await pilot.press(*text)
    listed = pilot.app.screen.query_one(CommandList)
    await wait(pilot, lambda: listed.option_count > 0 and text in str(listed.get_option_at_index(0).prompt))


@pytest.mark.parametrize(("mode", "scope"), [("1", "live"), ("2", "noise"), ("4", "rules"), ("5", "review")])
async def test_every_key_of_a_screen_is_a_command_once(app_of: Make, wait: Callable, mode: str, scope: str) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(mode)
        await drawn.worked(app)
        titles = [title.rpartition(" (")[0] for title, *_ in commands.list_commands(app, app.screen)]
        for key in KEYS:
            if key.scope in {scope, "app", "screen"}:
                assert key.label in titles
        labels = [key.label for key in KEYS if key.scope in {scope, "app", "screen", "list"}]
        assert all(titles.count(label) == labels.count(label) for label in labels)


async def test_what_can_be_done_stands_before_the_themes(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await wait(pilot, lambda: app.screen.query_one(CommandList).option_count > 30)
        listed = app.screen.query_one(CommandList)
        prompts = [str(listed.get_option_at_index(number).prompt) for number in range(listed.option_count)]
        assert "query (/)" in prompts[1]
        assert "theme tetra-light" in prompts[-1]


async def test_a_command_is_found_by_what_it_does_and_runs(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", *"could not be read")
        listed = app.screen.query_one(CommandList)
        await wait(pilot, lambda: listed.option_count == 1)
        await pilot.press("enter", "enter")
        await wait(pilot, lambda: "No unreadable line" in "\n".join(drawn.lines(app)))


async def test_a_theme_is_shown_while_the_cursor_is_on_it_and_given_back(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, wait, "ctrl+p", "theme")
        seen = {app.theme}
        for _ in range(9):
            await pilot.press("down")
            await pilot.pause()
            seen.add(app.theme)
        assert {"tetra-light", "ansi", "high-contrast"} <= seen
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, Palette))
        assert app.theme == "tetra-dark"


async def test_a_chosen_theme_stays(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await typed(pilot, wait, "colon", "theme high")
        await pilot.press("down", "enter")
        await wait(pilot, lambda: not isinstance(app.screen, Palette))
        await wait(pilot, lambda: app.theme == "high-contrast")
        assert 'theme = "high-contrast"' in "\n".join(drawn.lines(app))


@pytest.fixture
def own_themes() -> None:
    folder = user_themes()
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text("[colors]\nprimry = '#fff'")
    (folder / "mine.toml").write_text("says = 'my own'\n[colors]\nprimary = '#ff00ff'")


@pytest.mark.usefixtures("own_themes")
async def test_a_bad_theme_of_the_users_is_named_and_the_good_one_offered(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await wait(pilot, lambda: any("did you mean 'primary'?" in notice.message for notice in drawn.notices(app)))
        assert "mine" in app.themes.files
        await typed(pilot, wait, "ctrl+p", "theme mine")
        await pilot.press("down")
        await wait(pilot, lambda: app.theme == "mine")


async def test_no_cursor_blinks_in_any_line(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (("slash",), ("escape", "colon"), ("escape", "4", "ctrl+o")):
            for key in keys:
                await pilot.press(key)
                await drawn.worked(app)
            await wait(pilot, lambda: isinstance(app.focused, Input))
            assert not app.focused.cursor_blink


async def test_a_theme_of_the_configuration_that_is_not_there_is_named_with_the_nearest(
    app_of: Make, wait: Callable
) -> None:
    app = app_of(None, Config(theme="tetra-ligth", time=Time("utc")))
    async with app.run_test(size=(160, 44), notifications=True) as pilot:
        await wait(pilot, lambda: "no theme is called 'tetra-ligth': did you mean" in "".join(drawn.lines(app)))
        assert app.theme == "tetra-dark"
