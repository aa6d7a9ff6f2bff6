"""Judge drafts by time: does a draft learned from the first half of the events hide the second half as well?

A filter that pins what changes from run to run, such as a pid, a port or a temporary name, hides all events that it was
made from and none of the next run. The second half stands for the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.matching import Matcher
from tetratui.core.noise.varying import VARYING
from tetratui.core.noise.varying_forms import of_binary

Indexes = NDArray[np.int64]
Build = Callable[[Indexes], Sequence[Exclusion]]
"""Makes exclusions from events."""
_MIN_RATIO = 0.9
"""Least share hidden in the second half, relative to that in the first, for a draft to hold."""


@dataclass(frozen=True, slots=True)
class Halves:
    """Shares of the events of each half that are hidden by a draft learned from the first half."""

    first: float
    second: float

    @property
    def hold(self) -> bool:
        """Whether the second half is hidden as well as the first."""
        return self.second >= _MIN_RATIO * self.first


def cut(columns: Columns, indexes: Indexes) -> tuple[Indexes, Indexes]:
    """Divide events into an earlier and a later half; an event without a time takes that of the events before it."""
    time = columns.time[indexes]
    known = np.maximum.accumulate(np.where(time < 0, np.iinfo(np.int64).min, time)) if len(time) else time
    order = np.argsort(np.where(time < 0, known, time), kind="stable")
    middle = (len(order) + 1) // 2
    return np.sort(indexes[order[:middle]]), np.sort(indexes[order[middle:]])


def judge_halves(columns: Columns, matcher: Matcher, wanted: Mask, build: Build) -> Halves:
    """Build exclusions from the earlier half of all events, and return the hidden shares of the wanted events."""
    halves = cut(columns, np.arange(len(columns)))
    hidden = matcher.any(build(halves[0]))
    first, second = (hidden[half][wanted[half]] for half in halves)
    return Halves(*(float(half.mean()) if len(half) else 0.0 for half in (first, second)))


class Repeats:
    """Judges scopes over some events: how many of those that repeat in the second half are hidden by the first?

    Only events count whose command and caller, apart from varying parts, occur in both halves: what is new in the
    second half cannot be learned from the first.
    """

    def __init__(self, columns: Columns, commands: Commands, matcher: Matcher, indexes: Indexes) -> None:
        self._matcher = matcher
        self._indexes = indexes
        self._family = _families(columns, commands, indexes)
        """A number for each event, the same for one command and caller apart from varying parts."""
        early = np.isin(indexes, cut(columns, indexes)[0])
        both = np.isin(self._family, np.intersect1d(self._family[early], self._family[~early]))
        self._first, self._second = early & both, ~early & both

    def judge(self, build: Build) -> Halves | None:
        """Return the shares hidden by what the first half teaches; None when nothing of it repeats in the second."""
        if not self._second.any():
            return None
        hidden = self._hidden(build)
        return Halves(float(hidden[self._first].mean()), float(hidden[self._second].mean()))

    def holding(self, build: Build) -> Mask:
        """Return the events whose family is hidden as well in the second half as in the first, or does not repeat."""
        if not self._second.any():
            return np.ones(len(self._indexes), dtype=np.bool_)
        hidden, families = self._hidden(build), int(self._family.max()) + 1
        first, second = (
            np.bincount(self._family[half & hidden], minlength=families)
            / np.maximum(1, np.bincount(self._family[half], minlength=families))
            for half in (self._first, self._second)
        )
        holds = (second >= _MIN_RATIO * first) | ~np.isin(np.arange(families), self._family[self._second])
        return np.asarray(holds[self._family])

    def _hidden(self, build: Build) -> Mask:
        return self._matcher.any(build(self._indexes[self._first]))[self._indexes]


def _families(columns: Columns, commands: Commands, indexes: Indexes) -> Indexes:
    names = ("bin", "args", "parent", "pargs")
    codes = np.stack([columns.text[name].codes[indexes] for name in names])
    distinct, inverse = np.unique(codes, axis=1, return_inverse=True)
    numbers: dict[str, int] = {}
    families = []
    for column in distinct.T.tolist():
        binary, arguments, parent, parent_arguments = (
            columns.text[name].texts[code] for name, code in zip(names, column, strict=True)
        )
        key = (_shape(commands, binary, arguments), _shape(commands, parent, parent_arguments))
        families.append(numbers.setdefault("\n".join(key), len(numbers)))
    return np.array(families, dtype=np.int64)[inverse.reshape(-1)]


def _shape(commands: Commands, binary: str, arguments: str) -> str:
    """Return a command with one sign for each part that may vary."""
    template = commands.template(binary, arguments)
    words = VARYING.sub("\ud800", arguments[:4096]) if template.literal is not None else template.to_re2()
    return f"{of_binary(binary).display_text}\0{words}"
