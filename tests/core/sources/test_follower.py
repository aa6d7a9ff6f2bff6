from __future__ import annotations

import gzip
import os
import threading
import time
from itertools import chain
from pathlib import Path

import pytest

from tetratui.core.demo.export_file import ExportFile
from tetratui.core.sources import Follower, LineLocation, SourceRegistry, read_history


def write(path: Path, lines: list[bytes], mode: str = "ab") -> None:
    with path.open(mode) as file:
        file.write(b"".join(line + b"\n" for line in lines))


def test_every_line_of_the_capture_is_read_once_and_in_order_through_its_rotations(tmp_path, follow, registry, capture):
    export = ExportFile(tmp_path)
    reader = follow(export.path)
    count = 0
    for number, lines in enumerate(capture):
        for line in lines:
            export.write(line)
        count += len(lines)
        if number % 2:
            reader.until_lines(count)
        if number < len(capture) - 1:
            export.rotate()
    export.close()
    everything = [line for lines in capture for line in lines]
    reader.until_lines(len(everything))
    assert reader.lines == everything
    for (file, offset, size), line in zip(reader.locations, everything, strict=True):
        assert registry.read(LineLocation(file, offset), size) == line


def test_a_new_file_with_the_inode_number_of_an_old_one_is_read(tmp_path, follow, capture):
    live, gone = tmp_path / "tetragon.log", tmp_path / "tetragon-2026-11-23T19-43-29.149.log"
    write(live, capture[0])
    reader = follow(live)
    reader.until_lines(len(capture[0]))
    live.rename(gone)
    write(live, capture[1])
    reader.until_lines(len(capture[0]) + len(capture[1]))
    # The first file's inode comes back at the path with other content, as ext4 does once the old file is deleted.
    gone.rename(tmp_path / "spare")
    live.rename(gone)
    os.truncate(tmp_path / "spare", 0)
    (tmp_path / "spare").rename(live)
    write(live, capture[2])
    reader.until_lines(sum(map(len, capture[:3])))
    assert reader.lines == capture[0] + capture[1] + capture[2]


def test_an_incomplete_line_waits_for_its_end(tmp_path, follow):
    live = tmp_path / "tetragon.log"
    live.write_bytes(b'{"a":1}\n{"b"')
    reader = follow(live)
    reader.until_lines(1)
    with live.open("ab") as file:
        file.write(b':2}\n{"c":3}\n')
    reader.until_lines(3)
    assert reader.lines == [b'{"a":1}', b'{"b":2}', b'{"c":3}']


def test_existing_lines_are_history_and_new_ones_are_followed_with_no_line_in_both(tmp_path, registry, capture):
    export = ExportFile(tmp_path)
    for number, lines in enumerate(capture[:3]):
        if number:
            export.rotate()
        for line in lines:
            export.write(line)
    follower = Follower(export.path, registry)
    beginning = follower.start()
    export.rotate()
    export.write(capture[3][0])
    chunks = list(read_history(registry, beginning, beginning.older, block=100_000))
    items = follower.take(20)
    while not any(hasattr(item, "lines") for item in items):
        items += follower.take(20)
    follower.stop()
    export.close()
    assert [line for chunk in reversed(chunks) for line in chunk.lines] == list(chain.from_iterable(capture[:3]))
    assert [line for item in items if hasattr(item, "lines") for line in item.lines] == [capture[3][0]]
    assert len(chunks) > 20


def test_a_truncated_file_is_read_again_from_its_beginning(tmp_path, follow, capture):
    live = tmp_path / "tetragon.log"
    write(live, capture[0])
    reader = follow(live)
    reader.until_lines(len(capture[0]))
    write(live, capture[1][:3], "wb")
    reader.until_lines(len(capture[0]) + 3)
    assert reader.lines == capture[0] + capture[1][:3]
    reader.until_status("truncated")


def test_the_hole_that_a_writer_without_append_leaves_is_one_unreadable_line_and_takes_no_memory(
    tmp_path, follow, capture
):
    live = tmp_path / "tetragon.log"
    with live.open("wb", buffering=0) as file:
        file.write(b"".join(line + b"\n" for line in capture[0]))
        reader = follow(live)
        reader.until_lines(len(capture[0]))
        os.truncate(live, 0)
        reader.until_status("truncated")
        # As if it had written ten gigabytes before.
        file.seek(10 << 30)
        file.write(b"".join(line + b"\n" for line in capture[1]))
        reader.until_lines(len(capture[0]) + len(capture[1]))
    new = reader.lines[len(capture[0]) :]
    assert new[0].lstrip(b"\0") == capture[1][0]
    assert new[0].startswith(b"\0")
    assert len(new[0]) < 20_000
    assert new[1:] == capture[1][1:]


def test_a_file_that_does_not_exist_yet_is_read_from_its_start_once_it_exists(tmp_path, follow, capture):
    folder = tmp_path / "later"
    reader = follow(folder / "tetragon.log")
    reader.until_status("waiting")
    folder.mkdir()
    write(folder / "tetragon.log", capture[0])
    reader.until_lines(len(capture[0]))
    assert reader.lines == capture[0]


def test_a_file_that_vanishes_and_returns_loses_nothing(tmp_path, follow, capture):
    live = tmp_path / "tetragon.log"
    write(live, capture[0])
    reader = follow(live)
    reader.until_lines(len(capture[0]))
    away = live.rename(tmp_path / "elsewhere")
    reader.until_status("vanished")
    write(away, capture[1])
    reader.until_lines(len(capture[0]) + len(capture[1]))
    write(live, capture[2])
    reader.until_lines(sum(map(len, capture[:3])))
    assert reader.lines == capture[0] + capture[1] + capture[2]
    reader.until_status("returned")


def test_a_file_without_permission_is_read_once_it_is_granted(tmp_path, follow, capture):
    live = tmp_path / "tetragon.log"
    write(live, capture[0])
    live.chmod(0)
    if os.access(live, os.R_OK):
        pytest.skip("root may read everything")
    reader = follow(live)
    reader.until_status("denied")
    assert "mode 0000" in reader.statuses[0].text
    live.chmod(0o600)
    reader.until_lines(len(capture[0]))
    assert reader.lines == capture[0]


def test_opening_a_refused_file_is_tried_again(tmp_path, follow, capture, monkeypatch):
    live = tmp_path / "tetragon.log"
    write(live, capture[0])
    refused, really = [True], os.open

    def refuse(path, *args, **options):
        if refused and path == live:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *args, **options)

    monkeypatch.setattr(os, "open", refuse)
    reader = follow(live)
    reader.until_status("denied")
    refused.clear()
    reader.until_lines(len(capture[0]))
    assert reader.lines == capture[0]


def test_a_slow_consumer_slows_the_reader_and_loses_nothing(tmp_path, registry, capture):
    live = tmp_path / "tetragon.log"
    everything = list(chain.from_iterable(capture)) * 4
    write(live, everything)
    follower = Follower(live, registry, from_start=True, capacity=2)
    follower.start()
    taken: list[bytes] = []
    while len(taken) < len(everything):
        items = follower.take(20)
        assert 0 < len(items) <= 2
        taken += [line for item in items if hasattr(item, "lines") for line in item.lines]
    follower.stop()
    assert taken == everything


def test_stopping_leaves_no_thread_and_no_descriptor(tmp_path, capture):
    live = tmp_path / "tetragon.log"
    write(live, list(chain.from_iterable(capture)) * 4)
    before, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(5):
        # The mailbox is full: the thread is waiting for room when it is told to stop.
        follower = Follower(live, SourceRegistry(), from_start=True, capacity=1)
        follower.start()
        follower.take(20)
        follower.stop()
    assert threading.active_count() == threads
    # The watcher's own thread, which nobody can join, closes its files a moment later.
    deadline = time.monotonic() + 10
    while len(os.listdir("/proc/self/fd")) > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_line_is_gone_only_when_no_file_holds_it(tmp_path, follow, registry, capture):
    live = tmp_path / "tetragon.log"
    write(live, capture[0])
    reader = follow(live)
    reader.until_lines(len(capture[0]))
    location, size = LineLocation(*reader.locations[7][:2]), reader.locations[7][2]
    packed = tmp_path / "tetragon-2026-11-23T19-43-29.149.log.gz"
    packed.write_bytes(gzip.compress(live.read_bytes()))
    live.unlink()
    assert registry.read(location, size) == capture[0][7]
    registry.close()
    packed.unlink()
    write(live, capture[1])
    with pytest.raises(Exception, match="gone"):
        registry.read(location, size)
