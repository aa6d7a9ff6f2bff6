"""How regularly a group of events comes back: `every 60 s ± 1 s`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SECOND = 10**9
_ENOUGH = 4
"""Returns that must have been seen to speak of a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A group that returns at even distances."""

    seconds: float
    jitter: float
    """Seconds by which nine of ten distances differ from it at most."""

    def __str__(self) -> str:
        return f"every {self.seconds:g} s ± {max(1, round(self.jitter)):g} s"


def period(times: NDArray[np.int64]) -> Period | None:
    """Find the period of events at these times (nanoseconds, any order); None if they do not come evenly.

    Events less than a second apart are one burst; a distance counts from burst to burst.
    """
    known = np.sort(times[times >= 0])
    if len(known) < _ENOUGH + 1:
        return None
    gaps = np.diff(known)
    for least in (_SECOND // 5, _SECOND, 5 * _SECOND):
        begins = known[np.concatenate(([True], gaps > least))]
        found = _even(np.diff(begins))
        if found is not None:
            return found
    return None


def _even(distances: NDArray[np.int64]) -> Period | None:
    if len(distances) < _ENOUGH:
        return None
    middle = float(np.median(distances))
    jitter = float(np.quantile(np.abs(distances - middle), 0.9))
    if jitter > max(0.1 * middle, 0.05 * _SECOND):
        return None
    seconds = middle / _SECOND
    return Period(round(seconds, 1) if seconds < 10 else float(round(seconds)), jitter / _SECOND)
