"""A bounded queue from one reading thread to one consumer: a slow consumer slows the reader down."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """A bounded queue; closing it wakes up both sides at once."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Item) -> bool:
        """Wait for room and add the item; return False if the mailbox was closed instead."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout: float | None = None) -> list[Item]:
        """Remove and return all items, waiting up to `timeout` seconds for the first; empty if none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._items), timeout)
            items = list(self._items)
            self._items.clear()
            self._changed.notify_all()
            return items

    def __len__(self) -> int:
        """Return the number of items that wait."""
        return len(self._items)

    def close(self) -> None:
        """Wake up both sides and refuse further items; the items inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
