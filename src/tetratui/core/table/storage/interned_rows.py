"""Rows that many events share, each kept once: the context of an event (node, policy, action …) and its socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.storage.distinct_rows import DistinctRows
from tetratui.core.table.storage.interned_texts import Texts, join_texts


class Arena(NamedTuple):
    """The texts of a scan by number: bytes, and where each text begins in them."""

    data: NDArray[np.uint8]
    starts: NDArray[np.uint32]

    def codes(self, texts: Iterable[Texts], numbers: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the codes of texts given by their numbers, a row for each column; 0 is no text in both."""
        return join_texts(list(texts), self.data, self.starts, numbers)


_NONE = np.zeros(1, dtype=np.uint32)


class InternedRows:
    """Distinct rows of codes and numbers; row 0 stands for "none".

    The columns are attributes: numpy arrays with one value a row, named as in `texts` (codes) and `numbers`.
    """

    texts: dict[str, Texts]

    def __init__(self, texts: Mapping[str, Texts], numbers: Sequence[str]) -> None:
        self.texts = dict(texts)
        self._index = {name: index for index, name in enumerate(texts)}
        self._numbers = {name: index for index, name in enumerate(numbers)}
        self._rows = DistinctRows(len(texts), len(numbers))

    def __len__(self) -> int:
        return len(self._rows)

    def freeze(self) -> Self:
        """Return the rows so far as a table that does not grow: all its columns have one length. Nothing is copied."""
        frozen = copy(self)
        frozen._rows = self._rows.freeze()
        return frozen

    def column(self, name: str) -> NDArray[Any]:
        """Return one column by its name; also an attribute of this name. Raises KeyError."""
        if name in self._index:
            return self._rows.code_column(self._index[name])
        return self._rows.number_column(self._numbers[name])

    def lookup_path(self, name: str) -> list[NDArray[Any]]:
        """Return the lookup path from a row to its value in a column."""
        return [self.column(name)]

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_") or (name not in self._index and name not in self._numbers):
            raise AttributeError(name)
        return self.column(name)

    def join(self, rows: DistinctRows, arena: Arena) -> NDArray[np.uint32]:
        """Add the rows of a scan, whose codes are numbers of texts in `arena`; return the number here of each."""
        codes, numbers = rows.columns
        added = self._rows.add_all(arena.codes(self.texts.values(), codes.astype(np.int64)), numbers)
        return np.concatenate([_NONE, added])

    def value(self, name: str, row: int) -> int:
        """Return one value of one column."""
        return int(self.column(name)[row])

    def text(self, name: str, row: int) -> str | None:
        """Return one text of one column, None where absent."""
        return self.texts[name].get(self.value(name, row))

    def select(self, rows: NDArray[Any]) -> Self:
        """Return a table of these rows only, the first of which must be 0; new row numbers are indexes into `rows`."""
        selected = copy(self)
        selected.texts, codes = dict(self.texts), []
        for name in self._index:
            values = self.column(name)[rows]
            # The process table keeps all nodes, and this one shares its texts and their codes.
            if name != "node":
                selected.texts[name], values = self.texts[name].select(values)
            codes.append(values)
        numbers = [self.column(name)[rows] for name in self._numbers]
        selected._rows = DistinctRows(len(self._index), len(self._numbers))
        selected._rows.add_all(np.array(codes)[:, 1:], np.array(numbers)[:, 1:])
        return selected

    @property
    def nbytes(self) -> int:
        """Memory of the columns, their index and their texts, about."""
        return self._rows.nbytes + sum(texts.nbytes for texts in self.texts.values())


class ContextTable(InternedRows):
    """`node`, `function`, `policy`, `action`, `signal`, `file`, `cluster`, `message`, `tags` (text codes), two numbers.

    `function` is the hooked function, the symbol of a uprobe, the name of a usdt, `subsys/event` of a tracepoint. Of a
    throttle event `action` is its type and `file` its cgroup; `tags` are joined by commas. The numbers, -1 where
    absent, are `status` and `dropped`, the count of a rate-limit event.
    """

    def __init__(self, node: Texts) -> None:
        names = ("function", "policy", "action", "signal", "file", "cluster", "message", "tags")
        super().__init__({"node": node} | {name: Texts() for name in names}, ("status", "dropped"))


class SocketTable(InternedRows):
    """`family`, `proto`, `saddr`, `daddr` (text codes), `sport` and `dport` (-1 = absent)."""

    def __init__(self) -> None:
        names = ("family", "proto", "saddr", "daddr")
        super().__init__({name: Texts() for name in names}, ("sport", "dport"))
