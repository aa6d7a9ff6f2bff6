"""What is drawn, as it is drawn: every text on every screen is legible in every shipped theme of many colours."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import pytest
from rich.segment import Segment
from test_theme import SHIPPED, contrast
from tests_ui.looks import LOOKS, Look
from textual.color import Color

from tetratui.ui.app import Tetratui

LEAST = {"high-contrast": 7.0}
"""WCAG 2.1 AA is 4.5, AAA is 7."""


def texts(app: Tetratui) -> Iterator[Segment]:
    """Give what is drawn of letters, digits and signs; lines, bars and blanks say nothing by themselves."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if any(unicodedata.category(one)[0] in "LNP" for one in segment.text):
                yield segment


def ratio(segment: Segment) -> float:
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))


# At 120 columns no screen leaves anything in sight of the dimmed one below it, which is out of use meanwhile.
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
async def test_every_text_drawn_meets_wcag_aa(app_of: Callable[..., Tetratui], look: Look) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await look(pilot)
        app.tell("what a notice says")
        app.tell("what a warning says", "warning")
        app.tell("what an error says", "error")
        poor = {}
        for theme in (one for one in SHIPPED if not one.theme.ansi):
            app.theme = theme.name
            await pilot.pause()
            await pilot.pause()
            least = LEAST.get(theme.name, 4.5)
            poor |= {
                f"{theme.name}: {segment.text.strip()[:40]!r} {segment.style}": round(ratio(segment), 2)
                for segment in texts(app)
                if ratio(segment) < least
            }
        assert not poor
