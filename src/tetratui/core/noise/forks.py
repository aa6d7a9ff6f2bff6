"""Exits without an exec among the events held: of forks that never executed anything, or of processes begun earlier.

A fork that never executes carries its parent's command, and its flags lack `clone`. So do those of a process that was
there before the agent (`procFS`) and of one that executed without forking, whose parent is its own former image.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns, Mask


class Unmatched(NamedTuple):
    """Of some events, those that are exits whose exec is not held."""

    forks: Mask
    """Nothing was ever executed by these processes."""
    unseen: Mask
    """Their exec was not seen, or nothing tells whether there was one."""


def unmatched_exits(columns: Columns, indexes: NDArray[np.int64]) -> Unmatched:
    """Sort these events' exits whose exec is not held by what their flags say."""
    identity, kind, flags = columns.identity, columns.kind, columns.text["flags"]
    alone = (kind[indexes] == Kind.EXIT) & ~np.isin(identity[indexes], identity[kind == Kind.EXEC])
    forked = np.array([_of_a_fork(text) for text in flags.texts], dtype=np.bool_)[flags.codes[indexes]]
    forks = alone & forked & (columns.pid[indexes] != columns.parent_pid[indexes])
    return Unmatched(forks, alone & ~forks)


def _of_a_fork(flags: str) -> bool:
    words = flags.split()
    return "execve" in words and "clone" not in words and "procFS" not in words
