"""Durations, times, networks and addresses as operators type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tetratui.core.query import values
from tetratui.core.query.errors import QueryError
from tetratui.core.query.syntax import Value

NOW = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def ns(*moment: int, micro: int = 0) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000_000 + micro * 1000


@pytest.mark.parametrize(
    ("text", "low", "seconds"),
    [
        ("2026-11-23", ns(2026, 11, 22, 23), 86_400),
        ("2026-07-23", ns(2026, 7, 22, 22), 86_400),
        ("18:04", ns(2026, 11, 23, 17, 4), 60),
        ("18:04:09", ns(2026, 11, 23, 17, 4, 9), 1),
        ("18:04:09.112", ns(2026, 11, 23, 17, 4, 9, micro=112_000), 0.001),
        ("18:04Z", ns(2026, 11, 23, 18, 4), 60),
        ("2026-11-23T18:04:09Z", ns(2026, 11, 23, 18, 4, 9), 1),
        ("2026-11-23 18:04:09.112233Z", ns(2026, 11, 23, 18, 4, 9, micro=112_233), 0.000001),
        ("2026-11-23T18:04+05:30", ns(2026, 11, 23, 12, 34), 60),
        ("-5m", ns(2026, 11, 23, 19, 25), 0),
        ("-1h30m", ns(2026, 11, 23, 18, 0), 0),
        ("-90", ns(2026, 11, 23, 19, 29, 59, micro=910_000), 0),
    ],
)
def test_time_means_its_zone_and_precision(text: str, low: int, seconds: float) -> None:
    span = values.parse_time(Value(text), NOW, BERLIN)
    assert (span.low, span.high - span.low) == (low, round(seconds * 1_000_000_000))


def test_clock_time_is_of_the_day_it_is_in_that_zone() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert values.parse_time(Value("00:10"), late, timezone(timedelta(hours=1))).low == ns(2026, 11, 23, 23, 10)


@pytest.mark.parametrize("text", ["soon", "25:00", "2026-13-01", "18", "18:4", "-", "-x", "Z", "１８:04"])
def test_a_text_that_is_not_a_time_is_an_error(text: str) -> None:
    with pytest.raises(QueryError):
        values.parse_time(Value(text), NOW, UTC)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("5ms", (5, 1)),
        ("2s", (2000, 1000)),
        ("1.5s", (1500, 100)),
        ("1m30s", (90_000, 1000)),
        ("7", (7, 1)),
        ("20us", (0.02, 0.001)),
    ],
)
def test_duration_in_milliseconds_and_step(text: str, means: tuple[float, float]) -> None:
    assert values.parse_duration(Value(text)) == pytest.approx(means)


@pytest.mark.parametrize("text", ["", "5 ms", "5x", "s", "-5s", "٥ms"])
def test_a_text_that_is_not_a_duration_is_an_error(text: str) -> None:
    with pytest.raises(QueryError, match="not a duration"):
        values.parse_duration(Value(text))


@pytest.mark.parametrize("text", ["10.0.0.0/8", "fe80::/10", "10.1.2.3/8"])
def test_network_is_read(text: str) -> None:
    assert values.parse_network(Value(text)) is not None


def test_network_in_quotes_is_a_text() -> None:
    assert values.parse_network(Value("10.0.0.0/8", quoted=True)) is None


def test_impossible_network_is_an_error() -> None:
    with pytest.raises(QueryError, match="not a network"):
        values.parse_network(Value("10.0.0.0/99"))


def test_mapped_address_is_the_ipv4_one() -> None:
    assert str(values.parse_address("::ffff:10.0.0.7")) == "10.0.0.7"
    assert values.parse_address("not one") is None
