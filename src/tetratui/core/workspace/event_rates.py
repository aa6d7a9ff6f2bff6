"""Count events over time by kind, and note what happened to the export file.

There are two clocks. The rate of arrival goes by this machine's clock. The strip of counts goes by the times of the
events, so that history fills it as well as new events do.
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
"""Seconds per cell of the strip, as the operator may choose."""
STEPS = (1, 2, 5, 10, 15, 30, 60)
"""Seconds per cell of a strip that shows a whole file."""
CELLS = 180
"""Cells of the longest strip."""
SPAN = CELLS * SCALES[-1]
"""Seconds for which counts are kept."""
AHEAD = 86_400
"""Seconds by which the clock of an event may be ahead of ours; a time beyond that is ignored."""
BURST = 5
"""Processes from a scan of /proc in one batch that show a start of Tetragon, which reports all living processes."""
QUIET = 60
"""Seconds within which such scans belong to one start."""


class Moment(StrEnum):
    """Something that happened at one moment; the value is its letter in the strip."""

    ROTATED = "R"
    STARTED = "T"
    EXPORTED = "E"


MEANING = {Moment.ROTATED: "file rotated", Moment.STARTED: "Tetragon started", Moment.EXPORTED: "files exported"}
"""The meaning of each letter."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A span of time cut into cells, oldest first."""

    end: int
    """The second after the last one, since the epoch."""
    scale: int
    """Seconds per cell."""
    counts: NDArray[np.int64]
    """Events by cell and kind."""
    moments: tuple[Moment | None, ...]
    """The last moment in each cell, or None."""

    def rate(self, kind: Kind | None) -> float:
        """Return events per second in the last complete cell; events of the very last cell may still arrive."""
        counts = self.of(kind)
        return counts[max(len(counts) - 2, 0)] / self.scale

    def of(self, kind: Kind | None) -> list[int]:
        """Return the events in each cell, of one kind or of all."""
        counts: list[int] = (self.counts.sum(axis=1) if kind is None else self.counts[:, kind]).tolist()
        return counts

    def busiest(self) -> list[Kind]:
        """Return the kinds that occur within the strip, most frequent first."""
        total = self.counts.sum(axis=0)
        return sorted((kind for kind in Kind if total[kind]), key=lambda kind: -int(total[kind]))


class Rates:
    """Count events by second and kind over the last hours, and keep the moments with them."""

    def __init__(self, tick: Callable[[], float] = monotonic, now: Callable[[], float] = time) -> None:
        self._tick = tick
        self._now = now
        self._arrived: deque[tuple[int, int]] = deque(maxlen=120)
        self._counts = np.zeros((SPAN, len(Kind)), dtype=np.int64)
        """A ring: the counts of a second are in the row of the second modulo SPAN."""
        self._newest = 0
        """The newest second that has been counted."""
        self._moments: deque[tuple[int, Moment]] = deque(maxlen=200)

    def count_arrivals(self, count: int) -> None:
        """Count events that arrive now."""
        second = int(self._tick())
        if self._arrived and self._arrived[-1][0] == second:
            count += self._arrived.pop()[1]
        self._arrived.append((second, count))

    def per_second(self, over: int = 5) -> float:
        """Return the arrivals per second, averaged over the last complete seconds."""
        now = int(self._tick())
        return sum(count for second, count in self._arrived if now - over <= second < now) / over

    def count_events(self, events: EventTable) -> None:
        """Count new or older events by their times; note a start of Tetragon among them."""
        scan = scan_mask(events)
        if int(scan.sum()) >= BURST:
            # The youngest process of the scan is the agent itself, or started with it.
            self.note(Moment.STARTED, int(events.time[scan].max()) // 1_000_000_000)
        seconds, kinds = events.time[~scan] // 1_000_000_000, events.kind[~scan]
        known = (seconds > 0) & (seconds <= int(self._now()) + AHEAD)
        if known.any():
            self._count(seconds[known], kinds[known])

    def _count(self, seconds: NDArray[np.int64], kinds: NDArray[np.uint8]) -> None:
        newest = int(seconds.max())
        if newest > self._newest:
            # These rows of the ring still have the counts of seconds that are SPAN older.
            passed = np.arange(max(self._newest + 1, newest - SPAN + 1), newest + 1)
            self._counts[passed % SPAN] = 0
            self._newest = newest
        recent = seconds > self._newest - SPAN
        np.add.at(self._counts, (seconds[recent] % SPAN, kinds[recent]), 1)

    def note(self, moment: Moment, second: int | None = None) -> None:
        """Note a moment, now or at a second since the epoch."""
        second = int(self._now()) if second is None else second
        near = [noted for noted in self._moments if noted[1] is moment and abs(noted[0] - second) < QUIET]
        if moment is Moment.STARTED and near:
            # One scan may come in several batches; the last one has the youngest process.
            self._moments.remove(near[0])
            second = max(second, near[0][0])
        self._moments.append((second, moment))

    def fitting_scale(self, cells: int) -> int:
        """Return the seconds per cell at which the cells show all of a file that has ended; 1 while events arrive."""
        cells = max(1, min(cells, CELLS))
        if not self._newest or int(self._now()) - self._newest < SPAN:
            return SCALES[0]
        backwards = self._counts.sum(axis=1)[(self._newest - np.arange(SPAN)) % SPAN]
        span = int(np.flatnonzero(backwards)[-1]) + 1
        return next((step for step in STEPS if cells * step >= span + step), STEPS[-1])

    def strip(self, cells: int, scale: int = 1) -> Strip:
        """Return the last cells: up to now, or up to the newest event when that is older than the strip."""
        cells = max(1, min(cells, CELLS))
        now = int(self._now())
        current = not self._newest or 0 <= now - self._newest < cells * scale
        # Cells begin at multiples of the scale, so a cell that is complete never changes.
        end = -(-(now if current else self._newest + 1) // scale) * scale
        seconds = np.arange(end - cells * scale, end)
        counted = (seconds > self._newest - SPAN) & (seconds <= self._newest)
        counts = np.where(counted[:, None], self._counts[seconds % SPAN], 0)
        moments: list[Moment | None] = [None] * cells
        for second, moment in sorted(self._moments):
            cell = (second - int(seconds[0])) // scale
            # A moment that is newer than the newest event is shown in the last cell.
            if cell >= 0 and (current or second < end):
                moments[min(cell, cells - 1)] = moment
        return Strip(end, scale, counts.reshape(cells, scale, len(Kind)).sum(axis=1), tuple(moments))


def scan_mask(events: EventTable) -> NDArray[np.bool_]:
    """Return which events are from Tetragon's scan of /proc: processes that lived already when it started."""
    codes, texts = events.text_codes("flags")
    has_flag = np.array(["procFS" in texts[code] for code in range(len(texts))], dtype=np.bool_)
    mask: NDArray[np.bool_] = has_flag[codes] & (events.kind == Kind.EXEC)
    return mask
