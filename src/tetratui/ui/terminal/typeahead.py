"""Keys that arrive faster than they are answered: each waits until the one before has done what it does.

Over a slow line a burst of keys comes at once. Textual hands every key to the widget that has the focus at that moment:
of a query typed behind `/`, the first letters would be commands of the list.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.events import Key
from textual.message_pump import MessagePump
from textual.widget import Widget

PATIENCE = 1.0
"""Seconds after which the next key goes on in any case: a widget that goes away swallows what was to be told."""


class Typeahead:
    """Lets one key through at a time, in the order in which they were typed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Key] = deque()
        self._due: Key | None = None
        self._at_work: Key | None = None
        self._patience: asyncio.TimerHandle | None = None

    def admits(self, key: Key) -> bool:
        """Tell whether a key may go on now; otherwise it comes back when it may."""
        if key is not self._due and (self._at_work is not None or self._due is not None):
            self._waiting.append(key)
            return False
        self._due = None
        self._at_work = key
        return True

    def follow(self, key: Key, target: Widget) -> None:
        """Follow a key that went to `target` through all that may answer it: it bubbles, and this goes behind."""
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._hand_on, key, ())
        # Twice the app: the first answers the key, and may ask the second to move the focus.
        self._hand_on(key, (*target.ancestors_with_self, self._app))

    def _hand_on(self, key: Key, nodes: Sequence[MessagePump]) -> None:
        if key is self._at_work and not (nodes and nodes[0].call_later(self._hand_on, key, nodes[1:])):
            self._let_next()

    def _let_next(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._at_work = None
        if self._waiting:
            self._due = self._waiting.popleft()
            self._app.call_next(self._app.on_event, self._due)
