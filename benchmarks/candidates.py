"""The ways to read a line that were tried, on the same lines in the same run: CPU microseconds a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
import orjson

from benchmarks.matching import first_lines
from tetratui.core.events.decode import decode_all
from tetratui.core.events.shapes import NO_BLOCK, Block
from tetratui.core.table import EventTable, HeldBatch
from tetratui.core.table.ingest.ingest import SLICE

LINES = 20_000
BATCH = 1_000
ROUNDS = 5


_OF_BLOCK = ("exec_id", "pid", "uid", "binary", "arguments", "cwd", "flags", "start_time", "parent_exec_id")


class _Whole(msgspec.Struct, gc=False):
    process: Block | None = None
    parent: Block | None = None


class _Bytes(msgspec.Struct, gc=False):
    process: msgspec.Raw = NO_BLOCK
    parent: msgspec.Raw = NO_BLOCK


def _decoder(body: Any) -> Callable[[bytes], Any]:
    fields = [(key, body | None, None) for key in ("process_exec", "process_exit", "process_kprobe")]
    fields += [("node_name", str | None, None), ("time", str | None, None)]
    return msgspec.json.Decoder(msgspec.defstruct("line", fields, gc=False)).decode


def _picked(event: Any) -> tuple[Any, ...]:
    """Take what becomes columns out of a parsed event."""
    kind = next(iter(event))
    body = event[kind]
    blocks = [
        tuple(map(block.get, _OF_BLOCK)) for block in (body.get("process"), body.get("parent")) if block is not None
    ]
    return kind, event.get("time"), event.get("node_name"), body.get("status"), body.get("signal"), *blocks


def _simdjson() -> dict[str, Callable[[bytes], Any]]:
    try:
        import simdjson
    except ImportError:
        return {}
    parser = simdjson.Parser()
    return {
        "pysimdjson: parsed, nothing read": parser.parse,
        "pysimdjson: read lazily": lambda line: _picked(parser.parse(line)),
        "pysimdjson: all as objects": simdjson.loads,
    }


def measure(file: Path) -> dict[str, float]:
    """Time each way over the first lines of a file."""
    lines = first_lines(file, LINES)
    alone: dict[str, Callable[[bytes], Any]] = {
        "orjson.loads": orjson.loads,
        "orjson.loads, fields picked": lambda line: _picked(orjson.loads(line)),
        **_simdjson(),
        "msgspec typed, blocks decoded": _decoder(_Whole),
        "msgspec typed, blocks left as bytes": _decoder(_Bytes),
    }
    ways: dict[str, Callable[[Sequence[bytes]], Any]] = {
        name: lambda batch, way=way: [None for line in batch if way(line) is None]  # type: ignore[misc]
        for name, way in alone.items()
    }
    ways["kept: the same for every kind, a hundred lines a call"] = _kept
    taken = {name: [_us(way, lines) for _ in range(ROUNDS)] for name, way in ways.items()}
    taken["that, and all columns of the table"] = [_us(_Table().append, lines) for _ in range(ROUNDS)]
    return {name: round(min(times), 2) for name, times in taken.items()}


def _kept(batch: Sequence[bytes]) -> None:
    for begin in range(0, len(batch), SLICE):
        decode_all(batch[begin : begin + SLICE])


class _Table:
    def __init__(self) -> None:
        self._table = EventTable(lambda *_: b"")

    def append(self, batch: Sequence[bytes]) -> None:
        offsets = list(accumulate((len(line) + 1 for line in batch[:-1]), initial=0))
        self._table.append(HeldBatch(list(batch), offsets))


def _us(way: Callable[[Sequence[bytes]], Any], lines: Sequence[bytes]) -> float:
    start = time.process_time()
    for begin in range(0, len(lines), BATCH):
        way(lines[begin : begin + BATCH])
    return (time.process_time() - start) / len(lines) * 1e6
