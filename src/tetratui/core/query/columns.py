"""Find the columns of a field in a table: codes of distinct texts, or numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tetratui.core.events.kinds import Kind
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.table.storage.lookup_path import LookupPath, resolve

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.table.storage.process_table import ProcessTable

Codes = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

KIND_WORDS = [kind.word for kind in Kind]
"""The text of each code of the `kind` column."""
NO_TEXTS = [""]
"""The texts of a computed column that nobody has registered."""
COMPUTED_FIELDS = ("mark", "group", "rule")
"""Fields whose columns are computed outside the table; where such a column is not registered, no event has a value."""
HOST = "host"
"""The field of the host as the operator reaches it; where all events come from one source, of the node's name."""


class DistinctTexts(Protocol):
    """The distinct texts of one column by code. Code 0 is the absent text, except of kinds, which are never absent."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, code: int, /) -> str: ...

    @overload
    def __getitem__(self, code: slice, /) -> Sequence[str]: ...


def find_text_codes(table: EventTable, field: str) -> tuple[Codes, DistinctTexts]:
    """Return the codes of a text field, one an event, and the distinct texts by code."""
    path, texts = find_text_path(table, field)
    return resolve(path), texts


def find_text_path(table: EventTable, field: str) -> tuple[LookupPath, DistinctTexts]:
    """Return the lookup path from each event to its code of a text field, and the distinct texts by code."""
    if field == "kind":
        return [table.kind], KIND_WORDS
    if field == "cmd":
        return find_command_lines(table)
    if field == "technique":
        # The rules are read only where a query asks for them.
        from tetratui.core.lineage.technique_column import TECHNIQUE_TEXTS, find_technique_codes

        return [find_technique_codes(table)], TECHNIQUE_TEXTS
    if field in COMPUTED_FIELDS:
        column = table.registered_column(field)
        if column is None:
            return [np.zeros(len(table), dtype=np.uint8)], NO_TEXTS
        return [column.codes(table.first, table.stop)], column.texts
    reached = table.registered_column(field) if field == HOST else None
    if reached is not None:
        return [reached.codes(table.first, table.stop)], reached.texts
    return table.text_path(field)


def find_numbers(table: EventTable, field: str) -> tuple[npt.NDArray[Any], Mask]:
    """Return the numbers of a field, one an event, and a mask of the events that have one."""
    numbers = table.numbers(field)
    return numbers, ~np.isnan(numbers) if numbers.dtype.kind == "f" else numbers != -1


def count_values(table: EventTable, field: str) -> Iterator[tuple[str, int]]:
    """Yield the values of a field and how many events in memory have each, the most frequent first."""
    table = table.still()
    if FIELDS[field].sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        numbers, present = find_numbers(table, field)
        values, counts = np.unique(numbers[present], return_counts=True)
        for index in np.argsort(-counts, kind="stable"):
            yield str(values[index]), int(counts[index])
        return
    # The binaries of ancestors are not counted; those of the events themselves stand in for them.
    codes, texts = find_text_codes(table, "bin" if field == "anc" else field)
    counts = np.bincount(codes, minlength=1)
    if field != "kind":
        counts[0] = 0
    used = np.flatnonzero(counts)
    for code in used[np.argsort(-counts[used], kind="stable")]:
        yield texts[int(code)], int(counts[code])


class CommandLines:
    """The distinct command lines (binary, a space, arguments) of the process rows of a table; grows with the table.

    All queries over one table share this object, hence the lock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts: list[str] = [""]
        self._code_of: dict[tuple[int, int], int] = {}
        self._codes = np.zeros(1, dtype=np.uint32)

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, code: int, /) -> str: ...

    @overload
    def __getitem__(self, code: slice, /) -> list[str]: ...

    def __getitem__(self, code: int | slice, /) -> str | list[str]:
        return self._texts[code]

    def codes_of_rows(self, table: EventTable) -> Codes:
        """Return the code of each process row, after adding the rows that are new."""
        processes = table.processes.freeze()
        binary, arguments, rows = processes.binary, processes.arguments, len(processes)
        with self._lock:
            known = len(self._codes)
            if rows > known:
                pairs = zip(binary[known:rows].tolist(), arguments[known:rows].tolist(), strict=True)
                new = [self._code(table, pair) for pair in pairs]
                self._codes = np.concatenate([self._codes, np.array(new, dtype=np.uint32)])
            return self._codes

    def _code(self, table: EventTable, pair: tuple[int, int]) -> int:
        code = self._code_of.get(pair)
        if code is None:
            texts = table.processes.texts
            text = " ".join(filter(None, (texts["binary"][pair[0]], texts["arguments"][pair[1]])))
            code = len(self._texts) if text else 0
            if text:
                self._texts.append(text)
            self._code_of[pair] = code
        return code


_COMMAND_LINES: WeakKeyDictionary[ProcessTable, CommandLines] = WeakKeyDictionary()


def find_command_lines(table: EventTable) -> tuple[LookupPath, DistinctTexts]:
    """Return the lookup path to the command line of each event, and the texts, which are made once a table."""
    command_lines = _COMMAND_LINES.setdefault(table.processes.growing, CommandLines())
    # The events first: every process row that they name then has a command line.
    process = table.process
    return [process, command_lines.codes_of_rows(table)], command_lines
