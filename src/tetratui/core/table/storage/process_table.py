"""The process table: one row for each distinct process block, however many events carry it."""

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
"""The ktime of a process without an exec id; below it, -2 - n is the n-th exec id of an unusual form."""
TEXTS = ("binary", "arguments", "cwd", "user", "flags", "namespace", "pod", "container", "image", "docker", "node")

_OF_PROCESS = {
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
_OF_SETTING = {
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
"""What many processes share (who, where) is kept once a distinct combination, their setting."""
FIELDS = Block.__struct_fields__
_SET = ("uid", "auid", "in_init_tree", "user", "flags", "pod", "docker")
"""The fields of a block that, with the nodes of its two exec ids, make its setting."""


class ProcessRows(NamedTuple):
    """The rows of a process table, to be joined to another."""

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
        self._columns = {name: Vector(dtype) for name, dtype in _OF_PROCESS.items()}
        self._settings = {name: Vector(dtype) for name, dtype in _OF_SETTING.items()}
        self._setting_codes: dict[tuple[object, ...], int] = {}
        self._setting_rows: dict[tuple[int, ...], int] = {}
        self._unusual = Texts()
        self.extend({name: [value] for name, value in asdict(Block()).items()})

    def __len__(self) -> int:
        return len(self._columns["parent_pid"])

    def column(self, name: str) -> NDArray[Any]:
        """Give one column by its name; also as an attribute of this name. Raises KeyError."""
        if name in _OF_PROCESS:
            return self._columns[name].values[: len(self)]
        return self._settings[name].values[self._columns["setting"].values[: len(self)]]

    def steps(self, name: str) -> list[NDArray[Any]]:
        """Give what leads from a row to its value in a column: indexes into the next array, at last values."""
        if name in _OF_PROCESS:
            return [self._columns[name].values]
        return [self._columns["setting"].values, self._settings[name].values]

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in _OF_PROCESS and name not in _OF_SETTING:
            raise AttributeError(name)
        return self.column(name)

    def extend(self, of: Mapping[str, Sequence[Any]]) -> None:
        """Add rows by the fields of their blocks, a value a block each; readers see them when all are there."""
        texts = self.texts
        (nodes, ktimes, pids), (parent_nodes, *parent) = self._ids_of(of["exec_id"], of["parent_exec_id"])
        own_pids = np.fromiter([-1 if pid is None else pid for pid in of["pid"]], np.int64, len(of["pid"]))
        for index in np.flatnonzero((ktimes >= 0) & (pids != own_pids)).tolist():
            # The row has one pid: an exec id that names another is kept as a text.
            ktimes[index] = self._unusual_ktime(of["exec_id"][index])
        settings = zip(nodes.tolist(), parent_nodes.tolist(), *(of[name] for name in _SET), strict=True)
        columns: dict[str, Any] = {
            "ktime": ktimes,
            "pid": own_pids,
            "start": parse_rfc3339_all(of["start_time"]),
            "binary": texts["binary"].codes(of["binary"]),
            "arguments": texts["arguments"].codes(of["arguments"]),
            "cwd": texts["cwd"].codes(of["cwd"]),
            "setting": self._settings_of(settings),
            "parent_ktime": parent[0],
            "parent_pid": parent[1],
        }
        for name, column in self._columns.items():
            column.extend(columns[name])

    def _ids_of(self, *columns: Sequence[str | None]) -> list[list[NDArray[np.int64]]]:
        """Give node codes, ktimes and pids of columns of exec ids; a parent's stands in many blocks."""
        distinct = [exec_id for exec_id in dict.fromkeys(chain(*columns)) if exec_id]
        many = exec_id_parts.split_all(distinct)
        nodes = np.array([ABSENT, *self.texts["node"].codes(many.names)], dtype=np.int64)[many.nodes + 1]
        ktimes = many.ktimes
        for index in np.flatnonzero(many.nodes < 0).tolist():
            ktimes[index], many.pids[index] = self._unusual_ktime(distinct[index]), -1
        parts = [np.append(part, none) for part, none in ((nodes, ABSENT), (ktimes, NO_ID), (many.pids, -1))]
        places: dict[str | None, int] = dict(zip(distinct, range(len(distinct)), strict=True))
        places[None] = places[""] = len(distinct)
        taken = [np.fromiter(map(places.__getitem__, column), np.intp, len(column)) for column in columns]
        return [[part[take] for part in parts] for take in taken]

    def _unusual_ktime(self, exec_id: str | None) -> int:
        return -2 - self._unusual.code(exec_id)

    def rows(self) -> ProcessRows:
        """Give all rows."""
        return ProcessRows(
            {name: column.values.copy() for name, column in self._columns.items()},
            {name: column.values.copy() for name, column in self._settings.items()},
            {name: texts.values() for name, texts in self.texts.items()},
            self._unusual.values(),
        )

    def join(self, rows: ProcessRows) -> NDArray[np.uint32]:
        """Add the rows of another table; gives the number here of each."""
        codes = {name: self.texts[name].joined(texts) for name, texts in rows.texts.items()}
        codes["parent_node"] = codes["node"]
        settings = [codes[name][column] if name in codes else column for name, column in rows.settings.items()]
        of_setting = [self._setting(row) for row in zip(*(column.tolist() for column in settings), strict=True)]
        unusual = self._unusual.joined(rows.unusual).astype(np.int64)
        before = len(self)
        for name, column in self._columns.items():
            values = rows.columns[name][1:]
            if name == "setting":
                values = np.array(of_setting, dtype=np.uint32)[values]
            elif name.endswith("ktime"):
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

    def _settings_of(self, combined: Iterable[tuple[Any, ...]]) -> list[int]:
        keys, known = list(combined), self._setting_codes
        codes = list(map(known.get, keys))
        if None in codes:
            for key in dict.fromkeys(keys):
                if key not in known:
                    known[key] = self._setting(self._setting_row(*key))
            codes = list(map(known.get, keys))
        return codes  # type: ignore[return-value]  # No None is left.

    def _setting_row(
        self,
        node: int,
        parent_node: int,
        uid: int | None,
        auid: int | None,
        in_init_tree: bool | None,
        user: Named | None,
        flags: str | None,
        pod: Pod | None,
        docker: str | None,
    ) -> tuple[int, ...]:
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
        """Give one value of one column."""
        if name in _OF_PROCESS:
            return int(self._columns[name].values[row])
        return int(self._settings[name].values[self._columns["setting"].values[row]])

    def text(self, name: str, row: int) -> str | None:
        """Give one text of one column, None where absent."""
        return self.texts[name].get(self.value(name, row))

    def exec_id(self, row: int) -> str:
        """Write the exec id of a row as Tetragon does; empty where the block has none."""
        return self._exec_id(self.value("node", row), self.value("ktime", row), self.value("pid", row))

    def parent_exec_id(self, row: int) -> str:
        """Write the parent's exec id as the block of this row has it; empty where it has none."""
        return self._exec_id(
            self.value("parent_node", row), self.value("parent_ktime", row), self.value("parent_pid", row)
        )

    def _exec_id(self, node: int, ktime: int, pid: int) -> str:
        if ktime >= 0:
            return exec_id_parts.join(self.texts["node"][node], ktime, pid)
        return "" if ktime == NO_ID else self._unusual[-2 - ktime]

    def key(self, exec_id: str) -> tuple[int, int, int] | None:
        """Find the parts (node code, ktime, pid) by which the columns name this exec id; None if none holds it."""
        parts = exec_id_parts.split(exec_id)
        if parts is not None:
            node = self.texts["node"].find(parts[0])
            if node is not None:
                return node, parts[1], parts[2]
        code = self._unusual.find(exec_id)
        return None if code is None else (0, -2 - code, -1)

    def kept(self, rows: NDArray[Any]) -> ProcessTable:
        """Make a smaller one of these rows, the first of which must be 0; new row numbers are indexes into `rows`.

        What settings name (users, pods, nodes) and unusual exec ids are shared: few, and a process comes back.
        """
        kept = copy(self)
        kept.texts = dict(self.texts)
        kept._columns = {name: Vector(dtype) for name, dtype in _OF_PROCESS.items()}
        for name, column in kept._columns.items():
            values = self.column(name)[rows]
            if name in self.texts:
                kept.texts[name], values = self.texts[name].kept(values)
            column.extend(values)
        return kept

    @property
    def bytes_held(self) -> int:
        """Memory of the columns and of the texts, about."""
        columns = sum(column.nbytes for column in [*self._columns.values(), *self._settings.values()])
        return columns + sum(texts.bytes_held for texts in self.texts.values()) + len(self._setting_codes) * 500
