"""Options for the operator's terminal, and ways to find it."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

TRACEBACK_VARIABLE = "TETRATUI_TRACEBACK"
"""An environment variable: set to anything, faults of tetratui itself are shown with their traceback."""
TERMINAL_PATH = "/dev/tty"
"""The terminal of the session, whatever the standard streams are."""
_MODES = "?1000", "?1003", "?1015", "?1006"
MOUSE_ON = "".join(f"\x1b[{mode}h" for mode in _MODES)
"""Asks the terminal to send mouse events; Textual has no public way to switch them while it runs."""
MOUSE_OFF = "".join(f"\x1b[{mode}l" for mode in _MODES)


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """How to use the terminal."""

    low_bandwidth: bool = False
    ascii_only: bool = False
    """No characters beyond ASCII."""
    colours: int | None = None
    """How many it has: 256, 16, or None where any colour can be drawn."""
    quit_after: float | None = None
    """Seconds after which the app ends by itself."""
    output: IO[str] | None = None
    """Where the screens are drawn; None is the standard error."""


def count_colours(environment: Mapping[str, str]) -> int | None:
    """Return how many colours a terminal has by its name, as Textual will think: None where any can be drawn."""
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return None
    return {"256color": 256}.get(environment.get("TERM", "").strip().lower().rpartition("-")[2], 16)


def is_terminal(stream: IO[str] | None) -> bool:
    """Return whether a standard stream is a terminal; a closed stream is None."""
    return stream is not None and stream.isatty()


def open_other_output(*, from_keyboard: bool) -> IO[str] | None:
    """Return a terminal to draw on where the standard error is none: that of the standard output, if it is one.

    With `from_keyboard` the terminal that keys come from will do too. Return None where there is none.
    """
    try:
        if is_terminal(sys.stdout):
            return _open_text(os.dup(sys.stdout.fileno()))
        return _open_text(os.open(TERMINAL_PATH, os.O_WRONLY)) if from_keyboard and is_terminal(sys.stdin) else None
    except OSError:
        return None


def _open_text(descriptor: int) -> IO[str]:
    return open(descriptor, "w", encoding=locale.getpreferredencoding(False), errors="backslashreplace")
