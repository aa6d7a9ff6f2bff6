"""Times become nanoseconds and come back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events.times import UNKNOWN_TIME, format_rfc3339, parse_rfc3339


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-23T19:17:04.344107754Z", 1795461424344107754),
        ("2026-11-23T19:17:04.344107Z", 1795461424344107000),
        ("2026-11-23T20:17:04.5+01:00", 1795461424500000000),
        ("2024-02-29T00:00:00.000000001Z", 1709164800000000001),
        ("2023-02-29T00:00:00.000000001Z", UNKNOWN_TIME),
        ("2026-13-01T00:00:00.000000000Z", UNKNOWN_TIME),
        ("2026-11-23T24:00:00.000000000Z", UNKNOWN_TIME),
        ("2026-11-23 at 19:17:04.34410775", UNKNOWN_TIME),
        ("٢026-11-23T19:17:04.344107754Z", UNKNOWN_TIME),
        ("1969-12-31T23:59:59.999999999Z", UNKNOWN_TIME),
        ("2262-04-11T23:47:16.854775807Z", 2**63 - 1),
        ("2262-04-11T23:47:16.854775808Z", UNKNOWN_TIME),
        ("2026-11-23T19:17:04.34410775²Z", UNKNOWN_TIME),
        ("2026-11-23T19:17:04.344107754z", 1795461424344107754),
        ("", UNKNOWN_TIME),
    ],
)
def test_a_time_is_parsed(text: str, expected: int) -> None:
    assert parse_rfc3339(text) == expected


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_a_formatted_time_is_parsed_back(time: int) -> None:
    written = format_rfc3339(time)
    assert written is not None
    assert parse_rfc3339(written) == time
    assert datetime.fromisoformat(written[:19]).replace(tzinfo=UTC).timestamp() == time // 10**9
