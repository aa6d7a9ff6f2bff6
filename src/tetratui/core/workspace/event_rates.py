"""Events over time, by kind, with what happened to the export file: small numbers for small graphs.

Two clocks: how many arrive a second now, by this machine's clock; and the strip, by the events' own times, so that
history fills it as well as what arrives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic, time

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.table import EventTable

SCALES = (1, 10, 60)
"""Seconds that one cell of the strip may stand for."""
CELLS = 180
"""The longest strip."""
SPAN = CELLS * SCALES[-1]
"""Seconds that are remembered."""
AHEAD = 86_400
"""Seconds that an event's clock may be ahead of ours; a time beyond is no time."""
BURST = 5
"""So many processes found by a scan of /proc in one batch are the agent's start: it writes all that live then."""
QUIET = 60
"""Seconds within which such scans are one start."""
BARS = " ▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*#@"


class Moment(StrEnum):
    """Something that happened at one moment, by the letter that stands for it."""

    ROTATED = "R"
    STARTED = "T"
    EXPORTED = "E"


MEANING = {Moment.ROTATED: "file rotated", Moment.STARTED: "Tetragon started", Moment.EXPORTED: "files exported"}
"""What the letters mean."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One stretch of time, cut into cells, oldest first."""

    end: int
    """Second after the last one that is counted."""
    scale: int
    """Seconds a cell."""
    counts: NDArray[np.int64]
    """Events by cell and kind."""
    moments: tuple[Moment | None, ...]
    """By cell; of several the last."""

    def rate(self, kind: Kind | None) -> float:
        """Events a second in the last cell that is surely whole: of the very last some are still to be read."""
        counts = self.of(kind)
        return counts[max(len(counts) - 2, 0)] / self.scale

    def of(self, kind: Kind | None) -> list[int]:
        """Events by cell, of one kind or of all."""
        found: list[int] = (self.counts.sum(axis=1) if kind is None else self.counts[:, kind]).tolist()
        return found

    def busiest(self) -> list[Kind]:
        """Kinds that happened within the strip, most frequent first."""
        total = self.counts.sum(axis=0)
        return sorted((kind for kind in Kind if total[kind]), key=lambda kind: -int(total[kind]))


class Rates:
    """Counts of events per second and kind over the last hours, and the moments beside them."""

    def __init__(self, tick: Callable[[], float] = monotonic, now: Callable[[], float] = time) -> None:
        self._tick = tick
        self._now = now
        self._arrived: deque[tuple[int, int]] = deque(maxlen=120)
        self._counts = np.zeros((SPAN, len(Kind)), dtype=np.int64)
        self._newest = 0
        self._moments: deque[tuple[int, Moment]] = deque(maxlen=200)

    def arrived(self, count: int) -> None:
        """Count a batch that arrived now."""
        second = int(self._tick())
        if self._arrived and self._arrived[-1][0] == second:
            count += self._arrived.pop()[1]
        self._arrived.append((second, count))

    def per_second(self, over: int = 5) -> float:
        """Events that arrived a second over the last whole seconds."""
        now = int(self._tick())
        return sum(count for second, count in self._arrived if now - over <= second < now) / over

    def happened(self, events: EventTable) -> None:
        """Count a batch by the time of its events, new ones or history; a start of Tetragon in it is noted."""
        found = scanned(events)
        if int(found.sum()) >= BURST:
            # The youngest process that the scan found is the agent itself, or started with it.
            self.note(Moment.STARTED, int(events.time[found].max()) // 1_000_000_000)
        seconds, kinds = events.time[~found] // 1_000_000_000, events.kind[~found]
        known = (seconds > 0) & (seconds <= int(self._now()) + AHEAD)
        if known.any():
            self._count(seconds[known], kinds[known])

    def _count(self, seconds: NDArray[np.int64], kinds: NDArray[np.uint8]) -> None:
        newest = int(seconds.max())
        if newest > self._newest:
            # What the ring held in these places is older than it remembers.
            passed = np.arange(max(self._newest + 1, newest - SPAN + 1), newest + 1)
            self._counts[passed % SPAN] = 0
            self._newest = newest
        held = seconds > self._newest - SPAN
        np.add.at(self._counts, (seconds[held] % SPAN, kinds[held]), 1)

    def note(self, moment: Moment, second: int | None = None) -> None:
        """Note that something happened, now or at a second since the epoch."""
        second = int(self._now()) if second is None else second
        near = [one for one in self._moments if one[1] is moment and abs(one[0] - second) < QUIET]
        if moment is Moment.STARTED and near:
            # One scan over several batches; it ends with the youngest process.
            self._moments.remove(near[0])
            second = max(second, near[0][0])
        self._moments.append((second, moment))

    def strip(self, cells: int, scale: int = 1) -> Strip:
        """Give the last cells: up to now, or up to the newest event where it is long past."""
        cells = max(1, min(cells, CELLS))
        now = int(self._now())
        current = not self._newest or 0 <= now - self._newest < cells * scale
        # Cells begin at whole minutes and so on: a cell that is past does not change.
        end = -(-(now if current else self._newest + 1) // scale) * scale
        seconds = np.arange(end - cells * scale, end)
        held = (seconds > self._newest - SPAN) & (seconds <= self._newest)
        counts = np.where(held[:, None], self._counts[seconds % SPAN], 0)
        moments: list[Moment | None] = [None] * cells
        for second, moment in sorted(self._moments):
            place = (second - int(seconds[0])) // scale
            # What has happened just now stands at the end, where the eye is.
            if place >= 0 and (current or second < end):
                moments[min(place, cells - 1)] = moment
        return Strip(end, scale, counts.reshape(cells, scale, len(Kind)).sum(axis=1), tuple(moments))


def scanned(events: EventTable) -> NDArray[np.bool_]:
    """Tell which events are no news: processes that the agent found living when it started."""
    codes, texts = events.text_codes("flags")
    of_scan = np.array(["procFS" in texts[code] for code in range(len(texts))], dtype=np.bool_)
    among: NDArray[np.bool_] = of_scan[codes] & (events.kind == Kind.EXEC)
    return among


def graph(counts: list[int], *, ascii_only: bool = False) -> str:
    """Draw counts as one character each, the highest as a full block."""
    bars = ASCII_BARS if ascii_only else BARS
    highest = max(counts, default=0)
    if not highest:
        return bars[0] * len(counts)
    return "".join(bars[0 if not count else max(1, count * (len(bars) - 1) // highest)] for count in counts)
