"""In 256 colours greys stay greys, and every text is as legible as in all colours."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from test_contrast import LEAST, ratio, texts
from test_theme import SHIPPED
from tests_ui.looks import LOOKS, Look

from conftest import NOON, real_lines
from tetratui.core.config import Config, Time
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.terminal.indexed_colours import GREYS, nearest
from tetratui.ui.terminal.terminal_options import TerminalOptions, count_colours

COLOURS = [one for one in SHIPPED if not one.theme.ansi]


def in_256(theme: str) -> Tetratui:
    workspace = Workspace(build_table(real_lines()), config=Config(theme=theme, time=Time("utc")))
    return Tetratui(workspace, terminal=TerminalOptions(colours=256), now=lambda: NOON)


@pytest.mark.parametrize("theme", COLOURS, ids=lambda one: one.name)
def test_the_grounds_of_a_theme_are_greys_and_differ(theme: object) -> None:
    colours = theme.theme
    grounds = [RichColor.parse(getattr(colours, name)) for name in ("background", "surface", "panel")]
    numbers = [nearest(*colour.triplet) for colour in grounds if colour.triplet is not None]
    assert all(number in GREYS or number in {16, 231} for number in numbers)
    assert numbers[0] != numbers[2]


@pytest.mark.parametrize("theme", COLOURS, ids=lambda one: one.name)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
async def test_what_is_drawn_is_legible_and_no_ground_has_a_hue(theme: object, look: Look) -> None:
    app = in_256(theme.name)
    async with app.run_test(size=(120, 36)) as pilot:
        await look(pilot)
        poor, hues = {}, set()
        for segment in texts(app):
            if ratio(segment) < LEAST.get(theme.name, 4.5):
                poor[f"{segment.text.strip()[:40]!r} {segment.style}"] = round(ratio(segment), 2)
            number = segment.style.bgcolor.number
            if number is not None and number not in GREYS and number not in {16, 231} and not segment.style.reverse:
                hues.add((number, segment.text.strip()[:30]))
        assert not poor
        cursor = RichColor.parse(theme.theme.variables["block-cursor-background"]).triplet
        assert cursor is not None
        assert {number for number, _ in hues} <= {nearest(*cursor)}


@pytest.mark.parametrize(
    ("term", "colorterm", "count"),
    [
        ("xterm-256color", "", 256),
        ("tmux-256color", "", 256),
        ("screen", "", 16),
        ("linux", "", 16),
        ("xterm", "truecolor", None),
    ],
)
def test_the_name_of_a_terminal_tells_its_colours(term: str, colorterm: str, count: int | None) -> None:
    assert count_colours({"TERM": term, "COLORTERM": colorterm}) == count


@pytest.mark.parametrize(("wanted", "used"), [("tetra-dark", "ansi"), ("tetra-light", "ansi-light"), ("ansi", "ansi")])
def test_of_16_colours_the_theme_is_made_of_them(wanted: str, used: str) -> None:
    workspace = Workspace(build_table(real_lines()[:5]), config=Config(theme=wanted))
    assert Tetratui(workspace, terminal=TerminalOptions(colours=16)).theme == used
