"""What a reading thread has read and nobody has taken yet: bounded, so that a slow taker slows the reader."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """A queue between one reader and one taker that both can leave at once."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Item) -> bool:
        """Wait for room and put the item in; False when the mailbox was closed instead."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout: float | None = None) -> list[Item]:
        """Take all there is, waiting up to `timeout` seconds for the first; empty when none came or it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._items), timeout)
            items = list(self._items)
            self._items.clear()
            self._changed.notify_all()
            return items

    def close(self) -> None:
        """Let both sides go; what is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
