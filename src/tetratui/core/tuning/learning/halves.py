"""Drafts judged by time: does what the first half of the events teaches hide the second half as well?

A filter that pins what changes from run to run, such as a pid, a port or a temporary name, hides all it was made from
and nothing of the next run. The second half stands for the next run.
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
LEAST = 0.9
"""Share of what is hidden in the first half that must be hidden in the second."""


@dataclass(frozen=True, slots=True)
class Halves:
    """Shares of the events of each half that are hidden by what the first half teaches."""

    first: float
    second: float

    @property
    def hold(self) -> bool:
        """Whether the second half is hidden as well as the first."""
        return self.second >= LEAST * self.first


def cut(columns: Columns, indexes: Indexes) -> tuple[Indexes, Indexes]:
    """Cut events into an earlier and a later half; those without a time go with the events around them."""
    time = columns.time[indexes]
    known = np.maximum.accumulate(np.where(time < 0, np.iinfo(np.int64).min, time)) if len(time) else time
    order = np.argsort(np.where(time < 0, known, time), kind="stable")
    middle = (len(order) + 1) // 2
    return np.sort(indexes[order[:middle]]), np.sort(indexes[order[middle:]])


def judged(columns: Columns, matcher: Matcher, asked: Mask, learn: Callable[[Indexes], Sequence[Exclusion]]) -> Halves:
    """Let the earlier half of all events teach, and give the share of the asked events of each half that is hidden."""
    halves = cut(columns, np.arange(len(columns)))
    hidden = matcher.any(learn(halves[0]))
    first, second = (hidden[half][asked[half]] for half in halves)
    return Halves(*(float(half.mean()) if len(half) else 0.0 for half in (first, second)))


Build = Callable[[Indexes], Sequence[Exclusion]]
"""Makes the exclusions of one scope from events."""


class Repeats:
    """Judges scopes over taught events: of what comes back in the second half, how much does the first half teach?

    Only events count whose command and caller, but for their varying parts, stand in both halves: nobody can learn in
    the first what is new in the second.
    """

    def __init__(self, columns: Columns, commands: Commands, matcher: Matcher, indexes: Indexes) -> None:
        self._columns = columns
        self._matcher = matcher
        self.indexes = indexes
        self.family = _families(columns, commands, indexes)
        """The number of each event's command and caller, without what varies in them."""
        early = np.isin(indexes, cut(columns, indexes)[0])
        both = np.isin(self.family, np.intersect1d(self.family[early], self.family[~early]))
        self._taught, self._again = early & both, ~early & both

    def judge(self, build: Build) -> Halves | None:
        """Give the shares hidden by what the first half teaches; None when nothing in the second half repeats it."""
        if not self._again.any():
            return None
        hidden = self._hidden(build)
        return Halves(float(hidden[self._taught].mean()), float(hidden[self._again].mean()))

    def holding(self, build: Build) -> Mask:
        """Say of each event whether its family is hidden in the second half as in the first, or never comes back."""
        if not self._again.any():
            return np.ones(len(self.indexes), dtype=np.bool_)
        hidden, families = self._hidden(build), int(self.family.max()) + 1
        first, second = (
            np.bincount(self.family[half & hidden], minlength=families)
            / np.maximum(1, np.bincount(self.family[half], minlength=families))
            for half in (self._taught, self._again)
        )
        holds = (second >= LEAST * first) | ~np.isin(np.arange(families), self.family[self._again])
        return np.asarray(holds[self.family])

    def _hidden(self, build: Build) -> Mask:
        return self._matcher.any(build(self.indexes[self._taught]))[self.indexes]


def _families(columns: Columns, commands: Commands, indexes: Indexes) -> Indexes:
    names = ("bin", "args", "parent", "pargs")
    codes = np.stack([columns.text[name].codes[indexes] for name in names])
    distinct, places = np.unique(codes, axis=1, return_inverse=True)
    numbers: dict[str, int] = {}
    found = []
    for column in distinct.T.tolist():
        binary, arguments, parent, above = (
            columns.text[name].texts[code] for name, code in zip(names, column, strict=True)
        )
        key = (_shape(commands, binary, arguments), _shape(commands, parent, above))
        found.append(numbers.setdefault("\n".join(key), len(numbers)))
    return np.array(found, dtype=np.int64)[places.reshape(-1)]


def _shape(commands: Commands, binary: str, arguments: str) -> str:
    """Write a command with one sign for each part that may vary."""
    template = commands.template(binary, arguments)
    words = VARYING.sub("\ud800", arguments[:4096]) if template.literal is not None else template.to_re2()
    return f"{of_binary(binary).display_text}\0{words}"
