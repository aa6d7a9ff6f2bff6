from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from tetratui.core.demo.capture import lines, shifted, time_of
from tetratui.core.demo.replay import Replay
from tetratui.core.sources import expand, read_all


def lines_of(folder) -> list[bytes]:
    return [line for chunk in read_all(expand([folder])) for line in chunk.lines]


def test_history_is_there_at_once_and_ends_now():
    threads = threading.active_count()
    with Replay(history=3_000) as replay:
        written = lines_of(replay.source)
        newest = time_of(written[2_999])
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
        expected = [shifted(line, replay._shift) for line in lines()[-len(written) :]]
    assert len(written) > 10_000
    assert written == expected


def test_events_come_at_the_pace_of_the_capture():
    begun = datetime(2030, 1, 1, tzinfo=UTC)
    replay = Replay(clock=lambda: begun + timedelta(seconds=30))
    replay._begun, replay._met = begun, datetime(2026, 11, 23, tzinfo=UTC)
    assert replay._due(replay._met + timedelta(seconds=40)) == 10
    assert replay._due(replay._met + timedelta(seconds=20)) == -10
    replay.folder.rmdir()
