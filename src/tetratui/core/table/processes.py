"""The process table: one row for each distinct process block, however many events carry it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.decode import Block
from tetratui.core.events.times import UNKNOWN_TIME, Clock, exec_id_of, exec_id_parts
from tetratui.core.table.texts import Texts
from tetratui.core.table.vector import Vector

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


class ProcessTable:
    """One row for each distinct process block; row 0 means "no block".

    Columns are numpy arrays with one value a row: `ktime` (ns since boot), `pid`, `start` (ns since the epoch), `uid`,
    `auid`, `in_init_tree`, `parent_ktime`, `parent_pid` (-1 = absent) and the codes `binary`, `arguments`, `cwd`, `user`,
    `flags`, `namespace`, `pod`, `container`, `image`, `docker`, `node`, `parent_node` in `texts` (0 = absent).
    `node`, `ktime`, `pid` are the exec id's parts; an exec id of an unusual form has a `ktime` below -1, equal for equal ids.
    """

    def __init__(self) -> None:
        self.texts: dict[str, Texts] = {name: Texts() for name in TEXTS}
        self._columns = {name: Vector(dtype) for name, dtype in _OF_PROCESS.items()}
        self._settings = {name: Vector(dtype) for name, dtype in _OF_SETTING.items()}
        self._setting_codes: dict[tuple[int, ...], int] = {}
        self._unusual = Texts()
        self._fresh: list[tuple[int, ...]] = []
        self._next = 0
        self._clock = Clock()
        self.add(Block())
        self.publish()

    def __len__(self) -> int:
        return len(self._columns["parent_pid"])

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name in _OF_PROCESS:
            return self._columns[name].values[: len(self)]
        if name in _OF_SETTING:
            return self._settings[name].values[self._columns["setting"].values[: len(self)]]
        raise AttributeError(name)

    def add(self, block: Block) -> int:
        """Add a row; it is seen by readers after `publish`."""
        texts = self.texts
        node, ktime, pid = self._id(block.exec_id)
        if ktime >= 0 and block.pid != pid:
            ktime = -2 - self._unusual.code(block.exec_id)
        parent_node, parent_ktime, parent_pid = self._id(block.parent_exec_id)
        time = block.start_time
        self._fresh.append(
            (
                ktime,
                -1 if block.pid is None else block.pid,
                UNKNOWN_TIME if time is None else self._clock.nanoseconds(time),
                texts["binary"].code(block.binary),
                texts["arguments"].code(block.arguments),
                texts["cwd"].code(block.cwd),
                self._setting(block, node, parent_node),
                parent_ktime,
                parent_pid,
            )
        )
        self._next += 1
        return self._next - 1

    def publish(self) -> None:
        """Show the rows added since the last call to readers."""
        if not self._fresh:
            return
        for column, values in zip(self._columns.values(), zip(*self._fresh, strict=True), strict=True):
            column.extend(values)
        self._fresh.clear()

    def _id(self, exec_id: str | None) -> tuple[int, int, int]:
        if not exec_id:
            return 0, NO_ID, -1
        parts = exec_id_parts(exec_id)
        if parts is None:
            return 0, -2 - self._unusual.code(exec_id), -1
        return self.texts["node"].code(parts[0]), parts[1], parts[2]

    def _setting(self, block: Block, node: int, parent_node: int) -> int:
        texts, pod, init = self.texts, block.pod, block.in_init_tree
        container = pod.container if pod is not None else None
        image = container.image if container is not None else None
        key = (
            node,
            parent_node,
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
        code = self._setting_codes.get(key)
        if code is None:
            code = self._setting_codes[key] = len(self._setting_codes)
            for column, value in zip(self._settings.values(), key, strict=True):
                column.extend([value])
        return code

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
            return exec_id_of(self.texts["node"][node], ktime, pid)
        return "" if ktime == NO_ID else self._unusual[-2 - ktime]

    def key(self, exec_id: str) -> tuple[int, int, int] | None:
        """Find the parts (node code, ktime, pid) by which the columns name this exec id; None if none holds it."""
        parts = exec_id_parts(exec_id)
        if parts is not None:
            node = self.texts["node"].find(parts[0])
            if node is not None:
                return node, parts[1], parts[2]
        code = self._unusual.find(exec_id)
        return None if code is None else (0, -2 - code, -1)

    @property
    def bytes_held(self) -> int:
        """Memory of the columns and of the texts, about."""
        columns = sum(column.nbytes for column in [*self._columns.values(), *self._settings.values()])
        return columns + sum(texts.bytes_held for texts in self.texts.values()) + len(self._setting_codes) * 300
