"""Times become nanoseconds and come back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events import times
from tetratui.core.events.times import UNKNOWN_TIME, format_rfc3339, parse_rfc3339, parse_rfc3339_all


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
def test_a_time_is_parsed_alone_and_among_many(text: str, expected: int) -> None:
    assert parse_rfc3339(text) == expected
    assert parse_rfc3339_all([text, None] * 4).tolist() == [expected, UNKNOWN_TIME] * 4
    assert parse_rfc3339_all([text, None] * 80).tolist() == [expected, UNKNOWN_TIME] * 80


MOMENTS = st.integers(0, 8_000_000_000 * 10**9).map(lambda time: format_rfc3339(time) or "")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(MOMENTS, st.text(min_size=30, max_size=30), st.none()), max_size=40))
def test_many_times_are_parsed_as_each_alone(texts: list[str | None]) -> None:
    expected = [UNKNOWN_TIME if text is None else parse_rfc3339(text) for text in texts]
    # Use the arrays even for a few texts.
    with patch.object(times, "MIN_BATCH", 1):
        assert parse_rfc3339_all(texts).tolist() == expected


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_a_formatted_time_is_parsed_back(time: int) -> None:
    written = format_rfc3339(time)
    assert written is not None
    assert parse_rfc3339(written) == time
    assert datetime.fromisoformat(written[:19]).replace(tzinfo=UTC).timestamp() == time // 10**9
