"""Leaving is prompt whatever is being computed, and keys typed meanwhile do no harm."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from tests_terminal.terminals import Screen

pytestmark = pytest.mark.terminal
SLOW = """
import sys, time
from tetratui.core.workspace.noise_board import NoiseBoard
NoiseBoard.update = lambda *_: time.sleep(60)
from tetratui.cli.main import main
sys.argv = ["tetratui", sys.argv[1]]
main()
"""


@pytest.mark.parametrize("keys", ["qq", "\x03mdM2?"])
def test_the_end_waits_for_no_computation(export: Path, environment: dict[str, str], keys: str) -> None:
    screen = Screen(["-c", SLOW, str(export)], environment, command=sys.executable)
    screen.shows("of 4,000")
    screen.type("2")
    screen.shows("Counting")
    began = time.monotonic()
    screen.child.send(keys)
    assert screen.end() == 0
    assert time.monotonic() - began < 20
    assert b"Traceback" not in screen.sent
    assert b"Error" not in screen.sent
