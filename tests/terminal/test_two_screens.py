"""Two screens on one source: the second says so, and leaves the session of the first alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_terminal.terminals import Screen

pytestmark = pytest.mark.terminal


def test_the_second_screen_says_so_and_saves_nothing(opened: Screen, export: Path, environment: dict[str, str]) -> None:
    opened.type("m")
    opened.shows("marks 1")
    second = Screen([str(export)], environment, 100, 24)
    second.shows("Another tetratui works on this source")
    second.shows("NOT SAVED")
    second.type("\x1b[A", "m")
    second.shows("marks 2")
    second.type("q")
    assert second.end() == 0
    opened.child.kill(9)
    opened.child.wait()
    third = Screen([str(export)], environment, 100, 24)
    third.shows("marks 1 ")
    third.until(lambda text: "NOT SAVED" not in text, "a session that is saved again")
    third.child.close(force=True)
