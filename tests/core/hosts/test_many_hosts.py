"""Many hosts at once: one table, nothing lost, none waits for another."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from stand_ins.feeding import Feeding
from stand_ins.ssh_server import SshServer
from tetratui.core.demo.export_file import ExportFile
from tetratui.core.hosts import host_reader
from tetratui.core.hosts.host_state import HostCondition
from tetratui.core.query import parse
from tetratui.core.table import load

HOSTS, RATE, SECONDS = 10, 200, 2
Start = Callable[[Sequence[str]], Feeding]


def make_line(host: str, number: int) -> bytes:
    process = b'{"exec_id":"%s%d","pid":%d,"binary":"/bin/true","arguments":"%d"}' % (
        host.encode(),
        number,
        number,
        number,
    )
    return b'{"process_exec":{"process":%s},"node_name":"node-%s","time":"2026-11-28T10:00:%02d.%06dZ"}' % (
        process,
        host.encode(),
        number // 1000,
        number % 1000,
    )


def write_at_rate(export: ExportFile, host: str) -> None:
    """Write lines at the rate of a busy host, and rotate once."""
    begin = time.monotonic()
    for number in range(RATE * SECONDS):
        export.write(make_line(host, number))
        if number == RATE:
            export.rotate()
        time.sleep(max(0.0, begin + (number + 1) / RATE - time.monotonic()))


def test_ten_hosts_at_once_lose_no_line_beside_a_dead_one(ssh: SshServer, tmp_path: Path, feeding: Start) -> None:
    names = [f"web{number}" for number in range(HOSTS)]
    exports = []
    for name in names:
        (tmp_path / name).mkdir()
        exports.append(ExportFile(tmp_path / name))
    running = feeding(["ssh://dead:1/x.log", *(f"ssh://{name}{tmp_path}/{name}/tetragon.log" for name in names)])
    running.wait_for(lambda: sum(state.condition is HostCondition.FOLLOWING for state in running.feed.hosts) == HOSTS)
    writers = [
        threading.Thread(target=write_at_rate, args=(export, name)) for export, name in zip(exports, names, strict=True)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    running.wait_for(lambda: len(running.feed.table) >= HOSTS * RATE * SECONDS)

    for name in names:
        wanted = hashlib.sha256(b"\n".join(make_line(name, number) for number in range(RATE * SECONDS))).hexdigest()
        assert hashlib.sha256(b"\n".join(running.lines(name))).hexdigest() == wanted
        assert running.feed.activity[name].events == RATE * SECONDS
    states = {state.name: state for state in running.feed.hosts}
    assert states["dead"].condition is HostCondition.LOST
    assert "no SSH server answers" in states["dead"].detail
    assert all(states[name].delay is not None for name in names)


def test_the_host_as_reached_is_not_the_node(ssh: SshServer, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.log").write_bytes(make_line("x", 1) + b"\n")
    sources = [str(tmp_path / "a.log"), f"ssh://web1{tmp_path}/b.log"]
    table = load(sources)
    counts = [int(parse(query).mask(table).sum()) for query in ("host=web1", "host=here", "node=node-x", "host=node-x")]
    assert counts == [1, 1, 2, 0]
    assert [table.event(row).host for row in range(2)] == ["here", "web1"]
    alone = load(sources[:1])
    assert int(parse("host=node-x").mask(alone).sum()) == 1
    assert alone.event(0).host is None


def test_history_comes_first_then_what_is_new(ssh: SshServer, tmp_path: Path, feeding: Start) -> None:
    export = ExportFile(tmp_path)
    lines = [make_line("web1", number) for number in range(6000)]
    for line in lines[:2000]:
        export.write(line)
    export.rotate()
    for line in lines[2000:5000]:
        export.write(line)
    running = feeding([f"ssh://web1{tmp_path}/"])
    running.wait_for(lambda: len(running.feed.table) == 5000)
    for line in lines[5000:]:
        export.write(line)
    running.wait_for(lambda: len(running.feed.table) == 6000)

    assert running.lines("web1") == lines
    assert running.feed.activity["web1"].events == 6000
    # What was written before came from the newest line backwards.
    assert running.feed.table.first == -5000


def test_a_killed_connection_is_taken_up_again(
    ssh: SshServer, tmp_path: Path, feeding: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_reader, "_FIRST_WAIT", 0.1)
    export = ExportFile(tmp_path)
    lines = [make_line("web1", number) for number in range(400)]
    for line in lines[:100]:
        export.write(line)
    running = feeding([f"ssh://web1{tmp_path}/tetragon.log"])
    running.wait_for(lambda: running.feed.hosts[0].condition is HostCondition.FOLLOWING)
    for begin in (100, 200, 300):
        for pid in ssh.children():
            os.kill(pid, signal.SIGKILL)
        export.rotate()
        for line in lines[begin : begin + 100]:
            export.write(line)
        running.wait_for(lambda: len(running.feed.table) == begin + 100)  # noqa: B023 - called at once

    assert running.lines("web1") == lines
    files = running.feed.table.files(running.feed.table.first, running.feed.table.stop)
    assert len(np.unique(files)) == 4


def test_lines_in_envelopes_are_read_from_the_oldest_on(ssh: SshServer, tmp_path: Path, feeding: Start) -> None:
    lines = [b"2026-11-28T10:00:%02dZ stdout F %b" % (number, make_line("web1", number)) for number in range(50)]
    (tmp_path / "0.log").write_bytes(b"\n".join(lines) + b"\n")
    running = feeding([f"ssh://web1{tmp_path}/0.log"])
    table = running.feed.table
    running.wait_for(lambda: len(table) + table.unreadable.count == 50)
    assert table.first == 0
    assert table.envelopes.total() == len(table) == 50
