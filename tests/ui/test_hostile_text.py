"""Nothing an event says acts on the terminal, on markup or on the layout, in any widget that shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from tests_ui import drawn, hostile
from textual.pilot import Pilot

from tetratui.ui.app import Tetratui
from tetratui.ui.render.event_detail import tell
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.widgets.event_grid import fitted


def assert_safe(app: Tetratui) -> None:
    lines = drawn.lines(app)
    for line in lines:
        assert not [character for character in hostile.FORBIDDEN if character in line]
        assert cell_len(line) == app.size.width
    assert len(lines) == app.size.height


@pytest.mark.parametrize("text", hostile.TEXTS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_list_detail_json_and_glance_show_hostile_events_safely(
    app_of: Callable[..., Tetratui], wait: Callable, size: tuple[int, int]
) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) == len(hostile.LINES))
        await pilot.press("enter")
        for _ in hostile.LINES:
            row = screen.pane.table.row
            detail = screen.below.detail
            await wait(pilot, lambda row=row, detail=detail: detail.story is not None and detail.story.row == row)
            assert_safe(app)
            await pilot.press("enter")
            await pilot.pause()
            assert_safe(app)
            await pilot.press("enter", "up")
        assert app.is_running


async def test_query_bar_completions_and_notices_show_hostile_values_safely(
    app_of: Callable[..., Tetratui], wait: Callable
) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) == len(hostile.LINES))
        await include_each(pilot, screen, app)
        for text in hostile.TEXTS:
            app.tell(text, "error")
            await pilot.pause()
        assert_safe(app)
        assert app.is_running


async def include_each(pilot: Pilot, screen: LiveScreen, app: Tetratui) -> None:
    for _ in hostile.LINES:
        await pilot.press("I")
        await pilot.pause()
        assert_safe(app)
        await pilot.press("escape", "up")


async def test_marks_keep_the_true_line_and_copying_gives_it(
    app_of: Callable[..., Tetratui], wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(hostile.LINES)
    copied: list[bytes] = []
    monkeypatch.setattr(app, "copy", lambda data, _what: copied.append(data))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) == len(hostile.LINES))
        await pilot.press("home", "y", "Y")
        await wait(pilot, lambda: len(copied) == 2)
        assert copied == [hostile.LINES[0], hostile.TEXTS[0].encode()] or copied == [
            hostile.TEXTS[0].encode(),
            hostile.LINES[0],
        ]


def test_the_story_of_a_line_that_is_gone_says_so() -> None:
    from tetratui.core.lineage import Lineage
    from tetratui.core.sources import LineGone
    from tetratui.core.table import EventTable, LineBatch

    def gone(_file: int, _offset: int, _size: int) -> bytes:
        raise LineGone("x.log: the line is no longer there")

    table = EventTable(gone)
    table.append(LineBatch([hostile.LINES[0]], [0]))
    story = tell(table, Lineage(table), 0, None)
    assert "no longer" in story.json
    assert any(line.label == "parent" for line in story.lines)
