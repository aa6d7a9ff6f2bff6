"""Where each field of a query stands in a table: codes of distinct texts, numbers, and what is derived from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tetratui.core.events.kinds import Kind
from tetratui.core.query.fields import FIELDS, Sort

if TYPE_CHECKING:
    from tetratui.core.table import EventTable as Table

Codes = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

KIND_WORDS = [kind.word for kind in Kind]
"""The text of each code of the `kind` column."""
REGISTERED = ("mark", "group", "rule")
"""Columns computed by others; a table may lack them, and then no event has one."""


class DistinctTexts(Protocol):
    """The distinct texts of one column by code; code 0 is the absent one, except of kinds, which are never absent."""

    def __len__(self) -> int: ...

    def __getitem__(self, code: int, /) -> str: ...


def texts(table: Table, field: str, start: int, stop: int) -> tuple[Codes, DistinctTexts]:
    """Give the codes of a text field for the row ids [start, stop), and the distinct texts they stand for."""
    if field == "kind":
        return cut(table, table.kind, start, stop), KIND_WORDS
    if field == "cmd":
        return command_lines(table, start, stop)
    try:
        codes, distinct = table.text_codes(field)
    except KeyError:
        if field not in REGISTERED:
            raise
        return np.zeros(stop - start, dtype=np.uint8), [""]
    return cut(table, codes, start, stop), distinct


def numbers(table: Table, field: str, start: int, stop: int) -> tuple[npt.NDArray[Any], Mask]:
    """Give the numbers of a field for the row ids [start, stop), and where there is one."""
    found = cut(table, table.numbers(field), start, stop)
    return found, ~np.isnan(found) if found.dtype.kind == "f" else found != -1


def seen(table: Table, field: str) -> list[tuple[str, int]]:
    """List the values a field has among the events held, the most frequent first."""
    if FIELDS[field].sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        found, there = numbers(table, field, table.first, table.stop)
        values, counts = np.unique(found[there], return_counts=True)
        pairs = [(str(value), int(count)) for value, count in zip(values, counts, strict=True)]
    else:
        codes, distinct = texts(table, "bin" if field == "anc" else field, table.first, table.stop)
        counts = np.bincount(codes, minlength=1)
        present = [int(code) for code in np.flatnonzero(counts)]
        pairs = [(distinct[code], int(counts[code])) for code in present if code or field == "kind"]
    return sorted(pairs, key=lambda pair: -pair[1])


def cut(table: Table, column: npt.NDArray[Any], start: int, stop: int) -> npt.NDArray[Any]:
    """Cut the row ids [start, stop) out of a column over the held rows."""
    return column[start - table.first : stop - table.first]


class CommandLines:
    """The distinct command lines (binary, a blank, arguments) of a table's process rows; grows with the table."""

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._code_of: dict[tuple[int, int], int] = {}
        self._codes = np.zeros(1, dtype=np.uint32)

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, code: int, /) -> str:
        return self._texts[code]

    def of_rows(self, table: Table) -> Codes:
        """Give the code of each process row, reading those that are new."""
        known, binary, arguments = len(self._codes), table.processes.binary, table.processes.arguments
        rows = min(len(binary), len(arguments))
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


_LINES: WeakKeyDictionary[Table, CommandLines] = WeakKeyDictionary()


def command_lines(table: Table, start: int, stop: int) -> tuple[Codes, DistinctTexts]:
    """Give the command line of each event; the texts are made once per table, for all queries."""
    lines = _LINES.setdefault(table, CommandLines())
    return lines.of_rows(table)[cut(table, table.process, start, stop)], lines


def any_ancestor(table: Table, by_binary: Mask, start: int, stop: int) -> Mask:
    """Tell for each event whether `by_binary` (per code of a binary) is true of its parent or any process above."""
    processes = table.processes
    rows = len(processes.binary)
    above = _parent_rows(table, rows)
    itself = by_binary[processes.binary[:rows]]
    itself[0] = False
    over = itself[above]
    # Each round doubles how far up is looked: 2, 4, 8 … ancestors; a loop of parents ends it as well.
    for _ in range(max(rows, 2).bit_length()):
        if not above.any():
            break
        over |= over[above]
        above = above[above]
    process, parent = (cut(table, column, start, stop) for column in (table.process, table.parent))
    found: Mask = over[process] | itself[parent] | over[parent]
    return found


def _parent_rows(table: Table, rows: int) -> npt.NDArray[np.intp]:
    """Find for each process row the row of its parent by exec id; 0 where it is not held."""
    own = [getattr(table.processes, name)[:rows].astype(np.int64) for name in ("node", "ktime", "pid")]
    up = [getattr(table.processes, f"parent_{name}")[:rows].astype(np.int64) for name in ("node", "ktime", "pid")]
    key = np.zeros(2 * rows, dtype=np.int64)
    for mine, parents in zip(own, up, strict=True):
        _, rank = np.unique(np.concatenate([mine, parents]), return_inverse=True)
        key = key * (int(rank.max()) + 1) + rank
    distinct, place = np.unique(key, return_inverse=True)
    of_key = np.zeros(len(distinct), dtype=np.intp)
    of_key[place[:rows]] = np.arange(rows)
    found = of_key[place[rows:]]
    # No parent id at all: node code 0.
    found[up[0] == 0] = 0
    return found
