"""Calls summed up by group: a column a figure, one value a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.calls import ACTOR_BITS, COMMAND_BITS, Calls
from tetratui.core.noise.dense import distinct

Figures = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max


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
        actors = distinct((wide << ACTOR_BITS) | calls.actor)
        numbers = [_first_met(column) for column in zip(*calls.actors, strict=True)]
        users, hosts = (_distinct_of(actors >> ACTOR_BITS, of[actors & _ACTOR], count) for of in numbers)
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


_ACTOR = (1 << ACTOR_BITS) - 1


def _first_met(values: tuple[object, ...]) -> Figures:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _summed(group: Figures, figures: NDArray[np.int64] | NDArray[np.uint32], count: int) -> Figures:
    # As floats, whole up to 2^53: that many bytes no export file has.
    return np.bincount(group, weights=figures, minlength=count).astype(np.int64)


def _distinct_of(group: Figures, values: Figures, count: int) -> Figures:
    """Count the distinct values in each group."""
    pairs = group << COMMAND_BITS
    pairs |= values
    pairs = distinct(pairs)
    pairs >>= COMMAND_BITS
    return np.bincount(pairs, minlength=count)
