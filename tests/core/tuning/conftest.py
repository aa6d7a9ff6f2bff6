from __future__ import annotations

import base64
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import pytest

from tetratui.core.table import EventTable, load
from tetratui.core.tuning.tuning_context import TuningContext

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def capture() -> EventTable:
    """The bundled capture: 21,300 events of a noisy server."""
    return load([Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))])


@pytest.fixture(scope="session")
def context(capture: EventTable) -> TuningContext:
    return TuningContext(capture)


@pytest.fixture(scope="session")
def attacks() -> list[int]:
    """Rows of the capture that belong to the process tree of an attack command."""
    rows: list[int] = []
    for line in (DATA / "attack_samples.tsv").read_text().splitlines():
        if not line.startswith("#"):
            _, what, numbers = line.split("\t")
            rows += map(int, numbers.split(",")) if what == "attack" else []
    return rows


class Lines:
    """Small events in Tetragon's form, for tests that need one special field."""

    @staticmethod
    def event(key: str = "process_exec", pid: int = 7, parent: dict[str, Any] | None = None, **process: Any) -> bytes:
        """Write one line; `parent` None means no parent block, other keywords are fields of the process."""
        exec_id = base64.b64encode(f"server01:{pid}000:{pid}".encode()).decode()
        block = {"exec_id": exec_id, "pid": pid, "uid": 0, "binary": "/usr/bin/x", "flags": "execve clone", **process}
        body: dict[str, Any] = {"process": block}
        if parent is not None:
            body["parent"] = {"exec_id": "", "pid": 1, "uid": 0, "flags": "execve", **parent}
        return orjson.dumps({key: body, "node_name": "server01", "time": f"2026-11-23T20:00:{pid % 60:02}.0Z"})

    @classmethod
    def connect(cls, address: str, port: int, **process: Any) -> bytes:
        """Write one connect hook."""
        line = orjson.loads(cls.event("process_kprobe", parent={"binary": "/usr/bin/bash"}, **process))
        socket = {"family": "AF_INET", "protocol": "IPPROTO_TCP", "daddr": address, "dport": port}
        line["process_kprobe"] |= {"function_name": "tcp_connect", "policy_name": "net", "args": [{"sock_arg": socket}]}
        return orjson.dumps(line)


@pytest.fixture(scope="session")
def lines() -> type[Lines]:
    return Lines
