"""Columns that one thread makes longer while other threads read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


class Vector:
    """One column that grows at both ends. One thread writes; the others see whole values only."""

    __slots__ = ("_fill", "_span")

    def __init__(self, dtype: DTypeLike, first: Iterable[int] = (), fill: int = 0) -> None:
        """Begin with the values of `first`; `upto` writes `fill` where no value was."""
        self._fill = fill
        self._span: tuple[Array, int, int] = np.empty(64, dtype=dtype), 0, 0
        """The array, and where the values begin and end in it: replaced as one, after the values were written."""
        self.extend(list(first))

    def __len__(self) -> int:
        _, start, stop = self._span
        return stop - start

    def extend(self, values: Sequence[int] | Array) -> None:
        """Add values at the end."""
        array, start, stop = self._span
        end = stop + len(values)
        if end > len(array):
            array, start, stop = self._wider(0, len(values))
            end = stop + len(values)
        if isinstance(values, list):
            # Numbers, as they are: an assignment would look at each first to find out what they are.
            values = np.fromiter(values, dtype=array.dtype, count=len(values))
        array[stop:end] = values
        self._span = array, start, end

    def prepend(self, values: Sequence[int] | Array) -> None:
        """Add values in front."""
        array, stop, end = self._span
        start = stop - len(values)
        if start < 0:
            array, stop, end = self._wider(len(values), 0)
            start = stop - len(values)
        array[start:stop] = values
        self._span = array, start, end

    def drop(self, count: int) -> None:
        """Let go of the first `count` values."""
        array, start, stop = self._span
        # A reader may still look at them: their place is no room for others.
        self._span = array[start + count :], 0, stop - start - count

    def upto(self, length: int) -> Array:
        """Return the first `length` values, to read or to change in place; those that were not there are filled in."""
        array, start, stop = self._span
        end = start + length
        if end > stop:
            if end > len(array):
                array, start, stop = self._wider(0, end - stop)
                end = start + length
            array[stop:end] = self._fill
            self._span = array, start, end
        return array[start:end]

    def freeze(self, length: int) -> Vector:
        """Return the first `length` values as a column that does not grow; they are not copied."""
        frozen = copy(self)
        array, start, _ = self._span
        frozen._span = array, start, start + length
        return frozen

    @property
    def values(self) -> Array:
        """The values so far, not copied."""
        array, start, stop = self._span
        return array[start:stop]

    @property
    def nbytes(self) -> int:
        """Memory of the values in use."""
        return len(self) * self._span[0].itemsize

    def _wider(self, before: int, after: int) -> tuple[Array, int, int]:
        """Return the values in an array that has room for so many more, and where they begin and end in it."""
        array, start, stop = self._span
        length = stop - start
        # Pages that are never written take no memory: room is free.
        spare = (length + before + after) // 2 + 1024
        front = before + spare if before else min(start, spare)
        wider: Array = np.empty(front + length + after + spare, dtype=array.dtype)
        wider[front : front + length] = array[start:stop]
        return wider, front, front + length


class Held(NamedTuple):
    """The event columns and which row ids of them are held: replaced as one, so that a reader never sees half of it."""

    vectors: Mapping[str, Vector]
    """What grows; for the thread that adds events."""
    columns: Mapping[str, Array]
    """The columns as they were when this was made."""
    zero: int
    """Index of row id 0 in every column."""
    first: int
    stop: int

    def view(self, name: str) -> Array:
        """Give the held part of a column, not copied."""
        return self.columns[name][self.zero + self.first : self.zero + self.stop]

    def joined(self, values: Mapping[str, Array], count: int, above: bool) -> Held:
        """Add `count` events at the end, or `above` all held ones."""
        for name, vector in self.vectors.items():
            (vector.prepend if above else vector.extend)(values[name])
        first, stop = (self.first - count, self.stop) if above else (self.first, self.stop + count)
        return _held(self.vectors, first, stop)

    def without_oldest(self, count: int, values: Mapping[str, Array]) -> Held:
        """Let the oldest `count` events go and their memory with them; `values` replaces columns of what is left."""
        vectors = {name: Vector(column.dtype) for name, column in self.columns.items()}
        for name, vector in vectors.items():
            vector.extend(values.get(name, self.view(name)[count:]))
        return _held(vectors, self.first + count, self.stop)

    @property
    def nbytes(self) -> int:
        """Memory of the events held."""
        return (self.stop - self.first) * sum(column.itemsize for column in self.columns.values())


def _held(vectors: Mapping[str, Vector], first: int, stop: int) -> Held:
    return Held(vectors, {name: vector.values for name, vector in vectors.items()}, -first, first, stop)


def empty(dtypes: Mapping[str, DTypeLike]) -> Held:
    """Make columns that hold nothing yet; the first row id will be 0."""
    return _held({name: Vector(dtype) for name, dtype in dtypes.items()}, 0, 0)
