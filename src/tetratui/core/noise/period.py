"""Find how regularly a group of events returns: `every 60 s ± 1 s`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SECOND = 10**9
_FEWEST_RETURNS = 4
"""Returns that must have been seen before there is a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """An even distance at which events return."""

    seconds: float
    jitter: float
    """Seconds by which nine of ten distances differ from it at the most."""

    def __str__(self) -> str:
        return f"every {self.seconds:g} s ± {max(1, round(self.jitter)):g} s"


def find_period(times: NDArray[np.int64]) -> Period | None:
    """Return the period of events at these times (nanoseconds, any order); None if they do not come evenly.

    Events close to each other are one burst, and distances are those between bursts. Bursts are separated by gaps of
    more than 0.2 s, 1 s or 5 s, whichever first gives even distances.
    """
    known = np.sort(times[times >= 0])
    if len(known) < _FEWEST_RETURNS + 1:
        return None
    gaps = np.diff(known)
    for least in (_SECOND // 5, _SECOND, 5 * _SECOND):
        begins = known[np.concatenate(([True], gaps > least))]
        period = _even_period(np.diff(begins))
        if period is not None:
            return period
    return None


def _even_period(distances: NDArray[np.int64]) -> Period | None:
    if len(distances) < _FEWEST_RETURNS:
        return None
    middle = float(np.median(distances))
    jitter = float(np.quantile(np.abs(distances - middle), 0.9))
    if jitter > max(0.1 * middle, 0.05 * _SECOND):
        return None
    seconds = middle / _SECOND
    return Period(round(seconds, 1) if seconds < 10 else float(round(seconds)), jitter / _SECOND)
