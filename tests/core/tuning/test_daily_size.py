"""Bytes a day: extrapolated from ten minutes at least, else unknown with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.table import build_table
from tetratui.core.tuning.impact import Impact, impact
from tetratui.core.tuning.report import Report


def impact_over(seconds: float) -> Impact:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [
        orjson.dumps(
            {
                "process_exec": {"process": {"exec_id": "x", "pid": 7, "binary": "/bin/a", "arguments": "x"}},
                "time": (start + timedelta(seconds=after)).isoformat(),
            }
        )
        for after in (0, seconds)
    ]
    return impact([Exclusion((Kind.EXEC,), (Pattern.exactly("/bin/a"),))], build_table(lines))


@pytest.mark.parametrize("seconds", [0, 18, 599])
def test_a_short_span_tells_nothing_of_a_day(seconds: float) -> None:
    found = impact_over(seconds)
    assert found.bytes_per_day is None
    assert found.why_no_pace == f"the events span {seconds} s, less than 10 minutes"
    assert f"bytes a day unknown: {found.why_no_pace}" in Report("x", (), found).markdown()


def test_ten_minutes_are_taken_as_the_pace() -> None:
    found = impact_over(600)
    assert found.bytes_per_day == found.bytes * 144
    assert found.why_no_pace == ""
