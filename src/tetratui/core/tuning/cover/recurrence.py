"""Whether a call came back: in how many runs, at even distances, or all over the time held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.tuning.cover.runs import Runs

FEWEST_RUNS = 2
"""What is seen in one run never came back."""
_PAUSE = 10**9
"""Nanoseconds: runs that begin closer together are one, and so are events of one process."""
_PAUSES = 4
"""Rounds in which pauses are taken out: each makes the parts shorter, and so shows shorter pauses."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What makes a habit."""

    runs: int = 3
    """Runs of its script in which a call must have been seen; those of a shell that was given code count half."""
    run_share: float = 0.1
    """Least share of its caller's runs in which it was seen."""
    even: int = 6
    """Returns at even distances that are as good."""
    jitter: float = 0.25
    """Most of the middle distance by which nine of ten may differ from it."""
    events: int = 8
    """Fewest events of a call that is a habit because it is seen all the time: four starts with their exits."""
    slices: int = 20
    """Parts into which the time held is cut."""
    spread: int = 4
    """Parts in which a call must have been seen to be seen all the time."""
    rare_share: float = 0.2
    """Most of a caller's events that may be rare for the caller to be a habit."""


DEFAULT = Bounds()


class Returns:
    """How each call of a table came back; arrays without another word have one value a call."""

    def __init__(self, columns: Columns, base: Mask, call: NDArray[np.int64], runs: Runs, bounds: Bounds) -> None:
        """Count over the events of `base`.

        Args:
            columns: the events.
            base: those that count.
            call: per event the number of its call.
            runs: what started each event.
            bounds: what makes a habit.
        """
        self.calls = int(call.max()) + 1 if len(call) else 0
        time = _with_times(columns.time)
        usable = np.flatnonzero(base & (time >= 0))
        self.events = np.bincount(call[base], minlength=self.calls)
        code = runs.code[usable]
        of_code, self.runs = (
            _begun_apart(call[some], runs.instance[some], time[some], self.calls)
            for some in (usable[code], usable[~code])
        )
        # Code that was handed over counts half.
        self.runs += of_code // 2
        self.bursts = _bursts(call[usable], time[usable], self.calls)
        typed = np.zeros(self.calls, dtype=np.bool_)
        typed[call[runs.typed]] = True
        self.of_caller = _of_callers(runs, call[usable], usable, time, self.calls)
        self.in_runs = (self.runs >= bounds.runs) & (self.runs >= bounds.run_share * self.of_caller)
        self.throughout = (self.events >= bounds.events) & (
            _spread(call[usable], time[usable], bounds.slices, self.calls) >= bounds.spread
        )
        self.evenly = self._even(columns, call, time, usable, ~typed & ~self.in_runs & ~self.throughout, bounds)
        self.back = (self.in_runs | self.throughout | self.evenly)[call] if self.calls else base

    def _even(
        self,
        columns: Columns,
        call: NDArray[np.int64],
        time: NDArray[np.int64],
        usable: NDArray[np.intp],
        open_to: Mask,
        bounds: Bounds,
    ) -> Mask:
        found: Mask = np.zeros(self.calls, dtype=np.bool_)
        maybe = usable[(open_to & (self.bursts >= bounds.even))[call[usable]]]
        order = maybe[np.argsort(call[maybe], kind="stable")]
        for members in np.split(order, np.flatnonzero(np.diff(call[order])) + 1) if len(order) else ():
            begun = members[columns.kind[members] == Kind.EXEC]
            times = time[begun if len(begun) >= bounds.even else members]
            found[call[members[0]]] = _comes_evenly(times, bounds)
        return found


def _comes_evenly(times: NDArray[np.int64], bounds: Bounds) -> bool:
    """Say whether nine of ten distances between bursts differ little from the middle one; laxer than a period."""
    known = np.sort(times)
    begins = known[np.concatenate(([True], np.diff(known) >= _PAUSE))]
    distances = np.diff(begins)
    if len(begins) < bounds.even:
        return False
    middle = float(np.median(distances))
    return float(np.quantile(np.abs(distances - middle), 0.9)) <= bounds.jitter * middle


def _with_times(time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give events that carry no time (those of the loader) that of the event before them."""
    known = np.maximum.accumulate(np.where(time >= 0, np.arange(len(time)), -1))
    return np.where(known >= 0, time[np.maximum(known, 0)], -1)


def _begun_apart(
    call: NDArray[np.int64], instance: NDArray[np.int64], time: NDArray[np.int64], calls: int
) -> NDArray[np.int64]:
    """Count the processes that started each call; those begun in quick succession count as one."""
    order = np.lexsort((time, instance, call))
    call, instance, time = call[order], instance[order], time[order]
    first = np.ones(len(call), dtype=np.bool_)
    first[1:] = (call[1:] != call[:-1]) | (instance[1:] != instance[:-1])
    return _bursts(call[first], time[first], calls)


def _bursts(call: NDArray[np.int64], time: NDArray[np.int64], calls: int) -> NDArray[np.int64]:
    """Count, for each call, the times that come after a pause, the first included."""
    order = np.lexsort((time, call))
    call, time = call[order], time[order]
    begins = np.ones(len(call), dtype=np.bool_)
    begins[1:] = (call[1:] != call[:-1]) | (np.diff(time) >= _PAUSE)
    return np.bincount(call[begins], minlength=calls)


def _of_callers(
    runs: Runs, call: NDArray[np.int64], usable: NDArray[np.intp], time: NDArray[np.int64], calls: int
) -> NDArray[np.int64]:
    """Give each call the number of runs that its caller had in all."""
    caller = runs.caller[usable] + 1
    in_all = _begun_apart(caller, runs.instance[usable], time[usable], int(caller.max(initial=0)) + 1)
    found = np.zeros(calls, dtype=np.int64)
    found[call] = in_all[caller]
    return found


def _spread(call: NDArray[np.int64], time: NDArray[np.int64], slices: int, calls: int) -> NDArray[np.int64]:
    """Count the parts of the time held in which each call was seen."""
    if not len(call):
        return np.zeros(calls, dtype=np.int64)
    seen = np.unique(call * slices + _parts(time, slices))
    return np.bincount(seen // slices, minlength=calls)


def _parts(time: NDArray[np.int64], slices: int) -> NDArray[np.int64]:
    """Give the part of the time held in which each event lies.

    Pauses longer than a part count as nothing: files that are not of one piece, and the processes that a restart
    replays with the day they began, would else leave most parts empty.
    """
    order = np.argsort(time, kind="stable")
    gaps = np.diff(time[order], prepend=time[order[0]])
    for _ in range(_PAUSES):
        pause = gaps > gaps.sum() / slices
        if not pause.any():
            break
        gaps[pause] = 0
    passed = np.empty_like(gaps)
    passed[order] = np.cumsum(gaps)
    return np.asarray(passed * slices // (int(gaps.sum()) + 1))
