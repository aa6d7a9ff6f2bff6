"""Draw what has changed, all of it together, as soon as the link can carry it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.timer import Timer

from tetratui.ui.messages import Change


class Redraw:
    """Collects changes, and publishes them when the rate limiter of the link allows it."""

    def __init__(
        self, app: App[Any], seconds_to_wait: Callable[[], float], publish: Callable[[frozenset[Change]], None]
    ) -> None:
        self._app = app
        self._seconds_to_wait = seconds_to_wait
        self._publish = publish
        self._changes: set[Change] = set()
        self._timer: Timer | None = None

    def note(self, change: Change, *, at_once: bool = False) -> None:
        """Note a change, to be published with others or at once."""
        self._changes.add(change)
        if at_once:
            self._publish_all()
        elif self._timer is None:
            self._timer = self._app.set_timer(self._seconds_to_wait(), self._publish_all)

    def _publish_all(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        changes, self._changes = frozenset(self._changes), set()
        if changes:
            self._publish(changes)
