"""Sort the exit events without an exec event: those of forks that executed nothing, and those whose exec was not seen.

A fork that executes nothing carries the command of its parent, and its flags lack `clone`. The flags lack `clone` in
two other cases: a process that was there before the agent has `procFS`, and a process that executed without forking
has its own former image, with the same pid, as parent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns, Mask


class UnmatchedExits(NamedTuple):
    """Masks over some events: the exits whose exec event is not held."""

    forks: Mask
    """Exits of processes that never executed anything."""
    unseen: Mask
    """Exits of processes whose exec was not seen, or of which nothing tells whether there was one."""


def find_unmatched_exits(columns: Columns, indexes: NDArray[np.int64]) -> UnmatchedExits:
    """Return which of the events are exits without an exec, sorted by their flags."""
    identity, kind, flags = columns.identity, columns.kind, columns.text["flags"]
    alone = (kind[indexes] == Kind.EXIT) & ~np.isin(identity[indexes], identity[kind == Kind.EXEC])
    forked = np.array([_are_of_fork(text) for text in flags.texts], dtype=np.bool_)[flags.codes[indexes]]
    forks = alone & forked & (columns.pid[indexes] != columns.parent_pid[indexes])
    return UnmatchedExits(forks, alone & ~forks)


def _are_of_fork(flags: str) -> bool:
    words = flags.split()
    return "execve" in words and "clone" not in words and "procFS" not in words
