"""How the operator's terminal is to be used."""

from __future__ import annotations

import locale
import os
import sys
from dataclasses import dataclass
from typing import IO

TRACEBACK_VARIABLE = "TETRATUI_TRACEBACK"
"""Set to anything, a fault of tetratui itself is shown with its traceback, here as on the command line."""
PATH = "/dev/tty"
"""The terminal of the session, whatever the standard streams are."""
_MODES = "?1000", "?1003", "?1015", "?1006"
MOUSE_ON = "".join(f"\x1b[{mode}h" for mode in _MODES)
"""What tells the terminal to send the mouse to us; Textual has no public way to say it while it runs."""
MOUSE_OFF = "".join(f"\x1b[{mode}l" for mode in _MODES)


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """How the terminal is to be used."""

    low_bandwidth: bool = False
    ascii_only: bool = False
    """No characters beyond ASCII."""
    quit_after: float | None = None
    """Seconds after which the app ends by itself."""
    output: IO[str] | None = None
    """Where the screens are drawn; None is the standard error."""


def is_terminal(stream: IO[str] | None) -> bool:
    """Say whether a standard stream is a terminal; a closed one is None."""
    return stream is not None and stream.isatty()


def output_beside(*, typed: bool) -> IO[str] | None:
    """Open a terminal to draw on where the standard error is none: that of the standard output, if it is one.

    With `typed` the terminal that keys come from will do too. None where there is none.
    """
    try:
        if is_terminal(sys.stdout):
            return _opened(os.dup(sys.stdout.fileno()))
        return _opened(os.open(PATH, os.O_WRONLY)) if typed and is_terminal(sys.stdin) else None
    except OSError:
        return None


def _opened(descriptor: int) -> IO[str]:
    return open(descriptor, "w", encoding=locale.getpreferredencoding(False), errors="backslashreplace")
