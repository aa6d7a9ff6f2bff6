"""The Unreadable screen: lines from which no event could be read, why, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests_ui import drawn, hostile

from conftest import real_lines
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.unreadable.screen import UnreadableScreen

Make = Callable[..., Tetratui]


async def test_unreadable_lines_are_listed_with_reason_and_line_number(tmp_path: Path, wait: Callable) -> None:
    path = tmp_path / "tetragon.log"
    unreadable = b'{"process_exec": \x1b]0;pwned\x07[/foo] torn'
    path.write_bytes(b"\n".join([real_lines()[0], b"", real_lines()[1], unreadable, *real_lines()[2:7]]) + b"\n")
    feed = Feed([path])
    app = Tetratui(Workspace(feed.table, [path]), feed)
    copied: list[bytes] = []
    app.copy = lambda data, _what: copied.append(data)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: not app.workspace.history and feed.table.unreadable.count == 2)
        await pilot.press("B")
        await wait(pilot, lambda: any("line 2," in line for line in drawn.lines(app)))
        await pilot.press("down")
        await wait(pilot, lambda: any("line 4," in line for line in drawn.lines(app)))
        text = "\n".join(drawn.lines(app))
        assert "2 lines could not be read as events" in text
        assert r"\x1b]0;pwned\x07[/foo] torn" in text
        drawn.assert_safe(app)
        await pilot.press("y")
        assert copied == [unreadable]
        await pilot.press("escape")
        assert isinstance(app.screen, LiveScreen)
        feed.stop()
        await drawn.worked(app)


async def test_hostile_unreadable_lines_are_shown_safely(tmp_path: Path, wait: Callable) -> None:
    path = tmp_path / "tetragon.log"
    texts = [text.replace("\n", " ").encode() for text in hostile.TEXTS]
    path.write_bytes(b"\n".join([real_lines()[0], *texts]) + b"\n")
    feed = Feed([path])
    app = Tetratui(Workspace(feed.table, [path]), feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: not app.workspace.history and feed.table.unreadable.count == len(texts))
        await pilot.press("B", "home")
        for number in range(2, len(texts) + 2):
            await wait(pilot, lambda number=number: any(f"line {number}," in line for line in drawn.lines(app)))
            drawn.assert_safe(app)
            await pilot.press("down")
        feed.stop()
        await drawn.worked(app)


async def test_without_unreadable_lines_the_screen_is_empty(app_of: Make) -> None:
    app = app_of(real_lines()[:7])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("B")
        await pilot.pause()
        assert isinstance(app.screen, UnreadableScreen)
        assert "No unreadable line" in "\n".join(drawn.lines(app))
        await pilot.press("y", "question_mark")
        await pilot.pause()
        assert "could not be read as events" in "\n".join(drawn.lines(app))
