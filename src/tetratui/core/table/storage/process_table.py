"""The process table: one row for each distinct process, however many blocks of however many events describe it."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events import exec_id as exec_id_parts
from tetratui.core.table.storage.distinct_rows import DistinctRows
from tetratui.core.table.storage.interned_rows import Arena
from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.vector import Vector

NO_BLOCK_ROW = 0
"""The row of an event (or parent) without a block."""
_NO_BLOCK = np.array([NO_BLOCK_ROW], dtype=np.uint32)
NO_ID = -1
"""The ktime of a process without an exec id; -2 - n stands for the n-th exec id of an unusual form."""
REMEMBERED = 8_192
"""Rows that are known again by their values; when there are more, all are forgotten."""

_PROCESS_COLUMNS = {
    "binary": np.uint32,
    "arguments": np.uint32,
    "cwd": np.uint32,
    "setting": np.uint32,
    "ktime": np.int64,
    "pid": np.int32,
    "start": np.int64,
    "parent_ktime": np.int64,
    "parent_pid": np.int32,
}
_OWN_TEXTS = ("binary", "arguments", "cwd")
_OWN_NUMBERS = ("ktime", "pid", "start", "parent_ktime", "parent_pid")
_SETTING_TEXTS = (
    *("node", "parent_node", "user", "flags", "namespace", "workload", "workload_kind", "pod"),
    *("container", "container_id", "image", "docker", "labels"),
)
_SETTING_NUMBERS = ("uid", "auid", "in_init_tree", "exec_probe")
"""What many processes share (user, container, node): each distinct combination is kept once, as a setting."""
_TEXT_COUNT = len(_OWN_TEXTS) + len(_SETTING_TEXTS) + 2
BLOCK_COLUMNS = (*_OWN_TEXTS, *_SETTING_TEXTS, "unusual", "parent_unusual", *_OWN_NUMBERS, *_SETTING_NUMBERS)
"""The columns of a process block as a scan has them; `unusual` is an exec id that could not be split, or none."""
_SETTING_INDEX = {name: index for index, name in enumerate((*_SETTING_TEXTS, *_SETTING_NUMBERS))}


class ProcessTable:
    """One row for each distinct process; row 0 means "no block".

    Columns are numpy arrays with one value a row. Numbers, -1 where absent: `ktime` (ns since boot), `pid`, `start` (ns
    since the epoch), `uid`, `auid`, `in_init_tree`, `exec_probe`, `parent_ktime`, `parent_pid`. Codes of `texts`, 0
    where absent: `binary`, `arguments`, `cwd`, `user`, `flags`, `namespace`, `workload`, `workload_kind`, `pod`,
    `container`, `container_id`, `image`, `docker`, `labels` (`key=value`, joined by commas, the keys rising), `node`,
    `parent_node`. `node`, `ktime` and `pid` are the exec id's parts; an exec id of an unusual form has a `ktime` below
    -1, the same for the same id.
    """

    def __init__(self) -> None:
        self.texts: dict[str, Texts] = {
            name: Texts() for name in (*_OWN_TEXTS, *_SETTING_TEXTS) if name != "parent_node"
        }
        self._columns = {name: Vector(dtype) for name, dtype in _PROCESS_COLUMNS.items()}
        self._settings = DistinctRows(len(_SETTING_TEXTS), len(_SETTING_NUMBERS))
        self._unusual = Texts()
        self._growing: ProcessTable | None = None
        """The table that this one was frozen from; None for a table that grows."""
        self._forget()
        for name, column in self._columns.items():
            column.extend([-1 if name in _OWN_NUMBERS else 0])

    def _forget(self) -> None:
        """Know no row again by its values."""
        self._recent = DistinctRows(len(_OWN_TEXTS) + 1, len(_OWN_NUMBERS))
        self._recent_rows: NDArray[np.uint32] = np.zeros(1, dtype=np.uint32)

    def __len__(self) -> int:
        # The column that `join` writes last: a row counts once it is complete.
        return len(self._columns["parent_pid"])

    @property
    def growing(self) -> ProcessTable:
        """The table that grows: the key of what is remembered of its rows from one reading to the next."""
        return self if self._growing is None else self._growing

    def freeze(self) -> ProcessTable:
        """Return the rows so far as a table that does not grow: all its columns have one length. Nothing is copied.

        Its texts go on growing, but no text that a row of it names is ever missing.
        """
        if self._growing is not None:
            return self
        frozen, rows = copy(self), len(self)
        frozen._growing = self
        frozen._columns = {name: column.freeze(rows) for name, column in self._columns.items()}
        # After the rows: what they name is in it.
        frozen._settings = self._settings.freeze()
        return frozen

    def column(self, name: str) -> NDArray[Any]:
        """Return one column by its name; also an attribute of this name. Raises KeyError."""
        if name in _PROCESS_COLUMNS:
            return self._columns[name].values[: len(self)]
        # The rows first: settings that are added meanwhile are named by none of them.
        settings = self._columns["setting"].values[: len(self)]
        return self._setting_column(name)[settings]

    def lookup_path(self, name: str) -> list[NDArray[Any]]:
        """Return the lookup path from a row to its value in a column."""
        if name in _PROCESS_COLUMNS:
            return [self._columns[name].values]
        settings = self._columns["setting"].values
        return [settings, self._setting_column(name)]

    def _setting_column(self, name: str) -> NDArray[Any]:
        index = _SETTING_INDEX[name]
        texts = len(_SETTING_TEXTS)
        return self._settings.code_column(index) if index < texts else self._settings.number_column(index - texts)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in _PROCESS_COLUMNS and name not in _SETTING_INDEX:
            raise AttributeError(name)
        return self.column(name)

    def join(self, blocks: NDArray[np.int64], arena: Arena) -> NDArray[np.uint32]:
        """Add the process blocks of a scan, one row of BLOCK_COLUMNS a column; return the row of each.

        Texts are numbers in `arena`. The first block means "no block".
        """
        blocks = blocks[:, 1:]
        codes = arena.codes(self._texts_of_blocks(), blocks[:_TEXT_COUNT])
        own, setting = codes[: len(_OWN_TEXTS)], codes[len(_OWN_TEXTS) : -2]
        numbers = blocks[_TEXT_COUNT : -len(_SETTING_NUMBERS)]
        for name, unusual in (("ktime", codes[-2]), ("parent_ktime", codes[-1])):
            if unusual.any():
                index, numbers = _OWN_NUMBERS.index(name), numbers.copy()
                numbers[index] = np.where(unusual > 0, -2 - unusual.astype(np.int64), numbers[index])
        settings = self._settings.add_all(setting, blocks[-len(_SETTING_NUMBERS) :])
        return self._rows_of(np.concatenate([own, [settings]]), numbers)

    def _texts_of_blocks(self) -> list[Texts]:
        named = [self.texts["node" if name == "parent_node" else name] for name in (*_OWN_TEXTS, *_SETTING_TEXTS)]
        return [*named, self._unusual, self._unusual]

    def _rows_of(self, codes: NDArray[np.uint32], numbers: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the row of each process, new ones for those that are not known again."""
        if len(self._recent) > REMEMBERED:
            self._forget()
        known = len(self._recent)
        recent = self._recent.add_all(codes, numbers)
        count, before = len(self._recent) - known, len(self)
        # Where the values of each new row stand: the same at all places with its number.
        places = np.empty(count, dtype=np.int64)
        new = np.flatnonzero(recent >= known)
        places[recent[new] - known] = new
        for column, values in zip(self._columns.values(), (*codes, *numbers), strict=True):
            column.extend(values[places])
        added = np.arange(before, before + count, dtype=np.uint32)
        self._recent_rows = np.concatenate([self._recent_rows, added])
        return np.concatenate([_NO_BLOCK, self._recent_rows[recent]])

    def value(self, name: str, row: int) -> int:
        """Return one value of one column."""
        if name in _PROCESS_COLUMNS:
            return int(self._columns[name].values[row])
        return int(self._setting_column(name)[self._columns["setting"].values[row]])

    def text(self, name: str, row: int) -> str | None:
        """Return one text of one column, None where absent."""
        return self.texts[name].get(self.value(name, row))

    def exec_id(self, row: int) -> str:
        """Return the exec id of a row as Tetragon writes it; empty where the block has none."""
        return self._exec_id(self.value("node", row), self.value("ktime", row), self.value("pid", row))

    def parent_exec_id(self, row: int) -> str:
        """Return the parent's exec id as the block of this row has it; empty where it has none."""
        return self._exec_id(
            self.value("parent_node", row), self.value("parent_ktime", row), self.value("parent_pid", row)
        )

    def _exec_id(self, node: int, ktime: int, pid: int) -> str:
        if ktime >= 0:
            return exec_id_parts.join(self.texts["node"][node], ktime, pid)
        return "" if ktime == NO_ID else self._unusual[-2 - ktime]

    def key(self, exec_id: str) -> tuple[int, int, int] | None:
        """Return the parts (node code, ktime, pid) by which the columns name this exec id; None if no row has it."""
        parts = exec_id_parts.split(exec_id)
        if parts is not None:
            node = self.texts["node"].find(parts[0])
            if node is not None:
                return node, parts[1], parts[2]
        code = self._unusual.find(exec_id)
        return None if code is None else (0, -2 - code, -1)

    def select(self, rows: NDArray[Any]) -> ProcessTable:
        """Return a table of these rows only, the first of which must be 0; new row numbers are indexes into `rows`.

        Settings and unusual exec ids stay, in both tables: they are few, and processes with the same ones come again.
        """
        selected = copy(self)
        selected._growing = None
        selected.texts = dict(self.texts)
        selected._columns = {name: Vector(dtype) for name, dtype in _PROCESS_COLUMNS.items()}
        selected._forget()
        for name, column in selected._columns.items():
            values = self.column(name)[rows]
            if name in self.texts:
                selected.texts[name], values = self.texts[name].select(values)
            column.extend(values)
        return selected

    @property
    def nbytes(self) -> int:
        """Memory of the columns and of the texts, about."""
        columns = sum(column.nbytes for column in self._columns.values())
        return columns + self._settings.nbytes + sum(texts.nbytes for texts in self.texts.values())
