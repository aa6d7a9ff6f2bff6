from __future__ import annotations

import gzip
import os
from itertools import chain
from pathlib import Path

import pytest

from tetratui.core.sources import (
    LineGone,
    LineLocation,
    SourceRegistry,
    expand,
    read_all,
)

DATA = Path(__file__).parents[2] / "data"
STAMPED = "tetragon-2026-11-23T19-43-29.149.log"


def lines_of(*sources: Path | str) -> list[bytes]:
    return [line for chunk in read_all(expand(sources)) for line in chunk.lines]


def test_a_folder_is_read_oldest_first_and_the_live_file_last(capture):
    assert lines_of(DATA / "rotation") == list(chain.from_iterable(capture))


def test_blank_lines_and_a_last_line_without_newline_are_rows(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"\n{}\n\n\n{}")
    assert lines_of(path) == [b"", b"{}", b"", b"", b"{}"]
    path.write_bytes(b"")
    assert lines_of(path) == []


def test_lines_of_700_kilobytes_are_read_whole_and_read_back(tmp_path):
    path = tmp_path / "a.log"
    long = [bytes([65 + number]) * 700_000 for number in range(5)]
    path.write_bytes(b"\n".join([*long, b""]))
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    registry = SourceRegistry()
    chunks = list(read_all([path, packed], registry))
    assert [line for chunk in chunks for line in chunk.lines] == long * 2
    locations = [LineLocation(chunk.file, offset) for chunk in chunks for offset in chunk.offsets]
    # Backwards, as a screen sorted by newest first asks.
    assert [registry.read(location, 700_000) for location in reversed(locations)] == list(reversed(long * 2))
    registry.close()


def test_a_line_torn_by_a_full_disk_is_one_line():
    lines = lines_of(DATA / "disk-full" / "tetragon.log.gz")
    torn = [line for line in lines if not line.endswith(b'Z"}') or line.count(b'{"process_') > 1]
    assert len(lines) == 500
    assert len(torn) == 1


def test_a_truncated_gzip_file_is_read_as_far_as_possible_and_reported(tmp_path, capture):
    path = tmp_path / "a.log.gz"
    path.write_bytes((DATA / "rotation" / "tetragon.log.gz").read_bytes()[:-3000])
    registry = SourceRegistry()
    lines = [line for chunk in read_all([path], registry) for line in chunk.lines]
    assert len(lines) > 300
    assert lines[:-1] == capture[4][: len(lines) - 1]
    assert [fault.message for fault in registry.faults] == [f"{path}: the gzip file ends too early"]


def test_a_hole_at_the_front_is_one_line_and_is_not_read(tmp_path, capture):
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.seek(50 << 30)
        file.write(b"".join(line + b"\n" for line in capture[0]))
    lines = lines_of(path)
    assert (lines[0][:1], lines[1:]) == (b"\0", capture[0][1:])


def test_lines_of_a_pipe_can_be_read_back(capture):
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        with os.fdopen(write, "wb") as file:
            file.write(b"".join(line + b"\n" for line in capture[0]))
        os._exit(0)
    os.close(write)
    registry = SourceRegistry()
    chunks = list(read_all([Path(f"/dev/fd/{read}")], registry))
    os.close(read)
    os.wait()
    assert [line for chunk in chunks for line in chunk.lines] == capture[0]
    assert registry.read(LineLocation(chunks[0].file, chunks[0].offsets[9]), len(capture[0][9])) == capture[0][9]
    registry.close()
    with pytest.raises(LineGone):
        registry.read(LineLocation(chunks[0].file, 0), 1)
