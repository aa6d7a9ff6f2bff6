"""What the operator is told: the notices that still matter, and those before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from textual.app import App
from textual.notifications import SeverityLevel
from textual.timer import Timer

SECONDS: dict[SeverityLevel, float] = {"information": 5.0, "warning": 10.0, "error": 30.0}
"""How long a notice stays at least."""
READING = 20.0
"""Characters that are read in a second: a long notice stays longer."""
RANK: dict[SeverityLevel, int] = {"information": 0, "warning": 1, "error": 2}
KEPT = 100
"""Notices that can be looked up later."""


@dataclass(frozen=True, slots=True, eq=False)
class OperatorNotice:
    """One thing that the operator is told, safe to show."""

    message: str
    severity: SeverityLevel


class Notices:
    """Notices in the order in which they came; each stays for a while, and can be looked up afterwards."""

    def __init__(self, app: App[None], changed: Callable[[], None]) -> None:
        self._app = app
        self._changed = changed
        self._timers: dict[OperatorNotice, Timer] = {}
        self.past: deque[OperatorNotice] = deque(maxlen=KEPT)
        """Those that came, the newest at the end."""

    @property
    def current(self) -> list[OperatorNotice]:
        """Those that have not been dismissed and whose time has not passed, oldest first."""
        return list(self._timers)

    @property
    def shown(self) -> OperatorNotice | None:
        """The one to show: the newest of the gravest, so that no confirmation takes the place of a failure."""
        return max(self.current, key=lambda notice: RANK[notice.severity], default=None) if self._timers else None

    def add(self, message: str, severity: SeverityLevel) -> None:
        """Show a notice; the same one shown already is shown anew, and a confirmation replaces the one before."""
        for notice in self.current:
            if notice.severity == severity and (severity == "information" or notice.message == message):
                self._remove(notice)
        notice = OperatorNotice(message, severity)
        self.past.append(notice)
        seconds = max(SECONDS[severity], len(message) / READING)
        self._timers[notice] = self._app.set_timer(seconds, lambda: self._expire(notice))
        self._changed()

    def dismiss(self) -> None:
        """Take all off the screen."""
        for notice in self.current:
            self._remove(notice)
        self._changed()

    def _expire(self, notice: OperatorNotice) -> None:
        if notice in self._timers:
            self._remove(notice)
            self._changed()

    def _remove(self, notice: OperatorNotice) -> None:
        self._timers.pop(notice).stop()
