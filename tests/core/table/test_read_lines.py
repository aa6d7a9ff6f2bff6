"""Lines of many rows: each as the single read gives it, with few reads, and gone ones named where they are missing."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from tetratui.core.errors import SourceError
from tetratui.core.sources import SourceRegistry
from tetratui.core.sources.line_location import LineGone
from tetratui.core.table import EventTable, load


def written(path: Path, lines: list[bytes]) -> Path:
    data = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def line_of(pid: int) -> bytes:
    process = {"pid": pid, "binary": "/usr/bin/x", "arguments": "x" * (300 + pid % 50), "flags": "execve clone"}
    return orjson.dumps({"process_exec": {"process": process}, "time": f"2026-11-23T20:00:{pid % 60:02}.0Z"})


@pytest.fixture
def events() -> list[bytes]:
    return [line_of(pid) for pid in range(1, 3001)]


@pytest.mark.parametrize("name", ["tetragon.log", "tetragon.log.gz"])
@pytest.mark.parametrize("rows", [range(3000), range(2999, -1, -1), range(0, 3000, 7), [5, 5, 2999, 0], []])
def test_they_are_what_is_read_line_by_line(tmp_path: Path, events: list[bytes], name: str, rows: Any) -> None:
    table = load([written(tmp_path / name, events)])
    assert list(table.lines(rows)) == [(row, events[row]) for row in sorted(set(rows))]
    assert all(table.line(row) == line for row, line in list(table.lines(rows))[::100])


def test_a_megabyte_of_them_is_one_read(tmp_path: Path, events: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    table = load([written(tmp_path / "tetragon.log", events)])
    reads: list[int] = []
    read_one = SourceRegistry._content
    monkeypatch.setattr(SourceRegistry, "_content", lambda *asked: reads.append(asked[-1]) or read_one(*asked))
    assert len(list(table.lines(range(3000)))) == 3000
    whole = sum(len(line) + 1 for line in events)
    assert max(reads) <= 1 << 20
    assert len(reads) <= whole // (1 << 19) + 1


def test_lines_behind_a_cut_are_gone_and_those_before_it_are_not(tmp_path: Path, events: list[bytes]) -> None:
    path = written(tmp_path / "tetragon.log", events)
    table = load([path])
    with path.open("r+b") as file:
        file.truncate(sum(len(line) + 1 for line in events[:2500]) + 10)
    found = dict(table.lines(range(3000)))
    assert [found[row] for row in range(2500)] == events[:2500]
    assert all(isinstance(found[row], LineGone) and str(path) in str(found[row]) for row in range(2500, 3000))


def test_all_lines_of_a_deleted_file_are_gone(tmp_path: Path, events: list[bytes]) -> None:
    kept, lost = written(tmp_path / "a.log", events[:1000]), written(tmp_path / "b.log", events[1000:])
    table = load([kept, lost])
    lost.unlink()
    found = dict(table.lines(range(3000)))
    assert [found[row] for row in range(1000)] == events[:1000]
    assert all(isinstance(found[row], LineGone) for row in range(1000, 3000))


def test_a_row_that_is_not_held_is_gone() -> None:
    table = EventTable(lambda *_: b"")
    ((row, line),) = table.lines([7])
    assert row == 7
    assert isinstance(line, SourceError)


def test_a_disk_that_fails_is_named(tmp_path: Path, events: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "tetragon.log", events[:3])
    table = load([path])

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(SourceRegistry, "_content", fail)
    found = dict(table.lines([0, 1]))
    assert "Input/output error" in str(found[0])
    with pytest.raises(LineGone, match=str(path)):
        table.line(0)
