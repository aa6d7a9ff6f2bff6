"""Saying what failed: once, with the key that tries again, and with the traceback for who asked for it."""

from __future__ import annotations

import time

from textual.dom import DOMNode

from tetratui.ui.background import WorkFailed
from tetratui.ui.operator_app import OperatorApp

QUIET = 60.0
"""Seconds in which the same failure is not told again: what runs for every batch would fail for every batch."""


class Failures:
    """The failures of work away from the event loop."""

    def __init__(self, app: OperatorApp) -> None:
        self._app = app
        self._told: dict[str, float] = {}
        self._failed: dict[tuple[str, DOMNode], WorkFailed] = {}
        """What may be tried again, the last failure of each work of each node."""
        self.tracebacks: list[str] = []
        """Of faults of ours, each once, for the end of the program."""

    def tell(self, failed: WorkFailed) -> None:
        """Show what failed, unless just that was shown a moment ago."""
        now = time.monotonic()
        if failed.again is not None:
            self._failed[failed.job.group, failed.node] = failed
        if failed.details and failed.details not in self.tracebacks:
            self.tracebacks.append(failed.details)
        if now - self._told.get(failed.text, -QUIET) >= QUIET:
            self._told[failed.text] = now
            self._app.tell(failed.text, "error")

    def again(self) -> None:
        """Begin all work that failed once more, unless it was begun again since."""
        tried, self._failed = list(self._failed.values()), {}
        if not tried:
            self._app.tell("nothing has failed that could be tried again")
        for doing in dict.fromkeys(failed.job.doing for failed in tried):
            self._app.tell(f"{doing}: trying again")
        for failed in tried:
            self._told.pop(failed.text, None)
            if failed.again is not None:
                failed.again()
