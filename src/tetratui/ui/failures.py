"""Show what failed: once, with the key that tries again, and keep the tracebacks for the end of the program."""

from __future__ import annotations

import time

from textual.dom import DOMNode

from tetratui.ui.background import WorkFailed
from tetratui.ui.operator_app import OperatorApp

QUIET = 60.0
"""Seconds in which the same failure is not shown again, unless the operator has pressed a key meanwhile: what runs for
every batch would fail for every batch."""


class Failures:
    """The failures of work away from the event loop."""

    def __init__(self, app: OperatorApp) -> None:
        self._app = app
        self._shown_at: dict[str, float] = {}
        self._repeatable: dict[tuple[str, DOMNode], WorkFailed] = {}
        """The last failure of each work of each node, where it may be tried again."""
        self.tracebacks: list[str] = []
        """Of faults of ours, each once, for the end of the program."""

    def show(self, failed: WorkFailed) -> None:
        """Show what failed, unless the same was shown a moment ago."""
        now = time.monotonic()
        if failed.again is not None:
            self._repeatable[failed.job.group, failed.node] = failed
        if failed.details and failed.details not in self.tracebacks:
            self.tracebacks.append(failed.details)
        shown_at = self._shown_at.get(failed.text, -QUIET)
        if now - shown_at >= QUIET or self._app.key_pressed_at > shown_at:
            self._shown_at[failed.text] = now
            self._app.tell(failed.text, "error")

    def retry(self) -> None:
        """Start all work that failed again, unless it was started again since."""
        failures, self._repeatable = list(self._repeatable.values()), {}
        if not failures:
            self._app.tell("Nothing has failed that could be tried again")
        for doing in dict.fromkeys(failed.job.doing for failed in failures):
            self._app.tell(f"{doing}: trying again")
        for failed in failures:
            self._shown_at.pop(failed.text, None)
            if failed.again is not None:
                failed.again()
