from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import orjson

import tetratui.core.demo
from tetratui.core.demo.capture import lines, shifted, time_of


def test_the_bundled_capture_is_small_and_holds_noise_network_and_attacks():
    packed = Path(tetratui.core.demo.__file__).with_name("capture.log.gz")
    assert packed.stat().st_size < 2 << 20
    held = lines()
    kinds = Counter(next(iter(orjson.loads(line))) for line in held)
    assert len(held) == 21_300
    assert kinds["process_exec"] > 8_000
    assert kinds["process_exit"] > 11_000
    assert kinds["process_kprobe"] > 100
    assert sum(b"open-audit.sh" in line for line in held) > 1_000
    assert sum(b'"arguments":"NEEDLE ' in line and b'"process_exec"' in line for line in held) >= 70


def test_moving_a_line_moves_its_times_and_nothing_else():
    by = timedelta(days=400, seconds=7)
    for line in lines()[::97]:
        moved, was = orjson.loads(shifted(line, by)), time_of(line)
        assert was is not None
        assert time_of(shifted(line, by)) == was + by
        assert _without_times(moved) == _without_times(orjson.loads(line))
        assert _times(moved) != _times(orjson.loads(line))


def test_a_time_in_an_argument_stays():
    line = rb'{"a":"\"time\":\"2026-11-23T19:43:29.5Z\"","time":"2026-11-23T19:43:29.123456789Z"}'
    expected = rb'{"a":"\"time\":\"2026-11-23T19:43:29.5Z\"","time":"2026-11-23T19:44:29.123456789Z"}'
    assert shifted(line, timedelta(minutes=1)) == expected


def _without_times(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items() if key not in {"time", "start_time"}}
    return value


def _times(value: dict[str, object]) -> object:
    return value["time"]
