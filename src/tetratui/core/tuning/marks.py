"""Marks: events that the operator called noise, keep or threat.

A mark outlives the file, the table and the process: it has the event's kind, exec_id, time and whole line, so that
*keep* protects an event that is no longer in memory.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.table import EventTable
from tetratui.core.table.rebuilt_events import LOSSY, LOSSY_REMEDY


class Verdict(IntEnum):
    """What the operator called an event; the number is the code in the `mark` column, where 0 is no mark."""

    NOISE = 1
    KEEP = 2
    """Must stay visible: no draft may match it."""
    THREAT = 3
    """Must stay visible, and is an attack sample of the operator's own."""

    @property
    def word(self) -> str:
        """The word in queries, in the session file and on screen."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked event."""

    verdict: Verdict
    kind: Kind
    exec_id: str
    """Empty for an event without a process."""
    time: int
    """Nanoseconds since the epoch, -1 unknown."""
    line: bytes
    """The whole line of the export file."""

    @property
    def key(self) -> Key:
        """The key of the marked event."""
        return self.kind, self.exec_id, self.time


Rows = Sequence[int] | NDArray[np.int64]
Key = tuple[Kind, str, int]
"""Kind, exec_id and time of an event."""
Changes = dict[Key, Mark | None]
"""New marks of some events; None takes a mark off."""


class MarkingStoppedError(Exception):
    """Raised when the operator stops a marking while lines are read."""


@dataclass(slots=True)
class MarkingProgress:
    """The progress of a marking: the thread that marks writes `done`, another one may set `stopped`."""

    total: int
    done: int = 0
    stopped: bool = False

    def advance(self, rows: int = 1) -> None:
        """Count rows as done. Raises MarkingStoppedError once `stopped` is set."""
        self.done += rows
        if self.stopped:
            raise MarkingStoppedError


@dataclass(frozen=True, slots=True)
class MarkStep:
    """The changes of one marking; all of them are one step of undo."""

    made: dict[Key, Mark]
    removed: frozenset[Key] = frozenset()
    unreadable: tuple[SourceError, ...] = ()
    """Errors of the rows that get no mark, as a mark has the whole line: that is gone, or was rebuilt in part."""

    def read_all(self) -> MarkStep:
        """Return this step. Raises SourceError if a line could not be read."""
        if self.unreadable:
            raise self.unreadable[0]
        return self

    def after(self, marks: Marks) -> Marks:
        """Return the marks after this step; the same object where it changes nothing."""
        changes: Changes = {key: None for key in self.removed if key in marks}
        changes |= self.made
        return marks.apply(changes) if changes else marks


def mark_rows(
    marks: Marks, verdict: Verdict, table: EventTable, rows: Rows, progress: MarkingProgress | None = None
) -> MarkStep:
    """Return the step that marks rows. It reads their lines: call it in a thread. Raises MarkingStoppedError."""
    progress = progress or MarkingProgress(len(rows))
    made: dict[Key, Mark] = {}
    missing: dict[int, Key] = {}
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    in_memory = (wanted >= table.first) & (wanted < table.stop)
    for row, key in zip(wanted[in_memory].tolist(), keys_of(table, wanted[in_memory] - table.first), strict=True):
        known = marks.get(key)
        if known is None:
            missing[row] = key
        elif known.verdict != verdict:
            made[key] = Mark(verdict, *key, known.line)
    progress.advance(len(wanted) - len(missing) - int(np.count_nonzero(~in_memory)))
    first, rebuilt = table.first, table.rebuilt()
    unreadable = []
    for row, line in table.lines([*missing, *wanted[~in_memory].tolist()]):
        progress.advance()
        if isinstance(line, SourceError):
            unreadable.append(line)
        elif rebuilt[row - first : row - first + 1].any():
            unreadable.append(SourceError(LOSSY, LOSSY_REMEDY))
        else:
            made.setdefault(missing[row], Mark(verdict, *missing[row], line))
    return MarkStep(made, unreadable=tuple(unreadable))


def unmark_rows(marks: Marks, table: EventTable, rows: Rows) -> MarkStep:
    """Return the step that takes the marks off rows; it reads no line."""
    return MarkStep({}, frozenset(key for key in keys_of(table, _indexes(table, rows)) if key in marks))


def toggle_rows(
    marks: Marks, verdict: Verdict, table: EventTable, rows: Rows, progress: MarkingProgress | None = None
) -> MarkStep:
    """Return the step that marks rows or, where all have this verdict already, takes the marks off."""
    indexes = _indexes(table, rows)
    present = [marks.get(key) for key in keys_of(table, indexes)]
    if present and len(indexes) == len(rows) and all(mark is not None and mark.verdict == verdict for mark in present):
        return unmark_rows(marks, table, rows)
    return mark_rows(marks, verdict, table, rows, progress)


class _Layer:
    """Changes that were applied together; they are never altered afterwards."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """The distinct times of the events, sorted."""
        times = np.fromiter((time for _, _, time in self.changes), dtype=np.int64, count=len(self.changes))
        return np.unique(times)


class Marks:
    """The marks of a session; an object never changes, `apply` returns another.

    The marks are stored in layers, each less than half as long as the one below it. Objects made from one another share
    layers: one more mark beside 100,000 costs as much as the first, and so does keeping both objects for undo.
    """

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        changes: Changes = {mark.key: mark for mark in marks}
        self._layers: tuple[_Layer, ...] = (_Layer(changes),) if changes else ()
        self._length = len(changes)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Mark]:
        merged = reduce(operator.or_, (layer.changes for layer in self._layers), Changes())
        return (mark for mark in merged.values() if mark is not None)

    def __contains__(self, key: Key) -> bool:
        return self.get(key) is not None

    @property
    def layers(self) -> tuple[Changes, ...]:
        """The changes in each layer, the lowest and largest first; do not alter them."""
        return tuple(layer.changes for layer in self._layers)

    def get(self, key: Key) -> Mark | None:
        """Return the mark of an event, None if it has none."""
        for layer in reversed(self._layers):
            if key in layer.changes:
                return layer.changes[key]
        return None

    def apply(self, changes: Changes) -> Marks:
        """Return the marks after these changes."""
        result = Marks()
        gained = sum((mark is not None) - (self.get(key) is not None) for key, mark in changes.items())
        result._length = self._length + gained
        layers, newest = list(self._layers), changes
        while layers and len(layers[-1].changes) <= 2 * len(newest):
            newest = layers.pop().changes | newest
        if not layers:
            # Nothing lies below that a removal would have to cover.
            newest = {key: mark for key, mark in newest.items() if mark is not None}
        result._layers = (*layers, _Layer(newest)) if newest else tuple(layers)
        return result

    def with_rows(self, verdict: Verdict, table: EventTable, rows: Rows) -> Marks:
        """Return the marks after giving these rows a verdict. Raises SourceError if a line can no longer be read."""
        return mark_rows(self, verdict, table, rows).read_all().after(self)

    def changes_since(self, before: Marks) -> Changes:
        """Return the changes that lead from other marks to these; quick if one object was made from the other."""
        shared = sum(1 for ours, theirs in zip(self._layers, before._layers, strict=False) if ours is theirs)
        layers = (*before._layers[shared:], *self._layers[shared:])
        keys = dict.fromkeys(key for layer in layers for key in layer.changes)
        return {key: mark for key in keys if (mark := self.get(key)) is not before.get(key)}

    def of(self, *verdicts: Verdict) -> list[Mark]:
        """List the marks with one of these verdicts, oldest event first."""
        listed = (mark for mark in self if mark.verdict in verdicts)
        return sorted(listed, key=lambda mark: (mark.time, mark.exec_id, mark.kind))

    def codes(self, table: EventTable) -> NDArray[np.uint8]:
        """Return the `mark` column: for each held event the verdict's number, 0 without a mark."""
        time = table.time
        codes = np.zeros(len(time), dtype=np.uint8)
        if not self._length:
            return codes
        # Only events at the time of some mark are worth a key, which takes a Python object each.
        positions = np.minimum(np.searchsorted(self._times, time), len(self._times) - 1)
        indexes = np.flatnonzero(self._times[positions] == time)
        for index, key in zip(indexes.tolist(), keys_of(table, indexes), strict=True):
            mark = self.get(key)
            if mark is not None:
                codes[index] = mark.verdict
        return codes

    def rows(self, table: EventTable, *verdicts: Verdict) -> NDArray[np.int64]:
        """Return the row ids of held events that have one of these verdicts."""
        wanted = np.isin(self.codes(table), [int(verdict) for verdict in verdicts])
        return np.asarray(np.flatnonzero(wanted) + table.first, dtype=np.int64)

    @cached_property
    def _times(self) -> NDArray[np.int64]:
        return np.unique(np.concatenate([layer.times for layer in self._layers]))


def _indexes(table: EventTable, rows: Rows) -> NDArray[np.int64]:
    """Return the positions in the columns of those rows that are in memory."""
    wanted = np.asarray(rows, dtype=np.int64)
    return wanted[(wanted >= table.first) & (wanted < table.stop)] - table.first


_KINDS = {int(kind): kind for kind in Kind}


def keys_of(table: EventTable, indexes: NDArray[Any]) -> Iterator[Key]:
    """Yield the keys of held events, by columns: `table.event()` would decode every field of each of them."""
    codes, inverse = np.unique(table.process[indexes], return_inverse=True)
    exec_ids = [table.processes.exec_id(code) or "" for code in codes.tolist()]
    for kind, process, time in zip(
        table.kind[indexes].tolist(), inverse.tolist(), table.time[indexes].tolist(), strict=True
    ):
        yield _KINDS[kind], exec_ids[process], time
