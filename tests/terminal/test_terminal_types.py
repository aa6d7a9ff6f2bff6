"""Terminals of every kind and size: started, used and left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_terminal import walk
from tests_terminal.terminals import Screen

pytestmark = pytest.mark.terminal


@pytest.mark.parametrize("term", ["xterm", "xterm-16color", "linux", "screen", "tmux-256color", "vt100"])
def test_it_starts_marks_and_leaves_under_any_name_of_a_terminal(
    export: Path, environment: dict[str, str], term: str
) -> None:
    screen = Screen([str(export)], {**environment, "TERM": term})
    screen.shows("of 4,000")
    screen.type("m")
    screen.shows("marks 1")
    screen.type("q")
    assert screen.end() == 0
    assert (b"\x1b[?1000h" in screen.sent) == (term != "linux")
    assert b"\x1b[38;2;" not in screen.sent, "true colour where nobody said it works"


def test_a_dumb_terminal_is_refused_in_one_line(export: Path, environment: dict[str, str]) -> None:
    screen = Screen([str(export)], {**environment, "TERM": "dumb"})
    assert screen.end() == 2
    assert "TERM=dumb" in "".join(screen.screen.display)


def test_the_linux_console_gets_16_colours(export: Path, environment: dict[str, str]) -> None:
    screen = Screen([str(export)], {**environment, "TERM": "linux"})
    screen.shows("of 4,000")
    screen.child.close(force=True)
    assert b"[38;5;" not in screen.sent


def test_below_60_by_16_it_says_what_it_needs_and_comes_back(opened: Screen) -> None:
    for columns, lines in ((59, 24), (80, 15)):
        opened.resize(columns, lines)
        opened.shows("tetratui needs 60 columns and 16 lines")
        opened.until(lambda text: "of 4,000" not in text, "nothing but that")
        opened.resize(80, 24)
        opened.shows("of 4,000")


@pytest.mark.parametrize(("columns", "lines"), [(60, 16), (80, 24), (120, 36), (160, 40), (200, 50)])
def test_every_line_is_as_wide_as_the_terminal_after_a_resize(opened: Screen, columns: int, lines: int) -> None:
    opened.resize(columns, lines)
    opened.until(lambda text: "? help" in text.split("\n")[lines - 1], "the keys on the last line")
    opened.until(lambda text: len(text.split("\n")[0].rstrip()) == columns - 1, "the clock in the corner")


def test_over_a_slow_ssh_line_less_is_offered_and_the_help_tells_the_line(
    export: Path, environment: dict[str, str]
) -> None:
    screen = Screen([str(export)], {**environment, "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"})
    screen.answers_after = 0.4
    screen.shows("--low-bandwidth")
    screen.type("?")
    screen.shows("answers in ")
    screen.type(walk.ESCAPE, "q")
    assert screen.end() == 0
