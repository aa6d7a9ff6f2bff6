"""Where each field of a query stands in a table: codes of distinct texts, numbers, and what is derived from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tetratui.core.events.kinds import Kind
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.table.storage.lookup_path import Steps, resolve

if TYPE_CHECKING:
    from tetratui.core.table import EventTable as Table
    from tetratui.core.table.storage.process_table import ProcessTable

Codes = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

KIND_WORDS = [kind.word for kind in Kind]
"""The text of each code of the `kind` column."""
NO_TEXTS = [""]
"""The texts of a column that nobody has registered."""
REGISTERED = ("mark", "group", "rule")
"""Columns computed by others (`EventTable.register`); a table may lack them, and then no event has one."""


class DistinctTexts(Protocol):
    """The distinct texts of one column by code; code 0 is the absent one, except of kinds, which are never absent."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, code: int, /) -> str: ...

    @overload
    def __getitem__(self, code: slice, /) -> Sequence[str]: ...


class Registered(Protocol):
    """What is registered with a table as `mark`, `group` or `rule`."""

    texts: Sequence[str]
    """The values by code; code 0 is the absent one. Codes that come to mean something else need a new object here."""

    def codes(self, start: int, stop: int) -> Codes:
        """Give the code of each held row id in [start, stop)."""


def texts(table: Table, field: str) -> tuple[Codes, DistinctTexts]:
    """Give the codes of a text field, one per held event, and the distinct texts they stand for."""
    found, distinct = steps(table, field)
    return resolve(found), distinct


def steps(table: Table, field: str) -> tuple[Steps, DistinctTexts]:
    """Give what leads from each held event to its code of a text field, and the distinct texts."""
    if field == "kind":
        return [table.kind], KIND_WORDS
    if field == "cmd":
        return command_lines(table)
    if field in REGISTERED:
        column: Registered | None = table.registered(field)
        if column is None:
            return [np.zeros(len(table), dtype=np.uint8)], NO_TEXTS
        return [column.codes(table.first, table.stop)], column.texts
    return table.text_steps(field)


def numbers(table: Table, field: str) -> tuple[npt.NDArray[Any], Mask]:
    """Give the numbers of a field, one per held event, and where there is one."""
    found = table.numbers(field)
    return found, ~np.isnan(found) if found.dtype.kind == "f" else found != -1


def seen(table: Table, field: str) -> Iterator[tuple[str, int]]:
    """Yield the values a field has among the events held with their counts, the most frequent first."""
    if FIELDS[field].sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        found, there = numbers(table, field)
        values, counts = np.unique(found[there], return_counts=True)
        for place in np.argsort(-counts, kind="stable"):
            yield str(values[place]), int(counts[place])
        return
    codes, distinct = texts(table, "bin" if field == "anc" else field)
    counts = np.bincount(codes, minlength=1)
    if field != "kind":
        counts[0] = 0
    present = np.flatnonzero(counts)
    for code in present[np.argsort(-counts[present], kind="stable")]:
        yield distinct[int(code)], int(counts[code])


class CommandLines:
    """The distinct command lines (binary, a blank, arguments) of a table's process rows; grows with the table.

    Shared by all queries over one table, hence the lock.
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

    def of_rows(self, table: Table) -> Codes:
        """Give the code of each process row, reading those that are new."""
        binary, arguments = table.processes.binary, table.processes.arguments
        rows = min(len(binary), len(arguments))
        with self._lock:
            known = len(self._codes)
            if rows > known:
                pairs = zip(binary[known:rows].tolist(), arguments[known:rows].tolist(), strict=True)
                new = [self._code(table, pair) for pair in pairs]
                self._codes = np.concatenate([self._codes, np.array(new, dtype=np.uint32)])
            return self._codes

    def _code(self, table: Table, pair: tuple[int, int]) -> int:
        code = self._code_of.get(pair)
        if code is None:
            distinct = table.processes.texts
            text = " ".join(filter(None, (distinct["binary"][pair[0]], distinct["arguments"][pair[1]])))
            code = len(self._texts) if text else 0
            if text:
                self._texts.append(text)
            self._code_of[pair] = code
        return code


_LINES: WeakKeyDictionary[ProcessTable, CommandLines] = WeakKeyDictionary()


def command_lines(table: Table) -> tuple[Steps, DistinctTexts]:
    """Give what leads to the command line of each event; the texts are made once per table, for all queries."""
    lines = _LINES.setdefault(table.processes, CommandLines())
    rows = table.process
    return [rows, lines.of_rows(table)], lines
