"""Messages have a line of their own: they cover nothing that is typed or read, and none takes another's place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui import drawn, looks
from textual.widgets import Input

from conftest import Wait
from tetratui.ui.app import Tetratui

Make = Callable[..., Tetratui]
LONG = "a very long message that says what has happened and why, " * 4


@pytest.mark.parametrize("screen", ["1", "2", "4", "5"])
@pytest.mark.parametrize("text", ["short", LONG])
async def test_a_message_hides_no_row_of_any_screen(app_of: Make, wait: Wait, screen: str, text: str) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(screen)
        await wait(pilot, lambda: app.workers._workers is not None)
        await drawn.worked(app)
        await pilot.pause()
        before = drawn.lines(app)
        app.tell(text)
        await pilot.pause()
        after = drawn.lines(app)
        assert after[-1] == before[-1], "the keys"
        assert after[:4] == before[:4]
        assert text[:20] in "".join(after[-4:-1])
        if text == "short":
            assert after[:-2] == before[:-2]
        app.clear_notifications()
        await pilot.pause()
        assert drawn.lines(app) == before


async def test_what_is_typed_stays_in_sight_while_messages_come(app_of: Make, wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await looks.draft(pilot)
        await pilot.press("r", *"because")
        for number in range(5):
            app.tell(LONG + str(number), "warning")
        await pilot.pause()
        assert isinstance(app.focused, Input)
        assert sum("because" in line for line in drawn.lines(app)) == 1
        assert not app.screen.query("Toast")


async def test_the_gravest_is_shown_and_the_others_are_counted_and_kept(app_of: Make, wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        app.tell("it has failed", "error")
        app.tell("it may be slow", "warning")
        app.tell("3 marked keep")
        app.screen.notify("[/not] markup", markup=False)
        await wait(pilot, lambda: len(drawn.notices(app)) == 3)
        assert "✗ it has failed  (+2, : messages)" in drawn.lines(app)[-2]
        await pilot.press("escape")
        assert drawn.lines(app)[-2].strip() == ""
        await pilot.press("colon", *"messages", "enter")
        await wait(pilot, lambda: "the newest first" in "".join(drawn.lines(app)))
        text = "".join(drawn.lines(app))
        assert text.index("[/not] markup") < text.index("3 marked keep") < text.index("it has failed")


@pytest.mark.parametrize(("screen", "question"), [("5", "F"), ("4", "o")])
async def test_an_open_question_shows_its_keys(app_of: Make, wait: Wait, screen: str, question: str) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(screen)
        await drawn.worked(app)
        await pilot.press(question)
        await wait(pilot, lambda: isinstance(app.focused, Input))
        await wait(pilot, lambda: "accept" in drawn.lines(app)[-1])
        assert "esc cancel" in drawn.lines(app)[-1]
