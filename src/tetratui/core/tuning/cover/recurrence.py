"""Find out whether a call recurs: by the runs it was seen in, its intervals, and the parts of the time covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.tuning.cover.runs import Runs

FEWEST_RUNS = 2
"""What is seen in one run only does not recur."""
_PAUSE = 10**9
"""Nanoseconds: what begins closer together counts as one, both runs and events of a call."""
_PAUSE_ROUNDS = 4
"""Rounds in which pauses are taken out: each makes the parts shorter, so that shorter pauses count in the next."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often a call must be seen to recur."""

    runs: int = 3
    """Runs of its script in which a call must be seen; runs of a shell that was given code count half."""
    run_share: float = 0.1
    """Least share of its caller's runs in which it must be seen."""
    even: int = 6
    """Times at even intervals that are enough instead."""
    jitter: float = 0.25
    """How far nine of ten intervals may differ from the median interval, as a share of it."""
    events: int = 8
    """Fewest events of a call that recurs because it is seen all the time: four starts with their exits."""
    slices: int = 20
    """Parts into which the time covered is cut."""
    spread: int = 4
    """Parts in which a call must be seen to count as seen all the time."""
    not_recurring_share: float = 0.2
    """Greatest share of a caller's events that may not recur; above it, none of its events counts as recurring."""


DEFAULT = Bounds()


class Returns:
    """How often and how evenly each call of a table was seen; arrays other than `returned` are by call."""

    def __init__(self, columns: Columns, base: Mask, call: NDArray[np.int64], runs: Runs, bounds: Bounds) -> None:
        """Count over the events of `base`.

        Args:
            columns: the events.
            base: those that count.
            call: per event the number of its call.
            runs: what started each event.
            bounds: how often a call must be seen.
        """
        self.calls = int(call.max()) + 1 if len(call) else 0
        time = _with_times(columns.time)
        usable = np.flatnonzero(base & (time >= 0))
        self.events = np.bincount(call[base], minlength=self.calls)
        code = runs.code[usable]
        of_code, self.runs = (
            _count_runs(call[events], runs.instance[events], time[events], self.calls)
            for events in (usable[code], usable[~code])
        )
        # Runs of code given to a shell count half.
        self.runs += of_code // 2
        self.bursts = _count_bursts(call[usable], time[usable], self.calls)
        typed = np.zeros(self.calls, dtype=np.bool_)
        typed[call[runs.typed]] = True
        self.of_caller = _count_runs_of_callers(runs, call[usable], usable, time, self.calls)
        self.in_runs = (self.runs >= bounds.runs) & (self.runs >= bounds.run_share * self.of_caller)
        self.throughout = (self.events >= bounds.events) & (
            _count_parts(call[usable], time[usable], bounds.slices, self.calls) >= bounds.spread
        )
        self.evenly = self._seen_evenly(columns, call, time, usable, ~typed & ~self.in_runs & ~self.throughout, bounds)
        self.returned = (self.in_runs | self.throughout | self.evenly)[call] if self.calls else base

    def _seen_evenly(
        self,
        columns: Columns,
        call: NDArray[np.int64],
        time: NDArray[np.int64],
        usable: NDArray[np.intp],
        candidates: Mask,
        bounds: Bounds,
    ) -> Mask:
        evenly: Mask = np.zeros(self.calls, dtype=np.bool_)
        possible = usable[(candidates & (self.bursts >= bounds.even))[call[usable]]]
        order = possible[np.argsort(call[possible], kind="stable")]
        for members in np.split(order, np.flatnonzero(np.diff(call[order])) + 1) if len(order) else ():
            starts = members[columns.kind[members] == Kind.EXEC]
            times = time[starts if len(starts) >= bounds.even else members]
            evenly[call[members[0]]] = _are_even(times, bounds)
        return evenly


def _are_even(times: NDArray[np.int64], bounds: Bounds) -> bool:
    """Return whether nine of ten intervals between bursts differ little from the median one."""
    ordered = np.sort(times)
    begins = ordered[np.concatenate(([True], np.diff(ordered) >= _PAUSE))]
    intervals = np.diff(begins)
    if len(begins) < bounds.even:
        return False
    median = float(np.median(intervals))
    return float(np.quantile(np.abs(intervals - median), 0.9)) <= bounds.jitter * median


def _with_times(time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the times, with that of the event before for events that have none (those of the loader)."""
    last_with_time = np.maximum.accumulate(np.where(time >= 0, np.arange(len(time)), -1))
    return np.where(last_with_time >= 0, time[np.maximum(last_with_time, 0)], -1)


def _count_runs(
    call: NDArray[np.int64], instance: NDArray[np.int64], time: NDArray[np.int64], calls: int
) -> NDArray[np.int64]:
    """Count the processes that started each call; those that begin in quick succession count as one."""
    order = np.lexsort((time, instance, call))
    call, instance, time = call[order], instance[order], time[order]
    first = np.ones(len(call), dtype=np.bool_)
    first[1:] = (call[1:] != call[:-1]) | (instance[1:] != instance[:-1])
    return _count_bursts(call[first], time[first], calls)


def _count_bursts(call: NDArray[np.int64], time: NDArray[np.int64], calls: int) -> NDArray[np.int64]:
    """Count, for each call, the times that come after a pause, the first included."""
    order = np.lexsort((time, call))
    call, time = call[order], time[order]
    begins = np.ones(len(call), dtype=np.bool_)
    begins[1:] = (call[1:] != call[:-1]) | (np.diff(time) >= _PAUSE)
    return np.bincount(call[begins], minlength=calls)


def _count_runs_of_callers(
    runs: Runs, call: NDArray[np.int64], usable: NDArray[np.intp], time: NDArray[np.int64], calls: int
) -> NDArray[np.int64]:
    """Return for each call the number of all runs of its caller."""
    caller = runs.caller[usable] + 1
    in_all = _count_runs(caller, runs.instance[usable], time[usable], int(caller.max(initial=0)) + 1)
    of_caller = np.zeros(calls, dtype=np.int64)
    of_caller[call] = in_all[caller]
    return of_caller


def _count_parts(call: NDArray[np.int64], time: NDArray[np.int64], slices: int, calls: int) -> NDArray[np.int64]:
    """Count the parts of the time covered in which each call was seen."""
    if not len(call):
        return np.zeros(calls, dtype=np.int64)
    seen = np.unique(call * slices + _parts(time, slices))
    return np.bincount(seen // slices, minlength=calls)


def _parts(time: NDArray[np.int64], slices: int) -> NDArray[np.int64]:
    """Return for each event the part of the time covered that it falls into.

    Pauses longer than a part are taken out. Otherwise most parts would be empty where files with a gap between them are
    read, or where a restart reports old processes with the day they began.
    """
    order = np.argsort(time, kind="stable")
    gaps = np.diff(time[order], prepend=time[order[0]])
    for _ in range(_PAUSE_ROUNDS):
        pause = gaps > gaps.sum() / slices
        if not pause.any():
            break
        gaps[pause] = 0
    passed = np.empty_like(gaps)
    passed[order] = np.cumsum(gaps)
    return np.asarray(passed * slices // (int(gaps.sum()) + 1))
