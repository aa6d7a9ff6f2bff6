"""The process table: one row for each distinct process block, however many events carry it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from tetratui.core.events import exec_id as exec_id_parts
from tetratui.core.events.shapes import Block
from tetratui.core.events.times import nanoseconds_of_all
from tetratui.core.table.texts import Texts
from tetratui.core.table.vector import Vector

NO_BLOCK_ROW = 0
"""The row of an event (or parent) without a block."""
IDS_REMEMBERED = 8_000
"""So many exec ids are known again without being taken apart: a parent's comes with each of its children."""
NO_ID = -1
"""The ktime of a process without an exec id; below it, -2 - n is the n-th exec id of an unusual form."""
IdParts = tuple[str | None, int, int]
"""Node, ktime and pid of an exec id; no node where there is none or it is unusual."""
_NOBODY: IdParts = (None, NO_ID, -1)
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
_FIELDS = Block.__struct_fields__
_SET = ("uid", "auid", "in_init_tree", "user", "flags", "pod", "docker")
"""The fields of a block that, with the nodes of its two exec ids, make its setting."""


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
        self._unusual = Texts()
        self._ids: dict[str | None, IdParts] = {None: _NOBODY, "": _NOBODY}
        self.extend([Block()])

    def __len__(self) -> int:
        return len(self._columns["parent_pid"])

    def column(self, name: str) -> NDArray[Any]:
        """Give one column by its name; also as an attribute of this name. Raises KeyError."""
        if name in _OF_PROCESS:
            return self._columns[name].values[: len(self)]
        return self._settings[name].values[self._columns["setting"].values[: len(self)]]

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in _OF_PROCESS and name not in _OF_SETTING:
            raise AttributeError(name)
        return self.column(name)

    def extend(self, blocks: Sequence[Block]) -> None:
        """Add one row a block; readers see them when all are there."""
        texts = self.texts
        # Columns by one call each: what is done a block in Python is most of what an index costs.
        of = dict(zip(_FIELDS, zip(*map(astuple, blocks), strict=True), strict=True))
        nodes, ktimes, pids = self._ids_of(of["exec_id"])
        parent_nodes, parent_ktimes, parent_pids = self._ids_of(of["parent_exec_id"])
        own_pids = tuple([-1 if pid is None else pid for pid in of["pid"]])
        columns: dict[str, Any] = {
            "ktime": ktimes if pids == own_pids else self._ktimes(of["exec_id"], own_pids, nodes, ktimes, pids),
            "pid": own_pids,
            "start": nanoseconds_of_all(of["start_time"]),
            "binary": texts["binary"].codes(of["binary"]),
            "arguments": texts["arguments"].codes(of["arguments"]),
            "cwd": texts["cwd"].codes(of["cwd"]),
            "setting": self._settings_of(blocks, zip(nodes, parent_nodes, *(of[name] for name in _SET), strict=True)),
            "parent_ktime": parent_ktimes,
            "parent_pid": parent_pids,
        }
        for name, column in self._columns.items():
            column.extend(columns[name])

    def _ids_of(self, exec_ids: Sequence[str | None]) -> tuple[Sequence[str | None], Sequence[int], Sequence[int]]:
        """Give nodes, ktimes and pids of exec ids."""
        known = self._ids
        if len(known) > IDS_REMEMBERED:
            known.clear()
            known[None] = known[""] = _NOBODY
        found = list(map(known.get, exec_ids))
        if None in found:
            for exec_id in exec_ids:
                if exec_id is not None and exec_id not in known:
                    known[exec_id] = exec_id_parts.parts(exec_id) or (None, self._unusual_ktime(exec_id), -1)
            found = list(map(known.get, exec_ids))
        return tuple(zip(*found, strict=True))

    def _ktimes(self, exec_ids: Sequence[str | None], own_pids: Sequence[int], *ids: Sequence[Any]) -> list[int]:
        """Give the ktimes where an exec id may name another pid than its block.

        The row has one pid: such an exec id is kept as a text.
        """
        return [
            ktime if node is None or own == pid else self._unusual_ktime(exec_id)
            for exec_id, own, node, ktime, pid in zip(exec_ids, own_pids, *ids, strict=True)
        ]

    def _unusual_ktime(self, exec_id: str | None) -> int:
        return -2 - self._unusual.code(exec_id)

    def _settings_of(self, blocks: Sequence[Block], combined: Iterable[tuple[object, ...]]) -> list[int]:
        keys, known = list(combined), self._setting_codes
        codes = list(map(known.get, keys))
        if None in codes:
            for key, block in zip(keys, blocks, strict=True):
                if key not in known:
                    row = self._setting_row(block, *key[:2])  # type: ignore[arg-type]  # The two nodes.
                    for column, value in zip(self._settings.values(), row, strict=True):
                        column.extend((value,))
                    known[key] = len(known)
        return [known[key] for key in keys] if None in codes else codes  # type: ignore[return-value]

    def _setting_row(self, block: Block, node: str | None, parent_node: str | None) -> tuple[int, ...]:
        texts, pod, init = self.texts, block.pod, block.in_init_tree
        container = pod.container if pod is not None else None
        image = container.image if container is not None else None
        return (
            texts["node"].code(node),
            texts["node"].code(parent_node),
            -1 if block.uid is None else block.uid,
            -1 if block.auid is None else block.auid,
            -1 if init is None else int(init),
            texts["user"].code(block.user.name) if block.user is not None else 0,
            texts["flags"].code(block.flags),
            texts["namespace"].code(pod.namespace) if pod is not None else 0,
            texts["pod"].code(pod.name) if pod is not None else 0,
            texts["container"].code(container.name) if container is not None else 0,
            texts["image"].code(image.name) if image is not None else 0,
            texts["docker"].code(block.docker),
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
            return exec_id_parts.whole(self.texts["node"][node], ktime, pid)
        return "" if ktime == NO_ID else self._unusual[-2 - ktime]

    def key(self, exec_id: str) -> tuple[int, int, int] | None:
        """Find the parts (node code, ktime, pid) by which the columns name this exec id; None if none holds it."""
        parts = exec_id_parts.parts(exec_id)
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
        return columns + sum(texts.bytes_held for texts in self.texts.values()) + len(self._setting_codes) * 300
