"""Rows that many events share, each kept once: the context of an event (node, policy, action …) and its socket."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.vector import Vector

REMEMBERED = 20_000
"""Distinct rows after which the index begins anew: a row that comes back then gets a second number."""
_BYTES_PER_KEY = 250
"""What the index takes for each row, about."""


class InternedColumns(NamedTuple):
    """All rows of a table, as `join` of another one takes them: columns, and the texts by code."""

    columns: dict[str, NDArray[Any]]
    texts: dict[str, list[str]]


class InternedRows:
    """Distinct rows of codes and numbers; row 0 stands for "none".

    The columns are attributes: numpy arrays with one value a row, named as in `texts` (codes) and `numbers`.
    """

    texts: dict[str, Texts]

    def __init__(self, texts: Mapping[str, Texts], numbers: Mapping[str, DTypeLike]) -> None:
        self.texts = dict(texts)
        self._columns = {name: Vector(np.uint32, [0]) for name in texts}
        self._columns |= {name: Vector(dtype, [-1]) for name, dtype in numbers.items()}
        self._codes: dict[tuple[object, ...], int] = {}
        # Written last: its length counts the rows that are complete in all columns.
        self._last = self._columns[next(reversed(self._columns))]

    def __len__(self) -> int:
        return len(self._last)

    def freeze(self) -> Self:
        """Return the rows so far as a table that does not grow: all its columns have one length. Nothing is copied."""
        frozen, rows = copy(self), len(self)
        frozen._columns = {name: column.freeze(rows) for name, column in self._columns.items()}
        frozen._last = frozen._columns[next(reversed(frozen._columns))]
        return frozen

    def column(self, name: str) -> NDArray[Any]:
        """Return one column by its name; also an attribute of this name. Raises KeyError."""
        return self._columns[name].values[: len(self)]

    def lookup_path(self, name: str) -> list[NDArray[Any]]:
        """Return the lookup path from a row to its value in a column."""
        return [self._columns[name].values]

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(name)
        return self.column(name)

    def code(self, row: tuple[object, ...]) -> int:
        """Return the number of a row, a new one for a new row; it has one value a column, None = absent."""
        code = self._codes.get(row)
        if code is None:
            if len(self._codes) >= REMEMBERED:
                self._codes.clear()
            values = [self._value(name, value) for name, value in zip(self._columns, row, strict=True)]
            code = self._codes[row] = len(self._last)
            for column, value in zip(self._columns.values(), values, strict=True):
                column.extend((value,))
        return code

    def copy_rows(self) -> InternedColumns:
        """Return a copy of all rows."""
        columns = {name: column.values.copy() for name, column in self._columns.items()}
        return InternedColumns(columns, {name: texts.values() for name, texts in self.texts.items()})

    def join(self, rows: InternedColumns) -> NDArray[np.uint32]:
        """Add the rows of another table that are new here; return the number here of each."""
        values = [_values(column, rows.texts.get(name)) for name, column in rows.columns.items()]
        codes = [self.code(row) for row in zip(*values, strict=True)][1:]
        return np.array([0, *codes], dtype=np.uint32)

    def _value(self, name: str, value: Any) -> int:
        if name in self.texts:
            return self.texts[name].code(value)
        return -1 if value is None else value

    def value(self, name: str, row: int) -> int:
        """Return one value of one column."""
        return int(self._columns[name].values[row])

    def text(self, name: str, row: int) -> str | None:
        """Return one text of one column, None where absent."""
        return self.texts[name].get(self.value(name, row))

    def select(self, rows: NDArray[Any]) -> Self:
        """Return a table of these rows only, the first of which must be 0; new row numbers are indexes into `rows`."""
        selected = copy(self)
        selected.texts, selected._codes, selected._columns = dict(self.texts), {}, {}
        for name, column in self._columns.items():
            values = column.values[rows]
            # The process table keeps all nodes, and this one shares its texts and their codes.
            if name in self.texts and name != "node":
                selected.texts[name], values = self.texts[name].select(values)
            selected._columns[name] = Vector(values.dtype)
            selected._columns[name].extend(values)
        selected._last = selected._columns[next(reversed(selected._columns))]
        return selected

    @property
    def nbytes(self) -> int:
        """Memory of the columns, their index and their texts, about."""
        texts = sum(texts.nbytes for texts in self.texts.values())
        return texts + sum(column.nbytes for column in self._columns.values()) + len(self._codes) * _BYTES_PER_KEY


def _values(column: NDArray[Any], texts: list[str] | None) -> list[object]:
    if texts is None:
        return [None if number == -1 else number for number in column.tolist()]
    return [texts[code] if code else None for code in column.tolist()]


class ContextTable(InternedRows):
    """`node`, `function`, `policy`, `action`, `signal`, `file` (text codes), `status`, `dropped` (-1 = absent).

    `function` is the hooked function, the symbol of a uprobe, the name of a usdt, `subsys/event` of a tracepoint. Of a
    throttle event `action` is its type and `file` its cgroup; `dropped` is the count of a rate-limit event.
    """

    def __init__(self, node: Texts) -> None:
        names = ("function", "policy", "action", "signal", "file")
        super().__init__({"node": node} | {name: Texts() for name in names}, {"status": np.int64, "dropped": np.int64})


class SocketTable(InternedRows):
    """`family`, `proto`, `saddr`, `daddr` (text codes), `sport` and `dport` (-1 = absent)."""

    def __init__(self) -> None:
        names = ("family", "proto", "saddr", "daddr")
        super().__init__({name: Texts() for name in names}, {"sport": np.int64, "dport": np.int64})
