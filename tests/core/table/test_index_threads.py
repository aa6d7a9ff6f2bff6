"""Threads index the same as the thread that reads does, and nothing of them remains."""

from __future__ import annotations

import contextlib
import gzip
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tetratui.core.lineage import Lineage
from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, expand
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.line_block import LineBlock
from tetratui.core.sources.read_sources import split_sources
from tetratui.core.table import EventTable, load
from tetratui.core.table.ingest import index_threads
from tetratui.core.table.ingest.history import HistoryProgress, index_history
from tetratui.core.table.ingest.ingest import IndexedBatch, index_batch
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
def two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads whatever the size of the history, a few hundred events each time."""
    for module in ("tetratui.core.table.ingest.index_threads", "tetratui.core.table.ingest.history"):
        monkeypatch.setattr(f"{module}.threads_for", lambda size: 2)
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
    """Check after the test that no descriptor is open that was not before, and that no thread runs."""
    before = open_links(folder)
    yield
    assert open_links(folder) == before
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("index")] == []


@pytest.mark.usefixtures("nothing_remains")
def test_a_table_indexed_by_threads_holds_the_same(folder: Path, request: pytest.FixtureRequest) -> None:
    alone = load([folder])
    request.getfixturevalue("two_threads")
    together = load([folder])
    assert contents(together) == contents(alone)
    assert together.bytes_read == alone.bytes_read
    assert len(together.unreadable.recent) > 5


@pytest.mark.usefixtures("two_threads", "nothing_remains")
def test_history_indexed_by_threads_holds_the_same(folder: Path) -> None:
    alone = load([folder])
    registry = SourceRegistry()
    table = EventTable(lambda file, offset, size: registry.read(LineLocation(file, offset), size))
    batches_read, progress = 0, HistoryProgress()
    with closing(index_history(registry, None, expand([folder]), progress)) as batches:
        for batch in batches:
            table.prepend(batch)
            batches_read += 1
            progress.done += batch.bytes
    # A compressed file counts by its content.
    assert progress.done == progress.whole
    assert progress.share == 1.0
    assert batches_read > 10
    expected, actual = contents(alone), contents(table)
    registry.close()
    # The time of an event without one depends on what was joined before it.
    timed = ~table.approximate
    assert np.array_equal(timed, ~alone.approximate)
    for field in ("time", "took"):
        expected[field], actual[field] = (np.array(fields[field])[timed].tolist() for fields in (expected, actual))
    assert actual == expected


def items(folder: Path, registry: SourceRegistry) -> Generator[ByteRange | Chunk]:
    return split_sources(expand([folder]), registry, 100_000)


@pytest.mark.usefixtures("nothing_remains")
@pytest.mark.parametrize("threads", [0, 1, 3])
def test_each_item_is_indexed_once_and_in_order(folder: Path, threads: int) -> None:
    registry, table = SourceRegistry(), EventTable(lambda file, offset, size: b"")
    with closing(index_threads.index_ranges(threads, items(folder, registry), ByteRange.read_block)) as batches:
        for batch in batches:
            table.append(batch)
    registry.close()
    alone = load([folder])
    assert [table.event(row) for row in range(table.stop)] == [alone.event(row) for row in range(alone.stop)]


@pytest.mark.usefixtures("nothing_remains")
def test_threads_end_when_the_rest_is_not_read(folder: Path) -> None:
    registry = SourceRegistry()
    with closing(index_threads.index_ranges(2, items(folder, registry), ByteRange.read_block)) as batches:
        assert isinstance(next(batches), IndexedBatch)
    registry.close()


@pytest.mark.usefixtures("nothing_remains")
def test_an_error_of_reading_reaches_whoever_iterates(folder: Path) -> None:
    def read(byte_range: ByteRange) -> LineBlock:
        if byte_range.begin > 200_000:
            raise OSError(5, "Input/output error")
        return byte_range.read_block()

    registry = SourceRegistry()
    with (
        pytest.raises(OSError, match="Input/output"),
        closing(items(folder, registry)) as ranges,
        closing(index_threads.index_ranges(2, ranges, read)) as batches,
    ):
        list(batches)
    registry.close()


def test_few_bytes_or_one_processor_start_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1})
    assert index_threads.threads_for(index_threads.WORTH_BYTES - 1) == 0
    assert index_threads.threads_for(index_threads.WORTH_BYTES) == 2
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0})
    assert index_threads.threads_for(1 << 40) == 0


def test_an_indexed_chunk_keeps_the_rows_that_it_leaves_out() -> None:
    chunk = Chunk(0, 0, [b'{"process_exec":{}}'] * 3, [0, 20, 40], shifts=((1, 2), (3, 1)))
    table = EventTable(lambda *_: b"")
    table.append(index_batch(chunk))
    assert table.source_rows().tolist() == [0, 3, 4]
    assert table.rows_read == 6
