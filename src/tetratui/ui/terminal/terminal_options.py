"""How the operator's terminal is to be used."""

from __future__ import annotations

from dataclasses import dataclass

TRACEBACK_VARIABLE = "TETRATUI_TRACEBACK"
"""Set to anything, a fault of tetratui itself is shown with its traceback, here as on the command line."""
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
