"""The event table: what every screen and every verb looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.ingest.ingest import COLUMNS, Batch, Indexed, Intake, stamp
from tetratui.core.table.query_fields import NUMBERS, TEXT_FIELDS, event_of
from tetratui.core.table.read_lines import ReadLine, ReadMany, lines_of, one_by_one
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.lookup_path import resolve
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.storage.table_state import nothing
from tetratui.core.table.storage.vector import Held
from tetratui.core.table.table_event import Event
from tetratui.core.table.unreadable import UnreadableLines

KEPT_OF_BUDGET = 0.8
"""When the budget is passed, so much of it is filled again: letting go is done seldom and much at a time."""


class EventTable:
    """Events as columns, oldest first by their place in the sources.

    Row ids are stable: `first <= row < stop`; they become negative as history is joined above. Columns are views over
    the held rows, index = row - first. One thread appends and prepends; any thread may read, and sees whole rows only.
    """

    def __init__(self, read_line: ReadLine, budget: int | None = None, read_many: ReadMany | None = None) -> None:
        """Begin empty; `budget` is the memory in bytes beyond which the oldest events leave, None for no bound.

        `read_many` reads lines of one file in one go; without it each is read by `read_line`.
        """
        self._read_line = read_line
        self._read_many = read_many
        self._budget = budget
        self._state = nothing()
        self._lowest = 0
        self.left = 0
        """So many events have left memory."""
        self.unreadable = UnreadableLines()
        self.faults: list[SourceError] = []
        """Sources that were read only in part: a truncated gzip."""
        self.bytes_read = 0
        """Bytes of the sources (unpacked) that the rows stand in, line feeds counted; for tables made by `load`."""
        self._intake = Intake(self.processes, self.contexts, self.sockets)
        self._registered: dict[str, Any] = {}
        self.version = 0

    @property
    def _held(self) -> Held:
        return self._state.held

    @property
    def processes(self) -> ProcessTable:
        """The processes that `process` and `parent` number; another object, numbered anew, after events have left."""
        return self._state.processes

    @property
    def contexts(self) -> ContextTable:
        """What `standalone` numbers; another object after events have left."""
        return self._state.contexts

    @property
    def sockets(self) -> SocketTable:
        """What `socket` numbers; another object after events have left."""
        return self._state.sockets

    @property
    def first(self) -> int:
        """The lowest row id held."""
        return self._held.first

    @property
    def stop(self) -> int:
        """One above the highest row id held."""
        return self._held.stop

    def __len__(self) -> int:
        held = self._held
        return held.stop - held.first

    @property
    def time(self) -> NDArray[np.int64]:
        """Nanoseconds since the epoch, UTC; -1 unknown."""
        return self._held.view("time")

    @property
    def kind(self) -> NDArray[np.uint8]:
        """Codes of `Kind`."""
        return self._held.view("kind")

    @property
    def process(self) -> NDArray[np.uint32]:
        """Row in `processes`; 0 without a process block."""
        return self._held.view("process")

    @property
    def parent(self) -> NDArray[np.uint32]:
        """Row in `processes` of the parent block; 0 without one."""
        return self._held.view("parent")

    @property
    def context(self) -> NDArray[np.uint32]:
        """Row in `owns`."""
        return self._held.view("context")

    @property
    def socket(self) -> NDArray[np.uint32]:
        """Row in `sockets`; 0 without a socket."""
        return self._held.view("socket")

    @property
    def size(self) -> NDArray[np.uint32]:
        """Bytes of the line, without its line feed."""
        return self._held.view("size")

    @property
    def approximate(self) -> NDArray[np.bool_]:
        """The time is that of the line before."""
        return self._held.view("approximate")

    def part(self, start: int, stop: int) -> EventTable:
        """Give the row ids [start, stop) that are held as a table of their own, to read only.

        It keeps to the columns as they are now, whatever is appended, joined above or let go meanwhile.
        """
        part = copy(self)
        held = self._held
        first = max(start, held.first)
        part._state = self._state._replace(held=held._replace(first=first, stop=max(first, min(stop, held.stop))))
        return part

    def append(self, batch: Batch | Indexed) -> range:
        """Add newest events; returns their row ids."""
        taken = self._intake.take(batch)
        held = self._held
        stamp(taken.columns, int(held.view("time")[-1]) if len(self) else UNKNOWN_TIME)
        for before, line, size in taken.unreadable:
            self.unreadable.add(line, held.stop + before, size)
        self._state.places.append(taken.runs, held.stop)
        self._state = self._state._replace(held=held.joined(taken.columns, taken.count, above=False))
        self._keep_budget()
        self.version += 1
        return range(max(held.stop, self.first), self.stop)

    def prepend(self, batch: Batch | Indexed) -> range:
        """Join history above: events older than all held; returns their row ids. Nothing is taken when `full`."""
        if self.full:
            return range(self.first, self.first)
        taken = self._intake.take(batch)
        held = self._held
        stamp(taken.columns, UNKNOWN_TIME)
        first = held.first - taken.count
        self._state.places.prepend(taken.runs, first)
        self.unreadable.add_above([(line, first + before, size) for before, line, size in taken.unreadable])
        self._state = self._state._replace(held=held.joined(taken.columns, taken.count, above=True))
        self.version += 1
        self._lowest = self.first
        return range(self.first, held.first)

    @property
    def nbytes(self) -> int:
        """Memory of the events and of what they name, about."""
        return self._state.nbytes

    @property
    def full(self) -> bool:
        """The budget is reached: older history has no room."""
        return self.left > 0 or (self._budget is not None and self.nbytes >= self._budget * KEPT_OF_BUDGET)

    def _keep_budget(self) -> None:
        if self._budget is None or self.nbytes <= self._budget:
            return
        # What an event costs varies: the first guess may let too few go. What all share (users, pods) never leaves.
        for _ in range(4):
            share = 1 - self._budget * KEPT_OF_BUDGET / self.nbytes
            leaving = min(len(self) - 1, int(len(self) * share) + 1)
            if self.nbytes <= self._budget or leaving < 1:
                break
            self._state = self._state.without_oldest(leaving)
            self.left += leaving
        # What was known by its bytes has another number now.
        self._intake = Intake(self.processes, self.contexts, self.sockets)

    @property
    def rows_read(self) -> int:
        """Rows of the sources: events and unreadable lines."""
        return self.stop - self._lowest + self.unreadable.count

    def source_rows(self) -> NDArray[np.int64]:
        """Give the number of each held event's row in the sources, from 0, unreadable lines counted."""
        held = self._held
        rows = np.arange(held.first, held.stop)
        return rows - self._lowest + np.searchsorted(self.unreadable.next_rows, rows, side="right")

    def unreadable_rows(self) -> NDArray[np.int64]:
        """Give the numbers of the unreadable rows in the sources."""
        next_rows = self.unreadable.next_rows
        return next_rows - self._lowest + np.arange(len(next_rows))

    @staticmethod
    def _index(held: Held, row: int) -> int:
        if not held.first <= row < held.stop:
            raise IndexError(f"row {row} is not held: {held.first} to {held.stop - 1} are")
        return held.zero + row

    def event(self, row: int) -> Event:
        """Give one row with its fields decoded; raises IndexError for a row that is not held."""
        held = self._held
        index = self._index(held, row)
        return event_of(self, row, {name: int(held.columns[name][index]) for name in COLUMNS})

    def line(self, row: int) -> bytes:
        """Read the whole line back, without its line feed; raises LineGone when its file has left."""
        state = self._state
        index = self._index(state.held, row)
        _, file, offset = state.place(row)
        return self._read_line(file, offset, int(state.held.columns["size"][index]))

    def lines(self, rows: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, bytes | SourceError]]:
        """Read whole lines back, near ones together: each row once with its line, in rising order.

        An error stands in the place of a line that can no longer be read, and of one whose event has left memory.
        """
        return lines_of(self._state, rows, self._read_many or one_by_one(self._read_line))

    def json(self, row: int) -> dict[str, Any]:
        """Read the whole event back; raises LineGone."""
        whole: dict[str, Any] = orjson.loads(self.line(row))
        return whole

    def text_codes(self, field: str) -> tuple[NDArray[np.unsignedinteger[Any]], Texts]:
        """Give a field of the query language as codes, one per held event, and the texts they stand for (0 = absent).

        Raises KeyError for a field that is no text.
        """
        steps, texts = self.text_steps(field)
        return resolve(steps), texts

    def text_steps(self, field: str) -> tuple[list[NDArray[Any]], Texts]:
        """Give what leads from an event to its code of a text field (see `steps.spread`), and the texts."""
        held, processes, contexts, sockets, _ = self._state
        holder, name = TEXT_FIELDS[field]
        source = {"context": contexts, "socket": sockets}.get(holder, processes)
        return [held.view(holder), *source.steps(name)], source.texts[name]

    def numbers(self, field: str) -> NDArray[Any]:
        """Give a field of the query language as numbers, one per held event: -1 = absent; `took` in ms, NaN = absent.

        Raises KeyError for a field that is no number.
        """
        return NUMBERS[field](self)

    @property
    def warnings(self) -> list[str]:
        """What an operator should know of the sources, one sentence each."""
        return [str(fault) for fault in self.faults]

    def register(self, name: str, column: Any) -> None:
        """Offer a column that someone else computes (`mark`, `group`, `rule`) to queries."""
        self._registered[name] = column
        self.version += 1

    def registered(self, name: str) -> Any:
        """Give a registered column, None if nobody offers it."""
        return self._registered.get(name)

    def kinds(self) -> dict[Kind, int]:
        """Count the held events by kind; kinds without any are left out."""
        counts = np.bincount(self.kind, minlength=len(Kind))
        return {kind: int(counts[kind]) for kind in Kind if counts[kind]}


def rows_of(mask: NDArray[np.bool_], first: int) -> Sequence[int]:
    """Turn a mask over held rows into row ids."""
    found: list[int] = (np.flatnonzero(mask) + first).tolist()
    return found
