"""What the operator called noise, keep or threat; it outlives the file, the table and the process.

A mark keeps the event's kind, exec_id, time and the whole line, so that *keep* protects an event no longer held.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import KIND_OF_WORD, Kind
from tetratui.core.table import EventTable
from tetratui.core.tuning.history import History


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
    def key(self) -> tuple[Kind, str, int]:
        """What tells one event from another."""
        return self.kind, self.exec_id, self.time

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; the line in base64, which keeps every byte."""
        line = base64.b64encode(self.line).decode()
        head = {"verdict": self.verdict.word, "kind": self.kind.word, "exec_id": self.exec_id}
        return {**head, "time": self.time, "line": line}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Mark:
        """Read what `to_json` wrote; raises KeyError or ValueError for anything else."""
        return cls(
            Verdict[str(value["verdict"]).upper()],
            KIND_OF_WORD[value["kind"]],
            str(value["exec_id"]),
            int(value["time"]),
            base64.b64decode(value["line"], validate=True),
        )


State = dict[tuple[Kind, str, int], Mark]


class Marks:
    """All marks of a session, with undo and redo."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._history: History[State] = History({mark.key: mark for mark in marks})

    @property
    def history(self) -> History[State]:
        """The states behind undo and redo, for the session file; treat them as frozen."""
        return self._history

    @classmethod
    def restored(cls, history: History[State]) -> Marks:
        """Take up the marks of a former session, undo and redo included."""
        marks = cls()
        marks._history = history
        return marks

    def __len__(self) -> int:
        return len(self._history.state)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._history.state.values())

    @property
    def version(self) -> int:
        """Grows with each change, undo and redo included."""
        return self._history.version

    def add(self, verdict: Verdict, table: EventTable, rows: Sequence[int]) -> int:
        """Mark these rows, in one step of undo; gives how many marks changed. Raises LineGone if a line is gone."""
        state = dict(self._history.state)
        changed = 0
        for row in rows:
            key = _key(table, row - table.first)
            known = state.get(key)
            if known is None or known.verdict != verdict:
                state[key] = Mark(verdict, *key, table.line(row) if known is None else known.line)
                changed += 1
        if changed:
            self._history.put(state)
        return changed

    def remove(self, table: EventTable, rows: Sequence[int]) -> int:
        """Take the marks off these rows, in one step of undo; gives how many there were."""
        state = dict(self._history.state)
        for row in rows:
            state.pop(_key(table, row - table.first), None)
        removed = len(self._history.state) - len(state)
        if removed:
            self._history.put(state)
        return removed

    def undo(self) -> bool:
        """Take the last change back; False if there is none."""
        return self._history.undo()

    def redo(self) -> bool:
        """Make the change last taken back again; False if there is none."""
        return self._history.redo()

    def of(self, *verdicts: Verdict) -> list[Mark]:
        """List the marks with one of these verdicts, oldest event first."""
        found = (mark for mark in self._history.state.values() if mark.verdict in verdicts)
        return sorted(found, key=lambda mark: (mark.time, mark.exec_id, mark.kind))

    def codes(self, table: EventTable) -> NDArray[np.uint8]:
        """Give the `mark` column: per held event the verdict's number, 0 without a mark."""
        found = np.zeros(table.stop - table.first, dtype=np.uint8)
        state = self._history.state
        if not state:
            return found
        times = np.array(sorted({time for _, _, time in state}), dtype=np.int64)
        for index in np.flatnonzero(np.isin(table.time, times)).tolist():
            mark = state.get(_key(table, index))
            if mark is not None:
                found[index] = mark.verdict
        return found

    def rows(self, table: EventTable, *verdicts: Verdict) -> NDArray[np.int64]:
        """List the row ids of held events marked so."""
        wanted = np.isin(self.codes(table), [int(verdict) for verdict in verdicts])
        return np.asarray(np.flatnonzero(wanted) + table.first, dtype=np.int64)


def _key(table: EventTable, index: int) -> tuple[Kind, str, int]:
    """Give the key of a held event's mark; `table.event()` would decode every field, for thousands of events a key."""
    exec_id = table.processes.exec_id(int(table.process[index])) or ""
    return Kind(int(table.kind[index])), exec_id, int(table.time[index])
