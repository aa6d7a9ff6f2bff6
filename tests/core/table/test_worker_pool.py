"""Worker processes index the same as this process does, and nothing of them remains."""

from __future__ import annotations

import contextlib
import gzip
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tetratui.core.lineage import Lineage
from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, expand
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.read_sources import split_sources
from tetratui.core.table import EventTable, load
from tetratui.core.table.ingest import worker_pool
from tetratui.core.table.ingest.history import HistoryProgress, count_bytes, index_history
from tetratui.core.table.ingest.ingest import IndexedBatch
from tetratui.core.table.query_fields import NUMBERS, TEXT_FIELDS

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
NAMES = ["disk-full.log.gz", "every-kind.log.gz", "everything-on.log.gz", "server.log.gz"]
ODD = [
    b"",
    b"{",
    b'{"process_exec":{"process":{"exec_id":"no base64","pid":7,"arguments":""}},"time":"yesterday"}',
    b'{"process_exec":{"process":{"exec_id":"no base64","pid":7,"arguments":""},"parent":{"exec_id":"bjo4Ojg="}}}',
    b'{"process_new":{},"time":"2026-11-23T19:12:51Z"}',
    b"\0\0" + b"x" * 5000,
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rotated, a compressed and a live file with lines of all captures and odd lines; the last has no line feed."""
    lines = [gzip.decompress((CAPTURES / name).read_bytes()).split(b"\n")[:-1] for name in NAMES]
    mixed = [line for capture in lines for line in capture[:700]]
    for number, odd in enumerate(ODD):
        mixed.insert(300 * number + 5, odd)
    (tmp_path / "tetragon-2026-11-23T19-00-00.000.log").write_bytes(b"\n".join(mixed) + b"\n")
    (tmp_path / "tetragon-2026-11-23T19-10-00.000.log.gz").write_bytes(gzip.compress(b"\n".join(mixed[:50]) + b"\n"))
    (tmp_path / "tetragon.log").write_bytes(b"\n".join(mixed[::-1]))
    return tmp_path


@pytest.fixture
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers whatever the size of the history, a few hundred events each time."""
    for module in ("tetratui.core.table.ingest.worker_pool", "tetratui.core.table.ingest.history"):
        monkeypatch.setattr(f"{module}.workers_for", lambda size: 2)
        monkeypatch.setattr(f"{module}.RANGE_BYTES", 200_000)
    monkeypatch.setattr("tetratui.core.table.ingest.history.BLOCK_SIZE", 100_000)


def contents(table: EventTable) -> dict[str, Any]:
    """Return all that a table holds, in a form that compares."""
    fields: dict[str, Any] = {}
    for field in TEXT_FIELDS:
        codes, texts = table.text_codes(field)
        fields[field] = [texts.get(code) for code in codes.tolist()]
    numbers = {field: np.nan_to_num(table.numbers(field), nan=-2.0).tolist() for field in NUMBERS}
    lineage = Lineage(table)
    chains = [[ancestor.exec_id for ancestor in lineage.ancestors(row)] for row in range(table.first, table.stop, 97)]
    events = [
        replace(table.event(row), row=row - table.first)
        for row in range(table.first, table.stop, 7)
        if not table.approximate[row - table.first]
    ]
    unreadable = sorted(
        (unreadable.reason, unreadable.line, unreadable.offset) for unreadable in table.unreadable.recent
    )
    lines = [table.line(row) for row in range(table.first, table.stop, 31)]
    rows = (table.source_rows().tolist(), table.unreadable_rows().tolist(), table.unreadable.bytes)
    return (
        fields | numbers | {"chains": chains, "events": events, "unreadable": unreadable, "lines": lines, "rows": rows}
    )


def open_links(folder: Path) -> list[str]:
    """Return the open sockets and files of the folder, without the copies that a table keeps to read lines back."""
    links = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
    return sorted(link for link in links if link.startswith(("socket:", str(folder))) and not link.endswith(".gz"))


@pytest.fixture
def nothing_remains(folder: Path) -> Iterator[None]:
    """Check after the test that no descriptor is open that was not before, and that no worker runs."""
    before = open_links(folder)
    yield
    assert open_links(folder) == before
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    assert [command for command in commands if worker_pool.PROGRAM.encode() in command] == []


@pytest.mark.usefixtures("nothing_remains")
def test_a_table_indexed_by_workers_holds_the_same(folder: Path, request: pytest.FixtureRequest) -> None:
    alone = load([folder])
    request.getfixturevalue("two_workers")
    together = load([folder])
    assert contents(together) == contents(alone)
    assert together.bytes_read == alone.bytes_read
    assert len(together.unreadable.recent) > 5


@pytest.mark.usefixtures("two_workers", "nothing_remains")
def test_history_indexed_by_workers_holds_the_same(folder: Path) -> None:
    alone = load([folder])
    registry = SourceRegistry()
    table = EventTable(lambda file, offset, size: registry.read(LineLocation(file, offset), size))
    kinds, progress = [], HistoryProgress()
    with closing(index_history(registry, None, expand([folder]), progress)) as batches:
        for batch in batches:
            kinds.append(type(batch))
            table.prepend(batch)
            progress.done += count_bytes(batch)
    # A compressed file counts by its content; the last line of one file lacks its line feed.
    assert progress.done == progress.whole + 1
    assert progress.share == 1.0
    assert kinds.count(IndexedBatch) > 10
    assert kinds[0] is Chunk
    expected, actual = contents(alone), contents(table)
    registry.close()
    # The time of an event without one depends on what was joined before it.
    timed = ~table.approximate
    assert np.array_equal(timed, ~alone.approximate)
    for field in ("time", "took"):
        expected[field], actual[field] = (np.array(fields[field])[timed].tolist() for fields in (expected, actual))
    assert actual == expected


def items(folder: Path, registry: SourceRegistry) -> Iterator[ByteRange | Chunk]:
    return split_sources(expand([folder]), registry, 100_000)


def joined(batches: Iterator[Chunk | IndexedBatch], registry: SourceRegistry) -> EventTable:
    table = EventTable(lambda file, offset, size: b"")
    for batch in batches:
        table.append(batch)
    registry.close()
    return table


@pytest.mark.usefixtures("nothing_remains")
def test_what_a_killed_worker_was_working_on_is_read_by_this_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def begin(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **options))
        return started[-1]

    monkeypatch.setattr("tetratui.core.table.ingest.worker_pool.subprocess.Popen", begin)
    registry = SourceRegistry()
    kinds, table = [], EventTable(lambda file, offset, size: b"")
    with closing(worker_pool.index_with_workers(2, items(folder, registry), ByteRange.read)) as batches:
        for number, batch in enumerate(batches):
            kinds.append(type(batch))
            table.append(batch)
            if number == 3:
                os.kill(started[0].pid, signal.SIGKILL)
                started[0].wait()
            if number == 8:
                os.kill(started[1].pid, signal.SIGKILL)
                started[1].wait()
    registry.close()
    assert kinds[:3] == [IndexedBatch] * 3
    assert kinds[-1] is Chunk
    assert kinds.count(Chunk) > 5
    alone = load([folder])
    assert [table.event(row) for row in range(table.stop)] == [alone.event(row) for row in range(alone.stop)]


@pytest.mark.usefixtures("nothing_remains")
@pytest.mark.parametrize("python", ["/nowhere/python", sys.executable])
def test_without_workers_this_process_reads_all(folder: Path, monkeypatch: pytest.MonkeyPatch, python: str) -> None:
    # The first cannot be started; the second starts and does not find the program.
    monkeypatch.setattr("tetratui.core.table.ingest.worker_pool.sys.executable", python)
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    registry = SourceRegistry()
    table = joined(worker_pool.index_with_workers(2, items(folder, registry), ByteRange.read), registry)
    assert len(table) == len(load([folder]))


@pytest.mark.usefixtures("nothing_remains")
def test_workers_end_when_the_rest_is_not_read(folder: Path) -> None:
    registry = SourceRegistry()
    with closing(worker_pool.index_with_workers(2, items(folder, registry), ByteRange.read)) as batches:
        assert isinstance(next(batches), IndexedBatch)
    registry.close()


def test_a_worker_ends_when_the_process_that_started_it_is_gone(folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from tetratui.core.sources import SourceRegistry, expand
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.read_sources import split_sources
from tetratui.core.table.ingest.worker_pool import index_with_workers
ranges = split_sources(expand([Path(sys.argv[1])]), SourceRegistry(), 100_000)
batches = index_with_workers(1, ranges, ByteRange.read)
next(batches)
print(Path(f"/proc/self/task/{os.getpid()}/children").read_text(), flush=True)
os._exit(1)
"""
    parent = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=False, timeout=60)
    pid = int(parent.stdout)
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    # Readable once it has ended, whoever reaps it.
    assert select.select([process], [], [], 30)[0]
    os.close(process)


def test_few_bytes_or_one_processor_start_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1})
    assert worker_pool.workers_for(worker_pool.WORTH_BYTES - 1) == 0
    assert worker_pool.workers_for(worker_pool.WORTH_BYTES) == 2
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0})
    assert worker_pool.workers_for(1 << 40) == 0
