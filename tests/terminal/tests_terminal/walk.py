"""A walk through every screen and question of the command, typed as an operator would."""

from __future__ import annotations

from pathlib import Path

from tests_terminal.terminals import Screen

ENTER, UP, DOWN, PAGE_DOWN, HOME = "\r", "\x1b[A", "\x1b[B", "\x1b[6~", "\x1b[H"
ESCAPE = "\x1b[27u"
"""The key as modern terminals send it. The single byte, and a key soon after it, could be taken for one sequence."""


def through_all(screen: Screen, denylist: Path) -> None:
    """Go through every screen; `denylist` is opened on the Rules screen. Ends on the Live screen."""
    _live(screen)
    _scopes(screen)
    _noise(screen)
    _rules(screen, denylist)
    _review(screen)
    screen.type("1")
    screen.shows("[Live]")


def _live(screen: Screen) -> None:
    screen.type("R", ENTER)
    screen.shows("parent ")
    screen.type(ENTER)
    screen.shows("process_exec")
    for _ in range(16):
        screen.type(UP)
    screen.type("o", "O", ESCAPE, "\t", "\t", "\t", "R")
    screen.shows("[All]")
    screen.type("l", "I")
    screen.shows("All /parent")
    screen.type(ESCAPE, "/", "bin:")
    screen.shows("/bin/")
    screen.type(ESCAPE, "?")
    screen.shows("bytes sent")
    screen.type(ESCAPE, ":", "low")
    screen.shows("low bandwidth")
    screen.type(ESCAPE, "K", "T", "y", "M")
    screen.shows("matching events as:")
    screen.type(ESCAPE)


def _scopes(screen: Screen) -> None:
    screen.type("u", "u", HOME, "m", "d")
    screen.shows("rarest first")
    screen.type(">", "\t", DOWN, PAGE_DOWN, "?")
    screen.shows("bytes sent")
    screen.type(ESCAPE, "q", "d")
    screen.shows("test attacks run from here")
    screen.type(ENTER)
    screen.shows("accepted")


def _noise(screen: Screen) -> None:
    screen.type("2")
    screen.shows("[Noise]")
    screen.shows("started by")
    for _ in range(12):
        screen.type(DOWN)
    screen.type("p")
    screen.shows("filters  command")
    screen.type(DOWN, DOWN, ESCAPE, "c")
    screen.shows("+ more")
    screen.type(DOWN, ESCAPE)


def _rules(screen: Screen, denylist: Path) -> None:
    screen.type("4", "\x0f", *str(denylist), ENTER)
    screen.shows("2 entries")
    screen.type(DOWN, DOWN, ENTER, ESCAPE)


def _review(screen: Screen) -> None:
    screen.type("5")
    screen.shows("files in")
    for _ in range(6):
        screen.type("\t", DOWN, "J")
    screen.type("w")
    screen.shows("yes")
    screen.type("n")
