"""Columns that one thread makes longer while other threads read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


class Vector:
    """One column that grows at its end. The writer publishes the length last, so a reader sees whole values only."""

    def __init__(self, dtype: DTypeLike, first: Iterable[int] = ()) -> None:
        self._array: Array = np.zeros(64, dtype=dtype)
        self._length = 0
        self.extend(list(first))

    def __len__(self) -> int:
        return self._length

    def extend(self, values: Sequence[int] | Array) -> None:
        """Add values at the end."""
        length = self._length + len(values)
        if length > len(self._array):
            wider: Array = np.empty(length + length // 4 + 1024, dtype=self._array.dtype)
            wider[: self._length] = self._array[: self._length]
            self._array = wider
        if isinstance(values, list):
            # Numbers, as they are: an assignment would look at each first to find out what they are.
            values = np.fromiter(values, dtype=self._array.dtype, count=len(values))
        self._array[self._length : length] = values
        self._length = length

    @property
    def values(self) -> Array:
        """The values so far, not copied."""
        length = self._length
        return self._array[:length]

    @property
    def nbytes(self) -> int:
        """Memory of the values in use."""
        return self._length * self._array.itemsize


class Held(NamedTuple):
    """The event columns and which row ids of them are held: replaced as one, so that a reader never sees half of it."""

    columns: Mapping[str, Array]
    zero: int
    """Index of row id 0 in every column."""
    first: int
    stop: int

    def view(self, name: str) -> Array:
        """Give the held part of a column, not copied."""
        return self.columns[name][self.zero + self.first : self.zero + self.stop]

    def joined(self, values: Mapping[str, Array], count: int, above: bool) -> Held:
        """Add `count` events at the end, or `above` all held ones; the columns are replaced when they have no room."""
        held = self if self._has_room(count, above) else self._moved(count, above)
        start = held.first - count if above else held.stop
        for name, column in held.columns.items():
            column[held.zero + start : held.zero + start + count] = values[name]
        first, stop = (start, held.stop) if above else (held.first, start + count)
        return Held(held.columns, held.zero, first, stop)

    def without_oldest(self, count: int, values: Mapping[str, Array]) -> Held:
        """Let the oldest `count` events go and their memory with them; `values` replaces columns of what is left."""
        columns = {name: np.array(values.get(name, self.view(name)[count:])) for name in self.columns}
        first = self.first + count
        return Held(columns, -first, first, self.stop)

    @property
    def nbytes(self) -> int:
        """Memory of the events held."""
        return (self.stop - self.first) * sum(column.itemsize for column in self.columns.values())

    def _has_room(self, count: int, above: bool) -> bool:
        if above:
            return self.zero + self.first >= count
        return self.zero + self.stop + count <= len(self.columns["time"])

    def _moved(self, count: int, above: bool) -> Held:
        length = self.stop - self.first
        spare = length // 4 + 4096
        before = count + spare if above else 0
        size = before + length + (0 if above else count) + spare
        columns: dict[str, Array] = {}
        for name, column in self.columns.items():
            # Pages that are never written take no memory: room is free.
            wider: Array = np.empty(size, dtype=column.dtype)
            wider[before : before + length] = self.view(name)
            columns[name] = wider
        return Held(columns, before - self.first, self.first, self.stop)


def empty(dtypes: Mapping[str, DTypeLike]) -> Held:
    """Make columns that hold nothing yet; the first row id will be 0."""
    return Held({name: np.empty(0, dtype=dtype) for name, dtype in dtypes.items()}, 0, 0, 0)
