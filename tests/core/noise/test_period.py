from __future__ import annotations

import numpy as np
import pytest

from tetratui.core.noise.period import find_period

SECOND = 10**9


def test_a_timer_is_seen_through_its_jitter() -> None:
    jitter = np.random.default_rng(1).integers(-SECOND, SECOND, 30)
    result = find_period(np.arange(30) * 60 * SECOND + jitter + 10**18)
    assert result is not None
    assert result.seconds == pytest.approx(60, abs=1)
    assert str(result).startswith("every ")


def test_a_burst_each_minute_counts_as_one_return() -> None:
    times = [minute * 60 * SECOND + part * SECOND // 50 for minute in range(8) for part in range(10)]
    result = find_period(np.array(times, dtype=np.int64))
    assert result is not None
    assert result.seconds == pytest.approx(60, abs=1)


@pytest.mark.parametrize("times", [[], [0, 1, 2], [0, 5, 100, 101, 900, 4000, 4001, 90000]])
def test_what_does_not_come_evenly_has_no_period(times: list[int]) -> None:
    assert find_period(np.array(times, dtype=np.int64) * SECOND) is None
