"""Compressed files are known by their content and read as far as they go."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from stand_ins.wrapped_logs import EVENTS, cri, pretty
from tetratui.core.sources import LineLocation, SourceRegistry, describe_left_out, expand, read_all
from tetratui.core.table import load

Compress = Callable[[bytes], bytes]
WAYS: dict[str, Compress] = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}
NAMES = {"gz": "gzip", "zst": "zstd", "xz": "xz", "bz2": "bzip2"}
CONTENT = b"".join(event + b"\n" for event in EVENTS)


@pytest.mark.parametrize("way", WAYS)
def test_content_decides_not_the_name(tmp_path: Path, way: str) -> None:
    (tmp_path / "tetragon.log").write_bytes(WAYS[way](CONTENT))
    table = load([tmp_path / "tetragon.log"])
    assert [table.line(row) for row in range(len(table))] == EVENTS
    assert not table.faults


@pytest.mark.parametrize("way", WAYS)
def test_members_put_one_after_another_are_all_read(tmp_path: Path, way: str) -> None:
    halves = CONTENT[:3000], CONTENT[3000:]
    (tmp_path / "x").write_bytes(b"".join(map(WAYS[way], halves)))
    table = load([tmp_path / "x"])
    assert (len(table), table.faults) == (24, [])


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_whole_is_read_as_far_as_possible_and_said(tmp_path: Path, way: str) -> None:
    lines = b"".join(b"%d " % number + EVENTS[number % 24][::-1] + b"\n" for number in range(8_000))
    packed = WAYS[way](lines)
    path = tmp_path / "x"
    path.write_bytes(packed[: len(packed) // 2])
    registry = SourceRegistry()
    read = [line for chunk in read_all([path], registry) for line in chunk.lines]
    # bzip2 holds back a block of 900 kB, xz unpacks to the byte.
    assert len(read) > 1_000 or way in {"bz2"}
    assert read[:-1] == lines.split(b"\n")[: len(read) - 1] or not read
    assert [fault.message for fault in registry.faults] == [f"{path}: the {NAMES[way]} file ends too early"]


@pytest.mark.parametrize("way", WAYS)
def test_what_follows_the_end_is_said(tmp_path: Path, way: str) -> None:
    (tmp_path / "x").write_bytes(WAYS[way](CONTENT) + b"garbage")
    table = load([tmp_path / "x"])
    assert len(table) == 24
    assert "holds something else after its end" in str(table.faults[0])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WAYS)), st.data())
def test_damage_raises_nothing(way: str, data: st.DataObject) -> None:
    packed = bytearray(WAYS[way](CONTENT))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(packed)
        table = load([path])
        # Not every format has a check sum: a changed byte may stand in a line.
        assert table.rows_read <= 25 or table.faults
        assert len(table) == 24 or table.faults or table.unreadable.count or table.rows_read < 24


@pytest.mark.parametrize("way", WAYS)
def test_wrapped_and_compressed(tmp_path: Path, way: str) -> None:
    for name, content in (("a", cri(EVENTS, 100)), ("b", pretty(EVENTS))):
        (tmp_path / name).write_bytes(WAYS[way](content))
        assert len(load([tmp_path / name])) == 24


def test_any_line_of_a_compressed_file_is_read_back(tmp_path: Path) -> None:
    for way, compress in WAYS.items():
        registry = SourceRegistry()
        (tmp_path / way).write_bytes(compress(CONTENT))
        (chunk,) = (chunk for chunk in read_all([tmp_path / way], registry) if chunk.lines)
        for line, offset in reversed(list(zip(chunk.lines, chunk.offsets, strict=True))):
            assert registry.read(LineLocation(chunk.file, offset), len(line)) == line
        registry.close()


def test_a_folder_with_every_compression_is_read_oldest_first(tmp_path: Path) -> None:
    parts = [EVENTS[at : at + 4] for at in range(0, 24, 4)]
    names = ["tetragon.log-20250202.xz", "tetragon.log.4.gz", "tetragon.log.3.bz2", "tetragon.log.2.zst",
             "tetragon.log.1", "tetragon.log"]  # fmt: skip
    for name, part in zip(names, parts, strict=True):
        content = b"".join(event + b"\n" for event in part)
        (tmp_path / name).write_bytes(WAYS.get(name.rpartition(".")[2], bytes)(content))
    (tmp_path / "tetragon.log.1.zst").write_bytes(b"a copy that is not read")
    (tmp_path / "tetragon.log.5.gz.tmp").write_bytes(b"\x1f\x8b")
    (tmp_path / "audit.log").write_bytes(b"foreign\n")
    (tmp_path / "tetragon.log.6.lz4").write_bytes(b"\x04\x22\x4d\x18")
    assert [path.name for path in expand([tmp_path])] == names
    table = load([tmp_path])
    assert [table.line(row) for row in range(len(table))] == EVENTS
    (note,) = describe_left_out([tmp_path])
    assert note.endswith("left out, as they are no files of the export: audit.log, tetragon.log.6.lz4")
    assert table.warnings == [note]


def test_the_files_of_a_container_are_read_restart_by_restart(tmp_path: Path) -> None:
    for number, name in enumerate(["0.log.20261120-090000.gz", "0.log", "1.log.20261121-090000", "10.log", "1.log"]):
        content = cri(EVENTS[number : number + 1])
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert [path.name for path in expand([tmp_path])] == [
        "0.log.20261120-090000.gz", "0.log", "1.log.20261121-090000", "1.log", "10.log"
    ]  # fmt: skip
    assert len(load([tmp_path])) == 5
