"""What other processes index is what is indexed here, and nothing of them stays."""

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

from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, expand
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.read_sources import split_sources
from tetratui.core.table import EventTable, Lineage, load
from tetratui.core.table.ingest import worker_pool as crew
from tetratui.core.table.ingest.history import Progress, bytes_of, history
from tetratui.core.table.ingest.ingest import Indexed
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
    """A rotated, a packed and a live file of all that was captured, odd lines between, the last one not ended."""
    lines = [gzip.decompress((CAPTURES / name).read_bytes()).split(b"\n")[:-1] for name in NAMES]
    mixed = [line for some in lines for line in some[:700]]
    for number, odd in enumerate(ODD):
        mixed.insert(300 * number + 5, odd)
    (tmp_path / "tetragon-2026-11-23T19-00-00.000.log").write_bytes(b"\n".join(mixed) + b"\n")
    (tmp_path / "tetragon-2026-11-23T19-10-00.000.log.gz").write_bytes(gzip.compress(b"\n".join(mixed[:50]) + b"\n"))
    (tmp_path / "tetragon.log").write_bytes(b"\n".join(mixed[::-1]))
    return tmp_path


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers whatever the size of the history, a few hundred events each time."""
    for place in ("tetratui.core.table.ingest.worker_pool", "tetratui.core.table.ingest.history"):
        monkeypatch.setattr(f"{place}.workers_for", lambda size: 2)
        monkeypatch.setattr(f"{place}.STRETCH", 200_000)
    monkeypatch.setattr("tetratui.core.table.ingest.history.BLOCK_SIZE", 100_000)


def said(table: EventTable) -> dict[str, Any]:
    """All that a table says."""
    fields: dict[str, Any] = {}
    for field in TEXT_FIELDS:
        codes, texts = table.text_codes(field)
        fields[field] = [texts.get(code) for code in codes.tolist()]
    numbers = {field: np.nan_to_num(table.numbers(field), nan=-2.0).tolist() for field in NUMBERS}
    lineage = Lineage(table)
    chains = [[one.exec_id for one in lineage.chain(row)] for row in range(table.first, table.stop, 97)]
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


def links(folder: Path) -> list[str]:
    """The sockets and files of the folder that are open here, but for what a table keeps to read lines back."""
    found = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{fd}"))
    return sorted(link for link in found if link.startswith(("socket:", str(folder))) and not link.endswith(".gz"))


@pytest.fixture
def nothing_stays(folder: Path) -> Iterator[None]:
    """No descriptor more than before, and no child."""
    before = links(folder)
    yield
    assert links(folder) == before
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    assert [command for command in commands if b"core.table.worker import main" in command] == []


@pytest.mark.usefixtures("nothing_stays")
def test_a_table_indexed_by_others_says_the_same(folder: Path, request: pytest.FixtureRequest) -> None:
    alone = load([folder])
    request.getfixturevalue("two")
    together = load([folder])
    assert said(together) == said(alone)
    assert together.bytes_read == alone.bytes_read
    assert len(together.unreadable.recent) > 5


@pytest.mark.usefixtures("two", "nothing_stays")
def test_history_indexed_by_others_says_the_same(folder: Path) -> None:
    alone = load([folder])
    registry = SourceRegistry()
    table = EventTable(lambda file, offset, size: registry.read(LineLocation(file, offset), size))
    kinds, progress = [], Progress()
    with closing(history(registry, None, expand([folder]), progress)) as batches:
        for batch in batches:
            kinds.append(type(batch))
            table.prepend(batch)
            progress.done += bytes_of(batch)
    # What is packed counts by what it holds; the last line of one file is not ended.
    assert progress.done == progress.whole + 1
    assert progress.share == 1.0
    assert kinds.count(Indexed) > 10
    assert kinds[0] is Chunk
    expected, found = said(alone), said(table)
    registry.close()
    # The time of an event without one depends on what was joined before it.
    timed = ~table.approximate
    assert np.array_equal(timed, ~alone.approximate)
    for field in ("time", "took"):
        expected[field], found[field] = (np.array(one[field])[timed].tolist() for one in (expected, found))
    assert found == expected


def items(folder: Path, registry: SourceRegistry) -> Iterator[ByteRange | Chunk]:
    return split_sources(expand([folder]), registry, 100_000)


def joined(batches: Iterator[Chunk | Indexed], registry: SourceRegistry) -> EventTable:
    table = EventTable(lambda file, offset, size: b"")
    for batch in batches:
        table.append(batch)
    registry.close()
    return table


@pytest.mark.usefixtures("nothing_stays")
def test_what_a_killed_worker_had_in_hand_is_read_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def begin(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **options))
        return started[-1]

    monkeypatch.setattr("tetratui.core.table.ingest.worker_pool.subprocess.Popen", begin)
    registry = SourceRegistry()
    kinds, table = [], EventTable(lambda file, offset, size: b"")
    with closing(crew.indexed_by(2, items(folder, registry), ByteRange.read)) as batches:
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
    assert kinds[:3] == [Indexed] * 3
    assert kinds[-1] is Chunk
    assert kinds.count(Chunk) > 5
    alone = load([folder])
    assert [table.event(row) for row in range(table.stop)] == [alone.event(row) for row in range(alone.stop)]


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("python", ["/nowhere/python", sys.executable])
def test_without_workers_all_is_read_here(folder: Path, monkeypatch: pytest.MonkeyPatch, python: str) -> None:
    # One cannot be started; the other starts and cannot find the program.
    monkeypatch.setattr("tetratui.core.table.ingest.worker_pool.sys.executable", python)
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    registry = SourceRegistry()
    table = joined(crew.indexed_by(2, items(folder, registry), ByteRange.read), registry)
    assert len(table) == len(load([folder]))


@pytest.mark.usefixtures("nothing_stays")
def test_workers_end_when_the_rest_is_not_wanted(folder: Path) -> None:
    registry = SourceRegistry()
    with closing(crew.indexed_by(2, items(folder, registry), ByteRange.read)) as batches:
        assert isinstance(next(batches), Indexed)
    registry.close()


def test_a_worker_ends_when_the_one_who_asks_is_gone() -> None:
    code = """
import os, sys
from tetratui.core.table.ingest import worker_pool as crew
worker = crew._Worker()
print(worker._process.pid, flush=True)
os._exit(1)
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    pid = int(asked.stdout)
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    # Readable once it has ended, whoever reaps it.
    assert select.select([process], [], [], 30)[0]
    os.close(process)


def test_few_bytes_and_one_processor_start_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1})
    assert crew.workers_for(crew.WORTH_BYTES - 1) == 0
    assert crew.workers_for(crew.WORTH_BYTES) == 2
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0})
    assert crew.workers_for(1 << 40) == 0
