"""Small numbers for distinct things, in the order they were first met."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)


class Dense(Generic[Key]):
    """Numbers keys 0, 1, 2 … and gives them back; holds each key once."""

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


def codes_of(dense: Dense[int], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number a whole column of integer keys, asking the dictionary once per distinct one."""
    found, places = np.unique(keys, return_inverse=True)
    codes = np.fromiter((dense.code(key) for key in found.tolist()), dtype=np.int64, count=len(found))
    return codes[places.reshape(-1)]


class Column:
    """A growing column of numbers, one a code of a `Dense`."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._values: NDArray[np.int64] = np.full(64, start, dtype=np.int64)

    def upto(self, length: int) -> NDArray[np.int64]:
        """Give the first `length` values to read or to change in place."""
        if length > len(self._values):
            more = np.full(max(length, 2 * len(self._values)) - len(self._values), self._start, dtype=np.int64)
            self._values = np.concatenate((self._values, more))
        return self._values[:length]
