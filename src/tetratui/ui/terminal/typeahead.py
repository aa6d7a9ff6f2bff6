"""Hold keys that arrive faster than they are answered: each waits until the one before has had its effect.

Over a slow link a burst of keys comes at once. Textual gives every key to the widget that has the focus at that moment:
of a query typed after `/`, the first letters would act as commands of the list.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.events import Key
from textual.message_pump import MessagePump
from textual.widget import Widget

PATIENCE = 1.0
"""Seconds after which the next key passes in any case: a widget that is removed drops the callback that would tell."""
SETTLING = 2.0
"""Seconds that a key waits for a screen that is about to show what the key before asked for."""
LOOK = 0.02
"""Seconds between two looks whether it shows it."""
ROUNDS = 3
"""How often all nodes are asked: handling a key sends messages that go the same way, and may send others."""
AT_ONCE = frozenset(("ctrl+c", "ctrl+z", "escape", "f5"))
"""Keys that wait for no screen: they are pressed to get away from it."""


class Typeahead:
    """Lets one key pass at a time, in the order in which they were typed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Key] = deque()
        self._due: Key | None = None
        self._current: Key | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self._settles_by: float | None = None
        """Until when the next key waits for the screen."""

    def admits(self, key: Key) -> bool:
        """Return whether a key may pass now; one that may not is sent again when it may."""
        if key is not self._due:
            busy = self._current is not None or self._due is not None or bool(self._waiting)
            if key.key in AT_ONCE and self._current is None:
                # What was typed for the screen before is not meant for what this key leads to.
                self.forget()
            elif busy or self._is_settling(key):
                self._waiting.append(key)
                if not busy:
                    self._let_next()
                return False
        self._due = None
        self._current = key
        return True

    def forget(self) -> None:
        """Drop the keys that wait."""
        self._waiting.clear()
        self._due = self._current = self._settles_by = None

    def _is_settling(self, key: Key) -> bool:
        """Return whether the screen is about to show what a key may be meant for."""
        return key.key not in AT_ONCE and bool(getattr(self._app.screen, "settling", False))

    def follow(self, key: Key, target: Widget) -> None:
        """Let the next key pass once all nodes that a key sent to `target` bubbles through have handled it.

        A callback is queued behind the key in each of them in turn.
        """
        self._timeout = asyncio.get_running_loop().call_later(PATIENCE, self._follow_up, key, ())
        # The app last: handling the key may queue a change of the focus there, which must come first.
        self._follow_up(key, (*(*target.ancestors_with_self,) * ROUNDS, self._app))

    def _follow_up(self, key: Key, nodes: Sequence[MessagePump]) -> None:
        if key is self._current and not (nodes and nodes[0].call_later(self._follow_up, key, nodes[1:])):
            self._let_next()

    def _let_next(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        self._current = None
        if not self._waiting:
            return
        now = time.monotonic()
        if self._is_settling(self._waiting[0]) and now < (self._settles_by or now + SETTLING):
            self._settles_by = self._settles_by or now + SETTLING
            asyncio.get_running_loop().call_later(LOOK, self._look_again)
            return
        self._settles_by = None
        self._due = self._waiting.popleft()
        self._app.call_next(self._app.on_event, self._due)

    def _look_again(self) -> None:
        if self._current is None and self._due is None:
            self._let_next()
