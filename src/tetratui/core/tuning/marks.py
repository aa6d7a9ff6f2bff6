"""What the operator called noise, keep or threat; it outlives the file, the table and the process.

A mark keeps the event's kind, exec_id, time and the whole line, so that *keep* protects an event no longer held.
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


class Verdict(IntEnum):
    """What an event is; the number is the code in the `mark` column, 0 there is no mark."""

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
    """The whole line as it stood in the export file."""

    @property
    def key(self) -> Key:
        """What tells one event from another."""
        return self.kind, self.exec_id, self.time


Rows = Sequence[int] | NDArray[np.int64]
Key = tuple[Kind, str, int]
"""Kind, exec_id and time of an event."""
Changes = dict[Key, Mark | None]
"""What becomes of some events' marks; None takes a mark off."""


class MarkingStoppedError(Exception):
    """The operator stopped the marking while lines were being read."""


@dataclass(slots=True)
class Progress:
    """How far a marking has come; the thread that marks writes `done`, another one may set `stopped`."""

    total: int
    done: int = 0
    stopped: bool = False

    def advance(self, rows: int = 1) -> None:
        """Count rows as done; raises MarkingStoppedError once the marking was stopped."""
        self.done += rows
        if self.stopped:
            raise MarkingStoppedError


@dataclass(frozen=True, slots=True)
class MarkStep:
    """What one marking changes: all of it together is one step of undo."""

    made: dict[Key, Mark]
    removed: frozenset[Key] = frozenset()
    unreadable: tuple[SourceError, ...] = ()
    """Why rows get no mark, one reason a row: a mark keeps the line, and theirs can no longer be read."""

    def read_all(self) -> MarkStep:
        """Return it; raises SourceError if a line could not be read."""
        if self.unreadable:
            raise self.unreadable[0]
        return self

    def after(self, marks: Marks) -> Marks:
        """Return the marks after this step, the same where it changes nothing."""
        changes: Changes = {key: None for key in self.removed if key in marks}
        changes |= self.made
        return marks.apply(changes) if changes else marks


def marking(
    marks: Marks, verdict: Verdict, table: EventTable, rows: Rows, progress: Progress | None = None
) -> MarkStep:
    """Read what it takes to mark rows; for a thread, as it reads their lines. Raises MarkingStoppedError."""
    progress = progress or Progress(len(rows))
    made: dict[Key, Mark] = {}
    missing: dict[int, Key] = {}
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    held = (wanted >= table.first) & (wanted < table.stop)
    for row, key in zip(wanted[held].tolist(), keys_of(table, wanted[held] - table.first), strict=True):
        known = marks.get(key)
        if known is None:
            missing[row] = key
        elif known.verdict != verdict:
            made[key] = Mark(verdict, *key, known.line)
    progress.advance(len(wanted) - len(missing) - int(np.count_nonzero(~held)))
    unreadable = []
    for row, line in table.lines([*missing, *wanted[~held].tolist()]):
        progress.advance()
        if isinstance(line, SourceError):
            unreadable.append(line)
        else:
            made.setdefault(missing[row], Mark(verdict, *missing[row], line))
    return MarkStep(made, unreadable=tuple(unreadable))


def unmarking(marks: Marks, table: EventTable, rows: Rows) -> MarkStep:
    """Find the marks to take off rows; reads no line."""
    return MarkStep({}, frozenset(key for key in keys_of(table, _indexes(table, rows)) if key in marks))


def toggling(
    marks: Marks, verdict: Verdict, table: EventTable, rows: Rows, progress: Progress | None = None
) -> MarkStep:
    """Read what it takes to mark rows or, where all are marked so already, to take the marks off."""
    indexes = _indexes(table, rows)
    found = [marks.get(key) for key in keys_of(table, indexes)]
    if found and len(indexes) == len(rows) and all(mark is not None and mark.verdict == verdict for mark in found):
        return unmarking(marks, table, rows)
    return marking(marks, verdict, table, rows, progress)


class _Layer:
    """Changes that were applied together; never changed afterwards."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """The times of the events, in order."""
        times = np.fromiter((time for _, _, time in self.changes), dtype=np.int64, count=len(self.changes))
        return np.unique(times)


class Marks:
    """The marks of a session; they never change, `apply` returns others.

    They lie in layers, each less than half as long as the one below it, and a layer is shared by all that were made
    from it: one more mark beside 100,000 costs as much as the first, and so does keeping both for undo.
    """

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        first: Changes = {mark.key: mark for mark in marks}
        self._layers: tuple[_Layer, ...] = (_Layer(first),) if first else ()
        self._length = len(first)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Mark]:
        merged = reduce(operator.or_, (layer.changes for layer in self._layers), Changes())
        return (mark for mark in merged.values() if mark is not None)

    def __contains__(self, key: Key) -> bool:
        return self.get(key) is not None

    def get(self, key: Key) -> Mark | None:
        """Return the mark of an event, None if it has none."""
        for layer in reversed(self._layers):
            if key in layer.changes:
                return layer.changes[key]
        return None

    def apply(self, changes: Changes) -> Marks:
        """Return the marks after these changes."""
        made = Marks()
        gained = sum((mark is not None) - (self.get(key) is not None) for key, mark in changes.items())
        made._length = self._length + gained
        layers, newest = list(self._layers), changes
        while layers and len(layers[-1].changes) <= 2 * len(newest):
            newest = layers.pop().changes | newest
        if not layers:
            newest = {key: mark for key, mark in newest.items() if mark is not None}
        made._layers = (*layers, _Layer(newest)) if newest else tuple(layers)
        return made

    def with_rows(self, verdict: Verdict, table: EventTable, rows: Rows) -> Marks:
        """Return the marks with these rows marked so; raises SourceError if a line can no longer be read."""
        return marking(self, verdict, table, rows).read_all().after(self)

    def changes_since(self, before: Marks) -> Changes:
        """Return the changes that lead from other marks to these; quick if one was made from the other."""
        shared = sum(1 for ours, theirs in zip(self._layers, before._layers, strict=False) if ours is theirs)
        layers = (*before._layers[shared:], *self._layers[shared:])
        keys = dict.fromkeys(key for layer in layers for key in layer.changes)
        return {key: mark for key in keys if (mark := self.get(key)) is not before.get(key)}

    def of(self, *verdicts: Verdict) -> list[Mark]:
        """List the marks with one of these verdicts, oldest event first."""
        found = (mark for mark in self if mark.verdict in verdicts)
        return sorted(found, key=lambda mark: (mark.time, mark.exec_id, mark.kind))

    def codes(self, table: EventTable) -> NDArray[np.uint8]:
        """Give the `mark` column: per held event the verdict's number, 0 without a mark."""
        time = table.time
        found = np.zeros(len(time), dtype=np.uint8)
        if not self._length:
            return found
        places = np.minimum(np.searchsorted(self._times, time), len(self._times) - 1)
        indexes = np.flatnonzero(self._times[places] == time)
        for index, key in zip(indexes.tolist(), keys_of(table, indexes), strict=True):
            mark = self.get(key)
            if mark is not None:
                found[index] = mark.verdict
        return found

    def rows(self, table: EventTable, *verdicts: Verdict) -> NDArray[np.int64]:
        """List the row ids of held events marked so."""
        wanted = np.isin(self.codes(table), [int(verdict) for verdict in verdicts])
        return np.asarray(np.flatnonzero(wanted) + table.first, dtype=np.int64)

    @cached_property
    def _times(self) -> NDArray[np.int64]:
        return np.unique(np.concatenate([layer.times for layer in self._layers]))


def _indexes(table: EventTable, rows: Rows) -> NDArray[np.int64]:
    """Return where in the columns those of the rows stand that are held."""
    wanted = np.asarray(rows, dtype=np.int64)
    return wanted[(wanted >= table.first) & (wanted < table.stop)] - table.first


_KINDS = {int(kind): kind for kind in Kind}


def keys_of(table: EventTable, indexes: NDArray[Any]) -> Iterator[Key]:
    """Give the keys of held events; `table.event()` would decode every field, for thousands of events a key."""
    codes, places = np.unique(table.process[indexes], return_inverse=True)
    exec_ids = [table.processes.exec_id(code) or "" for code in codes.tolist()]
    for kind, place, time in zip(
        table.kind[indexes].tolist(), places.tolist(), table.time[indexes].tolist(), strict=True
    ):
        yield _KINDS[kind], exec_ids[place], time
