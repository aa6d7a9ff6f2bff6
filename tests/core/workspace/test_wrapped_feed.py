"""Wrapped sources are followed as plain ones are: files through rotation, and pipes."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stand_ins.wrapped_logs import EVENTS, cri, docker, make_events, pretty
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.feed_events import FeedEvent, SourceReported

DEADLINE = 20.0


class Reading:
    """A feed that reads in a thread of its own."""

    def __init__(self, *sources: Path) -> None:
        self.feed = Feed(sources)
        self.reports: list[FeedEvent] = []
        self.thread = threading.Thread(target=self.feed.make_reader(self.reports.append), daemon=True)

    def __enter__(self) -> Reading:
        if any(path.is_fifo() for path in map(Path, self.feed.sources)):
            self.feed.open_pipe()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.stop()
        self.thread.join(DEADLINE)

    def until(self, is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not is_true():
            assert time.monotonic() < deadline, (len(self.feed.table), self.said())
            time.sleep(0.01)

    def until_events(self, count: int) -> None:
        self.until(lambda: len(self.feed.table) >= count)

    def said(self) -> list[str]:
        return [report.text for report in self.reports if isinstance(report, SourceReported)]

    def lines(self) -> list[bytes]:
        table = self.feed.table
        return [table.line(row) for row in range(table.first, table.stop)]


def test_a_container_log_is_followed_through_rotation_and_a_text_goes_on_in_the_next_file(tmp_path: Path) -> None:
    live = tmp_path / "0.log"
    wrapped = [cri([event], 200).split(b"\n")[:-1] for event in EVENTS]
    live.write_bytes(cri(EVENTS[:3], 200))
    with Reading(live) as reading:
        reading.until_events(3)
        with live.open("ab") as file:
            file.write(cri(EVENTS[3:5], 200) + wrapped[5][0] + b"\n")
        reading.until_events(5)
        live.rename(tmp_path / "0.log.20261120-090000")
        live.write_bytes(b"\n".join([*wrapped[5][1:], b""]) + cri(EVENTS[6:8], 200))
        reading.until_events(8)
        assert reading.lines() == EVENTS[:8]
        assert "CRI log lines, unwrapped" in reading.said()


def test_older_files_of_a_folder_come_first(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log.1").write_bytes(docker(EVENTS[:4], 300))
    (tmp_path / "tetragon.log").write_bytes(docker(EVENTS[4:6], 300))
    (tmp_path / "other.log").write_bytes(b"foreign\n")
    with Reading(tmp_path) as reading:
        reading.until_events(6)
        with (tmp_path / "tetragon.log").open("ab") as file:
            file.write(docker(EVENTS[6:8], 300))
        reading.until_events(8)
        assert reading.lines() == EVENTS[:8]
        assert any("other.log" in text for text in reading.said())


@pytest.mark.parametrize("content", [pretty(EVENTS), json.dumps([json.loads(event) for event in EVENTS]).encode()])
def test_a_document_is_shown_although_its_last_line_has_no_end(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "answer.json").write_bytes(content.rstrip(b"\n"))
    with Reading(tmp_path / "answer.json") as reading:
        reading.until_events(24)
        reading.until(lambda: any("not followed" in text for text in reading.said()))
        assert [json.loads(line) for line in reading.lines()] == [json.loads(event) for event in EVENTS]


def test_a_file_that_begins_empty_is_unwrapped_when_lines_come(tmp_path: Path) -> None:
    live = tmp_path / "container.log"
    live.touch()
    with Reading(live) as reading:
        reading.until(lambda: any(not isinstance(report, SourceReported) for report in reading.reports))
        with live.open("ab") as file:
            file.write(docker(EVENTS[:4], 300))
        reading.until_events(4)
        assert reading.lines() == EVENTS[:4]


def test_a_pipe_is_unwrapped_as_its_lines_come(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    long = make_events(2, "x" * 50_000)
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    with Reading(tmp_path / "pipe") as reading:
        content = cri([*EVENTS[:3], *long])
        for at in range(0, len(content), 10_000):
            os.write(writer, content[at : at + 10_000])
        reading.until_events(5)
        os.write(writer, cri(EVENTS[3:4]))
        reading.until_events(6)
        assert reading.lines() == [*EVENTS[:3], *long, EVENTS[3]]
        assert reading.feed.table.parts > 4
    os.close(writer)


def test_a_compressed_file_under_a_plain_name_is_read_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").write_bytes(gzip.compress(cri(EVENTS)))
    with Reading(tmp_path / "tetragon.log") as reading:
        reading.until_events(24)
        reading.until(lambda: any("not followed" in text for text in reading.said()))
