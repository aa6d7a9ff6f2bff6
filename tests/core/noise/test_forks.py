"""Exits without an exec: forks that never executed are told from execs that were not seen."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest

from tetratui.core.noise.columns import Columns
from tetratui.core.noise.forks import find_unmatched_exits
from tetratui.core.table import build_table

CAPTURE = Path(__file__).parents[2] / "data/captures/server.log.gz"


def ended(flags: str | None, pid: int = 7, ppid: int | None = 1, exec_id: str = "bjoxMDA6Nw==") -> bytes:
    process = {"exec_id": exec_id, "pid": pid, "binary": "/usr/bin/curl", "flags": flags}
    parent = {} if ppid is None else {"parent": {"exec_id": "bjoxOjE=", "pid": ppid, "binary": "/bin/bash"}}
    return orjson.dumps({"process_exit": {"process": process, **parent}})


def format_count(*lines: bytes) -> tuple[int, int]:
    columns = Columns.of(build_table(lines))
    exits = find_unmatched_exits(columns, np.arange(len(columns)))
    return int(exits.forks.sum()), int(exits.unseen.sum())


@pytest.mark.parametrize(
    ("line", "fork"),
    [
        (ended("execve"), True),
        (ended("execve inInitTree"), True),
        (ended("execve", ppid=None), True),
        (ended("execve rootcwd clone"), False),
        (ended("execve clone"), False),
        (ended("procFS"), False),
        (ended("execve procFS"), False),
        (ended("execve rootcwd", ppid=7), False),
        (ended(None), False),
        (ended("unknown"), False),
    ],
)
def test_the_flags_tell_what_an_exit_without_an_exec_is(line: bytes, fork: bool) -> None:
    assert format_count(line) == (int(fork), int(not fork))


def test_an_exit_with_its_exec_is_neither() -> None:
    exec_line = ended("execve").replace(b"process_exit", b"process_exec")
    assert format_count(exec_line, ended("execve")) == (0, 0)


def test_on_a_real_server_the_two_are_what_the_agent_says() -> None:
    lines = gzip.decompress(CAPTURE.read_bytes()).splitlines()
    columns = Columns.of(build_table(lines))
    exits = find_unmatched_exits(columns, np.arange(len(columns)))
    forks = np.flatnonzero(exits.forks).tolist()
    assert {orjson.loads(lines[index])["process_exit"]["process"]["flags"] for index in forks} == {"execve"}
    assert 0 < exits.unseen.sum() < len(forks)
