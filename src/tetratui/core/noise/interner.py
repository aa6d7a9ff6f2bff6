"""Number distinct keys in the order in which they are first seen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.storage.vector import Vector

Key = TypeVar("Key", bound=Hashable)


class Interner(Generic[Key]):
    """Numbers keys 0, 1, 2 … in the order in which they are first seen, and keeps each once."""

    def __init__(self) -> None:
        self._codes: dict[Key, int] = {}
        self.keys: list[Key] = []
        """The keys by number."""

    def __len__(self) -> int:
        return len(self.keys)

    def code(self, key: Key) -> int:
        """Return the number of a key, a new one if it was never seen."""
        code = self._codes.setdefault(key, len(self.keys))
        if code == len(self.keys):
            self.keys.append(key)
        return code

    def find(self, key: Key) -> int | None:
        """Return the number of a key, None if it was never seen."""
        return self._codes.get(key)


class IntInterner:
    """Numbers whole columns of integer keys; new keys get the next numbers. A distinct key takes twelve bytes."""

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
        """Return the number of each key."""
        wanted, count = distinct(keys), len(self)
        positions, known = self._search(wanted)
        new = wanted[~known]
        codes = np.empty(len(wanted), dtype=np.int64)
        codes[known] = self._order[positions[known]]
        codes[~known] = np.arange(count, count + len(new))
        self._keys.extend(new)
        self._order = np.insert(self._order, positions[~known], codes[~known])
        return codes[np.searchsorted(wanted, keys)]

    def _search(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the position of each key among the sorted keys, and whether the key is there already."""
        positions = np.searchsorted(self.keys, wanted, sorter=self._order)
        known = positions < len(self)
        known[known] = self.keys[self._order[positions[known]]] == wanted[known]
        return positions, known


def distinct(keys: NDArray[Any]) -> NDArray[Any]:
    """Return the distinct keys, sorted. It is several times as fast as numpy's `unique` on such columns."""
    if not len(keys):
        return keys
    keys = np.sort(keys)
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))]


def number_combinations(columns: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct combinations of values of several columns, none negative or above 32 bits.

    Return the number of each row, and for each number a row that has it. Comparing whole rows would take far longer.
    """
    number = np.zeros(len(columns[0]), dtype=np.int64)
    first = number[:1]
    for column in columns:
        _, first, number = np.unique((number << 32) | column, return_index=True, return_inverse=True)
        number = number.reshape(-1).astype(np.int64)
    return number, first
