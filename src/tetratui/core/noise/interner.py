"""Small numbers for distinct things."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.storage.vector import Vector

Key = TypeVar("Key", bound=Hashable)


class Interner(Generic[Key]):
    """Numbers keys 0, 1, 2 … in the order they were first met and gives them back; holds each key once."""

    def __init__(self) -> None:
        self._codes: dict[Key, int] = {}
        self.keys: list[Key] = []

    def __len__(self) -> int:
        return len(self.keys)

    def code(self, key: Key) -> int:
        """Give the number of a key, a new one if it was never met."""
        code = self._codes.setdefault(key, len(self.keys))
        if code == len(self.keys):
            self.keys.append(key)
        return code

    def find(self, key: Key) -> int | None:
        """Give the number of a key that was met, else None."""
        return self._codes.get(key)


class IntInterner:
    """Numbers whole columns of integer keys; new keys get the next numbers. Twelve bytes a distinct key."""

    def __init__(self) -> None:
        self._keys = Vector(np.int64)
        self._order: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        """The numbers in the order of their keys."""

    def __len__(self) -> int:
        return len(self._order)

    @property
    def keys(self) -> NDArray[np.int64]:
        """The keys by number."""
        return self._keys.values[: len(self)]

    def codes(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the number of each key."""
        wanted, known = distinct(keys), len(self)
        places, there = self._places(wanted)
        new = wanted[~there]
        codes = np.empty(len(wanted), dtype=np.int64)
        codes[there] = self._order[places[there]]
        codes[~there] = np.arange(known, known + len(new))
        self._keys.extend(new)
        self._order = np.insert(self._order, places[~there], codes[~there])
        return codes[np.searchsorted(wanted, keys)]

    def _places(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Give the place of each key in the order, and whether it stands there."""
        places = np.searchsorted(self.keys, wanted, sorter=self._order)
        there = places < len(self)
        there[there] = self.keys[self._order[places[there]]] == wanted[there]
        return places, there


def distinct(keys: NDArray[Any]) -> NDArray[Any]:
    """List the distinct keys in their order; several times as fast as numpy's `unique` here."""
    if not len(keys):
        return keys
    found = np.sort(keys)
    return found[np.concatenate(([True], found[1:] != found[:-1]))]
