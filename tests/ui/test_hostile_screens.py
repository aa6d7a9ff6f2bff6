"""Every screen and question over hostile events, drafts, lists, names and errors: nothing drawn acts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests_ui import hostile
from tests_ui.drawn import assert_safe
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot

from tetratui.core.config.model import Terminal
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.roots import Generation, Root
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.scopes.scopes import scopes_of
from tetratui.ui.app import Tetratui
from tetratui.ui.palette import Palette
from tetratui.ui.screens.confirm.screen import ConfirmScreen
from tetratui.ui.screens.review.screen import ReviewScreen
from tetratui.ui.screens.roots.screen import RootsScreen
from tetratui.ui.screens.rules.screen import RulesScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen
from tetratui.ui.terminal.driver import make_driver_class
from tetratui.ui.terminal.terminal_link import TerminalLink

SIZES = [(80, 24), (160, 48)]
SHORT = [text for text in hostile.TEXTS if len(text) < 1000]


@pytest.mark.parametrize("size", SIZES)
async def test_review_of_drafts_of_hostile_events(
    app_of: Callable[..., Tetratui], wait: Callable, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = app_of(hostile.LINES)
    app.workspace.out = tmp_path / "out\x1b]0;pwned\x07[/foo]"
    async with app.run_test(size=size, notifications=True) as pilot:
        for row, text in enumerate(SHORT, app.workspace.table.first):
            scopes = [scope for scope in scopes_of(app.workspace.table, [row]).scopes if scope.exclusions]
            if scopes:
                first = scopes[0]
                app.workspace.bench.accept(Draft(f"d{row}", first.exclusions, first.name, text, hosts=(text[:60],)))
        assert len(app.workspace.drafts) > 8
        await pilot.press("5")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        for key in ("j", "j", "J", "U", "tab", *"jjjjjjj"):
            await pilot.press(key)
            await pilot.pause()
            assert_safe(app)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert_safe(app)


@pytest.mark.parametrize("size", SIZES)
async def test_rules_of_a_hostile_list_and_an_error_that_names_a_hostile_file(
    app_of: Callable[..., Tetratui], wait: Callable, tmp_path: Path, size: tuple[int, int]
) -> None:
    entries = [{"binary_regex": [f"^/bin/{text}$"], "event_set": ["PROCESS_EXEC"]} for text in SHORT]
    app = app_of(hostile.LINES)
    path = tmp_path / "denylist"
    path.write_bytes("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries).encode())
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("4")
        await wait(pilot, lambda: isinstance(app.screen, RulesScreen))
        screen = app.screen
        assert isinstance(screen, RulesScreen)
        screen.root = tmp_path
        await open_list(pilot, screen, str(path))
        await wait(pilot, lambda: screen.view is not None)
        for _ in entries:
            await pilot.press("j")
            await pilot.pause()
            assert_safe(app)
        await open_list(pilot, screen, f"{tmp_path}/\x1b]0;pwned\x07\u202e[/foo]")
        await pilot.pause()
        assert_safe(app)
        assert app.is_running


async def open_list(pilot: Pilot, screen: RulesScreen, path: str) -> None:
    await pilot.press("ctrl+o")
    screen.line.value = path
    await pilot.press("enter")


async def test_roots_named_by_hostile_binaries(app_of: Callable[..., Tetratui]) -> None:
    app = app_of(hostile.LINES)
    roots = [Root(text, Pattern.exactly(text), 5, 0.5, (Generation(5, 1),)) for text in hostile.TEXTS]
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(RootsScreen(roots))
        for _ in roots:
            await pilot.press("j")
            await pilot.pause()
            assert_safe(app)


async def test_suggestions_for_hostile_groups(app_of: Callable[..., Tetratui], wait: Callable) -> None:
    app = app_of(hostile.LINES * 3)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = SuggestScreen(app.workspace)
        app.push_screen(screen)
        await wait(pilot, lambda: screen.proposal is not None)
        for key in ("j", "j", "j", "k"):
            await pilot.press(key)
            await pilot.pause()
            assert_safe(app)


@pytest.mark.parametrize("text", hostile.TEXTS, ids=lambda text: ascii(text[:12]))
async def test_questions_notices_and_the_host_are_drawn_safely(app_of: Callable[..., Tetratui], text: str) -> None:
    app = app_of(hostile.LINES)
    app.workspace.node = text
    app.workspace.trouble = text
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.tell(text, "error")
        app.screen.say_status()  # type: ignore[attr-defined]
        await pilot.pause()
        assert_safe(app)
        app.push_screen(ConfirmScreen(text, [text]))
        await pilot.pause()
        assert_safe(app)
        await pilot.press("n", "colon")
        assert isinstance(app.screen, Palette)
        await pilot.pause()
        assert_safe(app)
        assert app.is_running


def test_control_characters_pasted_into_a_line_are_escaped() -> None:
    passed: list[Message] = []

    class Passing:
        def __init__(self) -> None:
            self._file = None

        def process_message(self, message: Message) -> None:
            passed.append(message)

    driver = make_driver_class(Passing, TerminalLink(Terminal(), low=False))()  # type: ignore[arg-type, call-arg]
    driver.process_message(Paste("/tmp/\x1b]0;pwned\x07\u202ex\nsecond"))
    (paste,) = passed
    assert isinstance(paste, Paste)
    assert paste.text == "/tmp/\\x1b]0;pwned\\x07\\u202ex\nsecond"
