"""Sum up calls by noise group, in columns with one value for each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.calls import Calls
from tetratui.core.noise.interner import distinct

Figures = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max
MOST_MASKED_PAIRS = 1 << 22
"""Up to so many possible pairs are ticked off in a mask. More are sorted, which some processors do slowly."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of the groups."""

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
    has_single_caller: NDArray[np.bool_]
    """Whether all its events have the same parent command, to the letter."""

    @classmethod
    def of(cls, calls: Calls, group: NDArray[np.int32], count: int) -> Sums:
        """Return the sums of `count` groups; `group` holds the number of the group of each call."""
        wide = group.astype(np.int64)
        first, last = np.full(count, _NEVER), np.full(count, -1)
        np.minimum.at(first, wide, calls.first)
        np.maximum.at(last, wide, calls.last)
        least, most = np.full(count, _NEVER), np.full(count, -1)
        np.minimum.at(least, wide, calls.caller)
        np.maximum.at(most, wide, calls.caller)
        groups, actors = _distinct_pairs(wide, calls.actor, count)
        # Actors are pairs of user and host. Each side gets numbers of its own, so that it can be counted alone.
        numbers = [_number_values(column) for column in zip(*calls.actors, strict=True)]
        users, hosts = (_count_distinct(groups, of_actor[actors], count) for of_actor in numbers)
        return cls(
            events=_sum_by_group(wide, calls.events, count),
            bytes=_sum_by_group(wide, calls.bytes, count),
            commands=_count_distinct(wide, calls.command, count),
            users=users,
            hosts=hosts,
            first=np.where(first == _NEVER, -1, first),
            last=last,
            has_single_caller=least == most,
        )


def _number_values(values: tuple[object, ...]) -> Figures:
    """Return for each value the number of its first occurrence among the distinct ones."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _sum_by_group(group: Figures, figures: NDArray[np.int64] | NDArray[np.uint32], count: int) -> Figures:
    # bincount sums floats, which are exact up to 2^53; no export file has that many bytes.
    return np.bincount(group, weights=figures, minlength=count).astype(np.int64)


def _count_distinct(group: Figures, values: Figures, count: int) -> Figures:
    """Return the number of distinct values in each group."""
    return np.bincount(_distinct_pairs(group, values, count)[0], minlength=count)


def _distinct_pairs(group: Figures, values: Figures, count: int) -> tuple[Figures, Figures]:
    """Return the distinct pairs of a group and a value as two columns. Values must not be negative."""
    width = int(values.max(initial=0)) + 1
    keys = group * width + values
    if count * width <= MOST_MASKED_PAIRS:
        occurs = np.zeros(count * width, dtype=np.bool_)
        occurs[keys] = True
        keys = np.flatnonzero(occurs)
    else:
        keys = distinct(keys)
    return np.divmod(keys, width)
