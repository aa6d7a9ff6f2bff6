"""The event table: what every screen and every verb looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tetratui.core.errors import SourceError
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.computed_column import ComputedColumn
from tetratui.core.table.event_columns import EventColumns
from tetratui.core.table.ingest.ingest import COLUMNS, Batch, BatchReader, Block, IndexedBatch, fill_times
from tetratui.core.table.ingest.refused_line import take_off_envelope
from tetratui.core.table.query_fields import NUMBERS, TEXT_FIELDS, build_event
from tetratui.core.table.read_lines import ReadLine, ReadMany, lines_of, one_by_one
from tetratui.core.table.row_shifts import RowShifts
from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.lookup_path import resolve
from tetratui.core.table.storage.vector import Held
from tetratui.core.table.table_event import Event
from tetratui.core.table.unreadable import UnreadableLines

KEPT_OF_BUDGET = 0.8
"""When the budget is passed, so much of it is filled again: letting go is done seldom and much at a time."""


class EventTable(EventColumns):
    """Events as columns, oldest first by where their lines stand in the sources.

    Row ids are stable: `first <= row < stop`. They become negative as history is joined above, so that marks and views
    keep theirs. One thread appends and prepends. Any thread may read, and sees whole rows only.
    """

    def __init__(self, read_line: ReadLine, budget: int | None = None, read_many: ReadMany | None = None) -> None:
        """Begin empty; `budget` is the memory in bytes beyond which the oldest events leave, None for no bound.

        `read_many` reads lines of one file in one go; without it each is read by `read_line`.
        """
        super().__init__()
        self._read_line = read_line
        self._read_many = read_many
        self._budget = budget
        # Rows of the sources count from the oldest event ever joined, even after that event has left memory.
        self._oldest_row = 0
        self.evicted_count = 0
        """Events that have left memory."""
        self.unreadable = UnreadableLines()
        self._row_shifts = RowShifts()
        self.faults: list[SourceError] = []
        """Sources that were read only in part: a truncated gzip."""
        self.notes: list[str] = []
        """What else an operator should know of the sources: files of a folder that were left out."""
        self.envelopes: Counter[str] = Counter()
        """Envelopes that were taken off, and of how many events."""
        self.parts = 0
        """Rows on which no event and no unreadable line begins: further lines of an event, brackets, a header."""
        self.lossy_files: Set[int] = frozenset()
        """Files whose events were rebuilt from fields that do not hold all of them."""
        self.bytes_read = 0
        """Bytes of the sources (unpacked), line feeds counted; only for tables made by `load`."""
        self._reader = BatchReader(self.processes, self.contexts, self.sockets)
        self._computed: dict[str, ComputedColumn] = {}
        self.version = 0
        """Grows with each change of the events or of the computed columns."""

    def part(self, start: int, stop: int) -> EventTable:
        """Return those of the row ids [start, stop) that are in memory as a table of their own, to read only.

        It keeps to the columns as they are now, whatever is appended, joined above or evicted meanwhile. So do the
        tables that the columns name: whoever combines two columns of either needs a part.
        """
        part, state = copy(self), self._state
        first = max(start, state.window.first)
        part._state = state.freeze(first, max(first, min(stop, state.window.stop)))
        return part

    def still(self) -> EventTable:
        """Return all events in memory as a table that does not change: see `part`."""
        window = self._window
        return self.part(window.first, window.stop)

    def append(self, batch: Batch | Block | IndexedBatch) -> range:
        """Add the newest events; return their row ids."""
        self._row_shifts.add(self.stop + self.unreadable.count_below, getattr(batch, "shifts", ()))
        new = self._reader.read(batch)
        window = self._window
        fill_times(new.columns, int(window.view("time")[-1]) if len(self) else UNKNOWN_TIME)
        for before, line, size in new.unreadable:
            self.unreadable.add(line, window.stop + before, size)
        self._state.line_locations.append(new.runs, window.stop)
        # Last: a reader that sees the new events finds everything they name.
        self._state = self._state._replace(window=window.joined(new.columns, new.count, above=False))
        self._keep_budget()
        self.version += 1
        return range(max(window.stop, self.first), self.stop)

    def prepend(self, batch: Batch | Block | IndexedBatch) -> range:
        """Join history above: events older than all in memory; return their row ids. A `full` table takes none."""
        if self.full:
            return range(self.first, self.first)
        new = self._reader.read(batch)
        window = self._window
        fill_times(new.columns, UNKNOWN_TIME)
        first = window.first - new.count
        self._state.line_locations.prepend(new.runs, first)
        self.unreadable.add_above([(line, first + before, size) for before, line, size in new.unreadable])
        self._state = self._state._replace(window=window.joined(new.columns, new.count, above=True))
        self.version += 1
        self._oldest_row = self.first
        return range(self.first, window.first)

    @property
    def nbytes(self) -> int:
        """Memory of the events and of what they name, about."""
        return self._state.nbytes

    @property
    def full(self) -> bool:
        """Whether the budget is reached: older history has no room."""
        return self.evicted_count > 0 or (self._budget is not None and self.nbytes >= self._budget * KEPT_OF_BUDGET)

    def evict_oldest(self, count: int) -> None:
        """Let the oldest `count` events leave memory, with the processes, texts and sockets that only they name."""
        self._state = self._state.without_oldest(count)
        self.evicted_count += count
        # Process, context and socket rows are numbered anew: what the reader remembers of them is void.
        self._reader = BatchReader(self.processes, self.contexts, self.sockets)

    def _keep_budget(self) -> None:
        if self._budget is None or self.nbytes <= self._budget:
            return
        # What an event costs varies: the first guess may let too few go. What all share (users, pods) never leaves.
        for _ in range(4):
            share = 1 - self._budget * KEPT_OF_BUDGET / self.nbytes
            count = min(len(self) - 1, int(len(self) * share) + 1)
            if self.nbytes <= self._budget or count < 1:
                break
            self.evict_oldest(count)

    def rebuilt(self) -> NDArray[np.bool_]:
        """Return which held events were rebuilt from fields that do not hold all of them (`lossy_files`)."""
        state, files = self._state, self.lossy_files
        mask = np.zeros(len(state.window.view("kind")), dtype=np.bool_)
        row = state.window.first
        while files and row < state.window.stop:
            following = state.line_locations.next_row(row)
            end = state.window.stop if following is None else min(following, state.window.stop)
            mask[row - state.window.first : end - state.window.first] = state.line_locations.run(row).file in files
            row = end
        return mask

    @property
    def rows_read(self) -> int:
        """Rows of the sources: events, unreadable lines, and the further lines of events that have several."""
        return self.stop - self._oldest_row + self.unreadable.count + self._row_shifts.total

    def source_rows(self) -> NDArray[np.int64]:
        """Return each event's row in the sources, counted from 0 with the unreadable lines."""
        window = self._window
        rows = np.arange(window.first, window.stop)
        return self._shift(rows - self._oldest_row + np.searchsorted(self.unreadable.next_rows, rows, side="right"))

    def unreadable_rows(self) -> NDArray[np.int64]:
        """Return the row in the sources of each unreadable line, counted from 0."""
        next_rows = self.unreadable.next_rows
        return self._shift(next_rows - self._oldest_row + np.arange(len(next_rows)))

    def _shift(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of lines, which are numbered from the oldest one."""
        above = self.unreadable.count - self.unreadable.count_below - self._oldest_row
        return lines + self._row_shifts.up_to(lines - above)

    @staticmethod
    def _index(window: Held, row: int) -> int:
        if not window.first <= row < window.stop:
            raise IndexError(f"row {row} is not in memory: {window.first} to {window.stop - 1} are")
        return window.zero + row

    def event(self, row: int) -> Event:
        """Return one row with its fields decoded; raises IndexError for a row that is not in memory."""
        # One read of the state: columns and tables of two states do not fit together.
        state = self._state
        columns, index = state.window.columns, self._index(state.window, row)
        event = build_event(state, row, {name: int(columns[name][index]) for name in COLUMNS})
        column = self._computed.get("host")
        return replace(event, host=column.texts[int(column.codes(row, row + 1)[0])]) if column is not None else event

    def line(self, row: int) -> bytes:
        """Read the whole line back, without its line feed; raises LineGone when its file has gone."""
        state = self._state
        index = self._index(state.window, row)
        _, file, offset = state.locate_line(row)
        return take_off_envelope(self._read_line(file, offset, int(state.window.columns["size"][index])))

    def lines(self, rows: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, bytes | SourceError]]:
        """Read whole lines back, near ones together: each row once with its line, in rising order.

        An error stands in the place of a line that can no longer be read, and of one whose event has left memory.
        """
        for row, line in lines_of(self._state, rows, self._read_many or one_by_one(self._read_line)):
            yield row, take_off_envelope(line) if isinstance(line, bytes) else line

    def json(self, row: int) -> dict[str, Any]:
        """Read the whole event back; raises LineGone."""
        event: dict[str, Any] = orjson.loads(self.line(row))
        return event

    def text_codes(self, field: str) -> tuple[NDArray[np.unsignedinteger[Any]], Texts]:
        """Return a field of the query language as one code an event, and the texts by code (0 = absent).

        Raises KeyError for a field that is no text.
        """
        path, texts = self.text_path(field)
        return resolve(path), texts

    def text_path(self, field: str) -> tuple[list[NDArray[Any]], Texts]:
        """Return the lookup path from each event to its code of a text field, and the texts by code.

        Raises KeyError for a field that is no text.
        """
        # One read of the state: columns and tables of two states do not fit together.
        window, processes, contexts, sockets, _ = self._state
        column, name = TEXT_FIELDS[field]
        table = {"context": contexts, "socket": sockets}.get(column, processes)
        return [window.view(column), *table.lookup_path(name)], table.texts[name]

    def numbers(self, field: str) -> NDArray[Any]:
        """Return a field of the query language as one number an event: -1 = absent; `took` in ms, NaN = absent.

        Raises KeyError for a field that is no number.
        """
        return NUMBERS[field](self.still())

    @property
    def warnings(self) -> list[str]:
        """What an operator should know of the sources, one sentence each."""
        return [*map(str, self.faults), *self.notes]

    def register_column(self, name: str, column: ComputedColumn) -> None:
        """Offer a column that somebody else computes to queries, as the field `name` (`mark`, `group`, `rule`)."""
        self._computed[name] = column
        self.version += 1

    def registered_column(self, name: str) -> ComputedColumn | None:
        """Return the column registered under this name, None if there is none."""
        return self._computed.get(name)
