"""Compare ways to read a line, on the same lines in the same run: CPU microseconds a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from benchmarks.matching import first_lines
from tetratui.core.table import EventTable, LineBatch
from tetratui.core.table.ingest.ingest import index_batch

LINES = 20_000
BATCH = 1_000
ROUNDS = 5


_BLOCK_FIELDS = ("exec_id", "pid", "uid", "binary", "arguments", "cwd", "flags", "start_time", "parent_exec_id")


def _pick_fields(event: Any) -> tuple[Any, ...]:
    """Return the fields of a parsed event that become columns."""
    kind = next(iter(event))
    body = event[kind]
    blocks = [
        tuple(map(block.get, _BLOCK_FIELDS)) for block in (body.get("process"), body.get("parent")) if block is not None
    ]
    return kind, event.get("time"), event.get("node_name"), body.get("status"), body.get("signal"), *blocks


def _simdjson_readers() -> dict[str, Callable[[bytes], Any]]:
    try:
        import simdjson
    except ImportError:
        return {}
    parser = simdjson.Parser()
    return {
        "pysimdjson: parsed, nothing read": parser.parse,
        "pysimdjson: read lazily": lambda line: _pick_fields(parser.parse(line)),
        "pysimdjson: all as objects": simdjson.loads,
    }


def measure(file: Path) -> dict[str, float]:
    """Return the CPU time of each way over the first lines of a file, in microseconds a line."""
    lines = first_lines(file, LINES)
    line_readers: dict[str, Callable[[bytes], Any]] = {
        "orjson.loads": orjson.loads,
        "orjson.loads, fields picked": lambda line: _pick_fields(orjson.loads(line)),
        **_simdjson_readers(),
    }
    batch_readers: dict[str, Callable[[Sequence[bytes]], Any]] = {
        name: lambda batch, read=read: [None for line in batch if read(line) is None]  # type: ignore[misc]
        for name, read in line_readers.items()
    }
    batch_readers["in use: every field in columns of a scan"] = _scan
    times = {name: [_cpu_us(read, lines) for _ in range(ROUNDS)] for name, read in batch_readers.items()}
    times["that, and all columns of the table"] = [_cpu_us(_Table().append, lines) for _ in range(ROUNDS)]
    # The quickest round: other processes can only make a round slower.
    return {name: round(min(rounds), 2) for name, rounds in times.items()}


def _scan(batch: Sequence[bytes]) -> None:
    index_batch(LineBatch(list(batch), range(len(batch))))


class _Table:
    def __init__(self) -> None:
        self._table = EventTable(lambda *_: b"")

    def append(self, batch: Sequence[bytes]) -> None:
        offsets = list(accumulate((len(line) + 1 for line in batch[:-1]), initial=0))
        self._table.append(LineBatch(list(batch), offsets))


def _cpu_us(read: Callable[[Sequence[bytes]], Any], lines: Sequence[bytes]) -> float:
    start = time.process_time()
    for begin in range(0, len(lines), BATCH):
        read(lines[begin : begin + BATCH])
    return (time.process_time() - start) / len(lines) * 1e6
