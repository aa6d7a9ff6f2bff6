"""Make the events of a cluster of three nodes: its routine for many minutes, and one minute in which a pod is attacked.

The minute is bundled: 258 events that Tetragon's own code wrote of a made-up story. Its probes, cron jobs, builds and
cluster agents come back every minute, as processes of their own.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson

from tetratui.core.demo.capture import read_time

MINUTES_BEFORE = 12
"""Minutes of routine before the attack: all of them are history when the demo starts."""
MINUTES_AFTER = 30
"""Minutes of routine after it, which are replayed live."""

_MINUTE = timedelta(seconds=64)
"""From one round of the routine to the next: the story is that long."""
_START = "2026-11-20T08:59:00"
"""When the story begins; what has an earlier time ran before it."""
_ROUTINE_KINDS = frozenset({"CronJob", "DaemonSet"})
_ROUTINE = frozenset({"orders-db", "prometheus", "cart", "runner"})
"""Workloads whose processes come back. The pod of `storefront` is the attacked one: of it only the probes do."""
_TIME = re.compile(rb'"((?:start_)?time)":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?Z)"')
_EXEC_ID = re.compile(rb'"((?:parent_)?exec_id)":"([A-Za-z0-9+/=]+)"')


def read_story() -> list[bytes]:
    """Return the lines of the bundled minute."""
    packed = files("tetratui.core.demo").joinpath("cluster.jsonl.gz").read_bytes()
    return gzip.decompress(packed).removesuffix(b"\n").split(b"\n")


def make_cluster_events() -> tuple[list[bytes], int]:
    """Return the lines of the cluster in order of time, and how many of them are history when the demo starts."""
    story = read_story()
    before = [line for line in story if (time := read_time(line)) is not None and time.isoformat() < _START]
    minute = [line for line in story if line not in set(before)]
    routine = list(_choose_routine(minute))
    started = _find_started(minute)
    history = list(before)
    for number in range(MINUTES_BEFORE, 0, -1):
        history += (_move(line, -number * _MINUTE, started) for line in routine)
    history += minute
    after = [_move(line, (number + 1) * _MINUTE, started) for number in range(MINUTES_AFTER) for line in routine]
    return [*history, *after], len(history)


def _choose_routine(minute: list[bytes]) -> Iterator[bytes]:
    for line in minute:
        process = _process_of(line)
        pod = process.get("pod") or {}
        is_probe = (pod.get("container") or {}).get("maybe_exec_probe", False)
        is_routine = pod.get("workload_kind") in _ROUTINE_KINDS or pod.get("workload") in _ROUTINE
        if (is_probe or is_routine) and read_time(line) is not None:
            yield line


def _process_of(line: bytes) -> dict[str, Any]:
    event = orjson.loads(line)
    body: dict[str, Any] = next((value for key, value in event.items() if key.startswith("process_")), {})
    return body.get("process") or {}


def _find_started(minute: list[bytes]) -> frozenset[bytes]:
    """Return the exec_ids of the processes that started in the minute."""
    processes = map(_process_of, minute)
    return frozenset(
        process["exec_id"].encode()
        for process in processes
        if process.get("exec_id") and process.get("start_time", "") >= _START
    )


def _move(line: bytes, by: timedelta, started: frozenset[bytes]) -> bytes:
    """Return the event as it happens again at another time: what started in the minute is another process then."""

    def move_time(match: re.Match[bytes]) -> bytes:
        moved = _move_second(match[2], by) if match[2].decode() >= _START else match[2]
        return b'"%b":"%b%b"' % (match[1], moved, match[3])

    def move_id(match: re.Match[bytes]) -> bytes:
        return b'"%b":"%b"' % (match[1], _move_exec_id(match[2], by) if match[2] in started else match[2])

    return _EXEC_ID.sub(move_id, _TIME.sub(move_time, line))


@lru_cache(maxsize=65_536)
def _move_second(second: bytes, by: timedelta) -> bytes:
    return (datetime.fromisoformat(second.decode()) + by).isoformat(timespec="seconds").encode()


@lru_cache(maxsize=65_536)
def _move_exec_id(exec_id: bytes, by: timedelta) -> bytes:
    """Return the exec_id of the same process at another time: it holds node, kernel time and pid."""
    node, kernel_time, pid = base64.b64decode(exec_id).rsplit(b":", 2)
    moved = int(kernel_time) + int(by.total_seconds()) * 1_000_000_000
    return base64.b64encode(b"%b:%d:%b" % (node, moved, pid))
