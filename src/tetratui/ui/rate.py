"""Events a second, over the last minutes and by kind: small numbers for small graphs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind

SECONDS = 120
"""How far back the strip goes."""
BARS = " ▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*#@"


class Rates:
    """Counts of arrived events per second and kind; history that is read in does not count."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._began = now()
        self._seconds: deque[tuple[int, NDArray[np.int64]]] = deque(maxlen=SECONDS)

    def arrived(self, kinds: NDArray[np.uint8]) -> None:
        """Count a batch by its `kind` column."""
        counts = np.bincount(kinds, minlength=len(Kind)).astype(np.int64)
        second = int(self._now())
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1][1][: len(counts)] += counts
        else:
            self._seconds.append((second, counts))

    def per_second(self, over: int = 5) -> float:
        """Events a second over the last whole seconds."""
        now = int(self._now())
        total = sum(int(counts.sum()) for second, counts in self._seconds if now - over <= second < now)
        return total / over

    def strip(self, kind: Kind | None, seconds: int) -> list[int]:
        """Counts of the last seconds, oldest first; of one kind or of all."""
        now = int(self._now())
        found = [0] * seconds
        for second, counts in self._seconds:
            place = second - (now - seconds)
            if 0 <= place < seconds:
                found[place] = int(counts.sum() if kind is None else counts[kind])
        return found

    def busiest(self) -> list[tuple[Kind, int]]:
        """Kinds that arrived within the strip, most frequent first."""
        total = sum((counts for _, counts in self._seconds), np.zeros(len(Kind), dtype=np.int64))
        return sorted(((kind, int(total[kind])) for kind in Kind if total[kind]), key=lambda pair: -pair[1])


def graph(counts: list[int], *, ascii_only: bool = False) -> str:
    """Draw counts as one character each, the highest as a full block."""
    bars = ASCII_BARS if ascii_only else BARS
    highest = max(counts, default=0)
    if not highest:
        return bars[0] * len(counts)
    return "".join(bars[0 if not count else max(1, count * (len(bars) - 1) // highest)] for count in counts)
