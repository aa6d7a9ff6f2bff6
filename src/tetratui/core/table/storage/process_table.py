"""The process table: one row for each distinct process block, however many events contain it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from tetratui.core.events import exec_id as exec_id_parts
from tetratui.core.events.shapes import Block, Named, Pod
from tetratui.core.events.times import parse_rfc3339_all
from tetratui.core.table.storage.interned_texts import ABSENT, Texts
from tetratui.core.table.storage.vector import Vector

NO_BLOCK_ROW = 0
"""The row of an event (or parent) without a block."""
NO_ID = -1
"""The ktime of a process without an exec id; -2 - n stands for the n-th exec id of an unusual form."""
TEXTS = ("binary", "arguments", "cwd", "user", "flags", "namespace", "pod", "container", "image", "docker", "node")

_PROCESS_COLUMNS = {
    "ktime": np.int64,
    "pid": np.int32,
    "start": np.int64,
    "binary": np.uint32,
    "arguments": np.uint32,
    "cwd": np.uint32,
    "setting": np.uint32,
    "parent_ktime": np.int64,
    "parent_pid": np.int32,
}
_SETTING_COLUMNS = {
    "node": np.uint32,
    "parent_node": np.uint32,
    "uid": np.int64,
    "auid": np.int64,
    "in_init_tree": np.int8,
    "user": np.uint32,
    "flags": np.uint32,
    "namespace": np.uint32,
    "pod": np.uint32,
    "container": np.uint32,
    "image": np.uint32,
    "docker": np.uint32,
}
"""What many processes share (user, container, node): each distinct combination is kept once, as a setting."""
FIELDS = Block.__struct_fields__
_SETTING_FIELDS = ("uid", "auid", "in_init_tree", "user", "flags", "pod", "docker")
"""The fields of a block that, with the nodes of its two exec ids, make its setting."""
_BYTES_PER_SETTING = 500
"""What the index takes for each setting, about."""


class ProcessRows(NamedTuple):
    """All rows of a process table, as `join` of another one takes them."""

    columns: dict[str, NDArray[Any]]
    settings: dict[str, NDArray[Any]]
    texts: dict[str, list[str]]
    unusual: list[str]


class ProcessTable:
    """One row for each distinct process block; row 0 means "no block".

    Columns are numpy arrays with one value a row. Numbers, -1 where absent: `ktime` (ns since boot), `pid`, `start` (ns
    since the epoch), `uid`, `auid`, `in_init_tree`, `parent_ktime`, `parent_pid`. Codes of `texts`, 0 where absent:
    `binary`, `arguments`, `cwd`, `user`, `flags`, `namespace`, `pod`, `container`, `image`, `docker`, `node`,
    `parent_node`. `node`, `ktime` and `pid` are the exec id's parts; an exec id of an unusual form has a `ktime` below
    -1, the same for the same id.
    """

    def __init__(self) -> None:
        self.texts: dict[str, Texts] = {name: Texts() for name in TEXTS}
        self._columns = {name: Vector(dtype) for name, dtype in _PROCESS_COLUMNS.items()}
        self._settings = {name: Vector(dtype) for name, dtype in _SETTING_COLUMNS.items()}
        self._setting_codes: dict[tuple[object, ...], int] = {}
        self._setting_rows: dict[tuple[int, ...], int] = {}
        self._unusual = Texts()
        self._growing: ProcessTable | None = None
        """The table that this one was frozen from; None for a table that grows."""
        self.extend({name: [value] for name, value in asdict(Block()).items()})

    def __len__(self) -> int:
        # The column that `extend` and `join` write last: a row counts once it is complete.
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
        return frozen

    def column(self, name: str) -> NDArray[Any]:
        """Return one column by its name; also an attribute of this name. Raises KeyError."""
        if name in _PROCESS_COLUMNS:
            return self._columns[name].values[: len(self)]
        return self._settings[name].values[self._columns["setting"].values[: len(self)]]

    def lookup_path(self, name: str) -> list[NDArray[Any]]:
        """Return the lookup path from a row to its value in a column."""
        if name in _PROCESS_COLUMNS:
            return [self._columns[name].values]
        return [self._columns["setting"].values, self._settings[name].values]

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in _PROCESS_COLUMNS and name not in _SETTING_COLUMNS:
            raise AttributeError(name)
        return self.column(name)

    def extend(self, fields: Mapping[str, Sequence[Any]]) -> None:
        """Add rows from the fields of their blocks, one value a block; readers see a row once it is complete."""
        texts = self.texts
        (nodes, ktimes, pids), (parent_nodes, *parent) = self._ids_of(fields["exec_id"], fields["parent_exec_id"])
        own_pids = np.fromiter([-1 if pid is None else pid for pid in fields["pid"]], np.int64, len(fields["pid"]))
        for index in np.flatnonzero((ktimes >= 0) & (pids != own_pids)).tolist():
            # A row has room for one pid: an exec id that names another pid is kept as a text.
            ktimes[index] = self._unusual_ktime(fields["exec_id"][index])
        settings = zip(nodes.tolist(), parent_nodes.tolist(), *(fields[name] for name in _SETTING_FIELDS), strict=True)
        columns: dict[str, Any] = {
            "ktime": ktimes,
            "pid": own_pids,
            "start": parse_rfc3339_all(fields["start_time"]),
            "binary": texts["binary"].codes(fields["binary"]),
            "arguments": texts["arguments"].codes(fields["arguments"]),
            "cwd": texts["cwd"].codes(fields["cwd"]),
            "setting": self._settings_of(settings),
            "parent_ktime": parent[0],
            "parent_pid": parent[1],
        }
        for name, column in self._columns.items():
            column.extend(columns[name])

    def _ids_of(self, *columns: Sequence[str | None]) -> list[list[NDArray[np.int64]]]:
        """Return node codes, ktimes and pids of columns of exec ids."""
        # A parent's exec id occurs in many blocks: each distinct one is decoded once.
        distinct = [exec_id for exec_id in dict.fromkeys(chain(*columns)) if exec_id]
        decoded = exec_id_parts.split_all(distinct)
        nodes = np.array([ABSENT, *self.texts["node"].codes(decoded.names)], dtype=np.int64)[decoded.nodes + 1]
        ktimes, pids = decoded.ktimes, decoded.pids
        for index in np.flatnonzero(decoded.nodes < 0).tolist():
            ktimes[index], pids[index] = self._unusual_ktime(distinct[index]), -1
        parts = [np.append(part, none) for part, none in ((nodes, ABSENT), (ktimes, NO_ID), (pids, -1))]
        index_of: dict[str | None, int] = dict(zip(distinct, range(len(distinct)), strict=True))
        index_of[None] = index_of[""] = len(distinct)
        indexes = [np.fromiter(map(index_of.__getitem__, column), np.intp, len(column)) for column in columns]
        return [[part[index] for part in parts] for index in indexes]

    def _unusual_ktime(self, exec_id: str | None) -> int:
        return -2 - self._unusual.code(exec_id)

    def copy_rows(self) -> ProcessRows:
        """Return a copy of all rows."""
        return ProcessRows(
            {name: column.values.copy() for name, column in self._columns.items()},
            {name: column.values.copy() for name, column in self._settings.items()},
            {name: texts.values() for name, texts in self.texts.items()},
            self._unusual.values(),
        )

    def join(self, rows: ProcessRows) -> NDArray[np.uint32]:
        """Add the rows of another table; return the number here of each."""
        codes = {name: self.texts[name].join(texts) for name, texts in rows.texts.items()}
        codes["parent_node"] = codes["node"]
        settings = [codes[name][column] if name in codes else column for name, column in rows.settings.items()]
        setting_codes = [self._setting(row) for row in zip(*(column.tolist() for column in settings), strict=True)]
        unusual = self._unusual.join(rows.unusual).astype(np.int64)
        before = len(self)
        for name, column in self._columns.items():
            # Row 0 of every table means "no block": it is here already.
            values = rows.columns[name][1:]
            if name == "setting":
                values = np.array(setting_codes, dtype=np.uint32)[values]
            elif name.endswith("ktime"):
                # Below NO_ID stands the number of an unusual exec id, which is another one here.
                values = np.where(values < NO_ID, -2 - unusual[np.maximum(-2 - values, 0)], values)
            column.extend(codes[name][values] if name in codes else values)
        numbers = np.arange(before - 1, len(self), dtype=np.uint32)
        numbers[0] = NO_BLOCK_ROW
        return numbers

    def _setting(self, row: tuple[int, ...]) -> int:
        code = self._setting_rows.get(row)
        if code is None:
            for column, value in zip(self._settings.values(), row, strict=True):
                column.extend((value,))
            code = self._setting_rows[row] = len(self._setting_rows)
        return code

    def _settings_of(self, settings: Iterable[tuple[Any, ...]]) -> list[int]:
        keys, known = list(settings), self._setting_codes
        codes = list(map(known.get, keys))
        if None in codes:
            for key in dict.fromkeys(keys):
                if key not in known:
                    known[key] = self._setting(self._setting_row(key))
            codes = list(map(known.get, keys))
        return codes  # type: ignore[return-value]  # No None is left.

    def _setting_row(self, key: tuple[Any, ...]) -> tuple[int, ...]:
        user: Named | None
        pod: Pod | None
        node, parent_node, uid, auid, in_init_tree, user, flags, pod, docker = key
        texts = self.texts
        container = pod.container if pod is not None else None
        image = container.image if container is not None else None
        return (
            node,
            parent_node,
            -1 if uid is None else uid,
            -1 if auid is None else auid,
            -1 if in_init_tree is None else int(in_init_tree),
            texts["user"].code(user.name) if user is not None else 0,
            texts["flags"].code(flags),
            texts["namespace"].code(pod.namespace) if pod is not None else 0,
            texts["pod"].code(pod.name) if pod is not None else 0,
            texts["container"].code(container.name) if container is not None else 0,
            texts["image"].code(image.name) if image is not None else 0,
            texts["docker"].code(docker),
        )

    def value(self, name: str, row: int) -> int:
        """Return one value of one column."""
        if name in _PROCESS_COLUMNS:
            return int(self._columns[name].values[row])
        return int(self._settings[name].values[self._columns["setting"].values[row]])

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
        for name, column in selected._columns.items():
            values = self.column(name)[rows]
            if name in self.texts:
                selected.texts[name], values = self.texts[name].select(values)
            column.extend(values)
        return selected

    @property
    def nbytes(self) -> int:
        """Memory of the columns and of the texts, about."""
        columns = sum(column.nbytes for column in [*self._columns.values(), *self._settings.values()])
        texts = sum(texts.nbytes for texts in self.texts.values())
        return columns + texts + len(self._setting_codes) * _BYTES_PER_SETTING
