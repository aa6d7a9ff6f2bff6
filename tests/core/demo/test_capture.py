"""The bundled capture holds what the demo needs, and only its times are shifted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import orjson

import tetratui.core.demo
from tetratui.core.demo.capture import read_capture, read_time, shift_times


def test_the_bundled_capture_is_small_and_holds_noise_network_and_attacks():
    packed = Path(tetratui.core.demo.__file__).with_name("capture.log.gz")
    assert packed.stat().st_size < 2 << 20
    lines = read_capture()
    kinds = Counter(next(iter(orjson.loads(line))) for line in lines)
    assert len(lines) == 21_300
    assert kinds["process_exec"] > 8_000
    assert kinds["process_exit"] > 11_000
    assert kinds["process_kprobe"] > 100
    assert sum(b"open-audit.sh" in line for line in lines) > 1_000
    assert sum(b'"arguments":"NEEDLE ' in line and b'"process_exec"' in line for line in lines) >= 70


def test_shifting_a_line_changes_its_times_and_nothing_else():
    by = timedelta(days=400, seconds=7)
    for line in read_capture()[::97]:
        shifted, time = orjson.loads(shift_times(line, by)), read_time(line)
        assert time is not None
        assert read_time(shift_times(line, by)) == time + by
        assert _without_times(shifted) == _without_times(orjson.loads(line))
        assert _times(shifted) != _times(orjson.loads(line))


def test_a_time_in_an_argument_is_not_shifted():
    line = rb'{"a":"\"time\":\"2026-11-23T19:43:29.5Z\"","time":"2026-11-23T19:43:29.123456789Z"}'
    expected = rb'{"a":"\"time\":\"2026-11-23T19:43:29.5Z\"","time":"2026-11-23T19:44:29.123456789Z"}'
    assert shift_times(line, timedelta(minutes=1)) == expected


def _without_times(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items() if key not in {"time", "start_time"}}
    return value


def _times(value: dict[str, object]) -> object:
    return value["time"]
