"""Calls summed up by group: a column a figure, one value a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.calls import Calls
from tetratui.core.noise.interner import distinct

Figures = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max
_FEW_PAIRS = 1 << 22
"""So many possible pairs are ticked off; of more, those there are sorted, which some processors are slow at."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What is known of each group."""

    events: Figures
    bytes: Figures
    commands: Figures
    """Distinct commands."""
    users: Figures
    """Distinct user ids."""
    hosts: Figures
    first: Figures
    """Nanoseconds since the epoch, -1 unknown."""
    last: Figures
    one_caller: NDArray[np.bool_]
    """Whether all its events have the same caller, to the letter."""

    @classmethod
    def of(cls, calls: Calls, group: NDArray[np.int32], count: int) -> Sums:
        """Sum up; `group` says which of the `count` groups each call is in."""
        wide = group.astype(np.int64)
        first, last = np.full(count, _NEVER), np.full(count, -1)
        np.minimum.at(first, wide, calls.first)
        np.maximum.at(last, wide, calls.last)
        least, most = np.full(count, _NEVER), np.full(count, -1)
        np.minimum.at(least, wide, calls.caller)
        np.maximum.at(most, wide, calls.caller)
        held, actors = _pairs(wide, calls.actor, count)
        numbers = [_first_met(column) for column in zip(*calls.actors, strict=True)]
        users, hosts = (_distinct_of(held, of[actors], count) for of in numbers)
        return cls(
            events=_summed(wide, calls.events, count),
            bytes=_summed(wide, calls.bytes, count),
            commands=_distinct_of(wide, calls.command, count),
            users=users,
            hosts=hosts,
            first=np.where(first == _NEVER, -1, first),
            last=last,
            one_caller=least == most,
        )


def _first_met(values: tuple[object, ...]) -> Figures:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _summed(group: Figures, figures: NDArray[np.int64] | NDArray[np.uint32], count: int) -> Figures:
    # As floats, whole up to 2^53: that many bytes no export file has.
    return np.bincount(group, weights=figures, minlength=count).astype(np.int64)


def _distinct_of(group: Figures, values: Figures, count: int) -> Figures:
    """Count the distinct values in each group."""
    return np.bincount(_pairs(group, values, count)[0], minlength=count)


def _pairs(group: Figures, values: Figures, count: int) -> tuple[Figures, Figures]:
    """List the distinct pairs of one of `count` groups and a value that is not negative."""
    width = int(values.max(initial=0)) + 1
    keys = group * width + values
    if count * width <= _FEW_PAIRS:
        there = np.zeros(count * width, dtype=np.bool_)
        there[keys] = True
        keys = np.flatnonzero(there)
    else:
        keys = distinct(keys)
    return np.divmod(keys, width)
