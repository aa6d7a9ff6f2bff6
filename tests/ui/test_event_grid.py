"""The list of events shows short letters on a narrow terminal, and words on a wide one."""

from __future__ import annotations

from collections.abc import Callable

from tests_ui import drawn

from conftest import Wait
from tetratui.ui.app import Tetratui


async def test_the_type_of_an_event_is_a_word_from_120_columns(app_of: Callable[..., Tetratui], wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: " x- " in "".join(drawn.lines(app)))
        assert " exit " not in "".join(line[:20] for line in drawn.lines(app))
        await pilot.resize_terminal(120, 24)
        await wait(pilot, lambda: " exit " in "".join(line[:24] for line in drawn.lines(app)))
        assert " x- " not in "".join(drawn.lines(app))
        await pilot.resize_terminal(80, 24)
        await wait(pilot, lambda: " x- " in "".join(drawn.lines(app)))
