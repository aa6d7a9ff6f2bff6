"""The replay writes the whole capture once, shifted to now, at its own pace."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from tetratui.core.demo.capture import read_capture, read_time, shift_times
from tetratui.core.demo.replay import Pace, Replay
from tetratui.core.sources import expand, read_all


def lines_of(folder) -> list[bytes]:
    return [line for chunk in read_all(expand([folder])) for line in chunk.lines]


def test_history_is_written_at_once_and_ends_now():
    threads = threading.active_count()
    with Replay(history=3_000) as replay:
        written = lines_of(replay.source)
        newest = read_time(written[2_999])
        assert len(written) >= 3_000
        assert newest is not None
        assert abs(datetime.now(UTC) - newest) < timedelta(seconds=10)
        folder = replay.folder
    assert not folder.exists()
    assert threading.active_count() == threads


def test_every_line_of_the_capture_is_written_once_and_in_order_and_the_file_rotates():
    with Replay(history=100, speed=10_000) as replay:
        assert replay.ended.wait(60)
        # The agent keeps five rotated files; the rest is deleted as the oldest.
        assert len(list(replay.source.glob("tetragon-*.log.gz"))) == 5
        written = lines_of(replay.source)
        expected = [shift_times(line, replay.pace.shift) for line in read_capture()[-len(written) :]]
    assert len(written) > 10_000
    assert written == expected


def test_events_are_due_at_the_pace_of_the_capture():
    start, start_in_capture = datetime(2030, 1, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    pace = Pace(start, start_in_capture)
    now = start + timedelta(seconds=30)
    assert pace.delay(start_in_capture + timedelta(seconds=40), now) == 10
    assert pace.delay(start_in_capture + timedelta(seconds=20), now) == -10
    assert Pace(start, start_in_capture, speed=2).delay(start_in_capture + timedelta(seconds=80), now) == 10


def test_times_are_shifted_by_whole_seconds():
    start_in_capture = datetime(2026, 11, 23, 0, 0, 0, 250_000, tzinfo=UTC)
    assert Pace(datetime(2026, 11, 24, tzinfo=UTC), start_in_capture).shift == timedelta(seconds=86_399)
