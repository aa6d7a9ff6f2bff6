"""Times and exec ids become numbers and come back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events import exec_id, times
from tetratui.core.events.times import UNKNOWN_TIME, nanoseconds, nanoseconds_of_all, rfc3339


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
def test_a_time_is_read_alone_and_among_many(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected
    assert nanoseconds_of_all([text, None] * 4).tolist() == [expected, UNKNOWN_TIME] * 4
    assert nanoseconds_of_all([text, None] * 80).tolist() == [expected, UNKNOWN_TIME] * 80


MOMENTS = st.integers(0, 8_000_000_000 * 10**9).map(lambda time: rfc3339(time) or "")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(MOMENTS, st.text(min_size=30, max_size=30), st.none()), max_size=40))
def test_many_times_are_those_read_one_by_one(texts: list[str | None]) -> None:
    one_by_one = [UNKNOWN_TIME if text is None else nanoseconds(text) for text in texts]
    # However few they are, as many are read.
    with patch.object(times, "_FEW", 1):
        assert nanoseconds_of_all(texts).tolist() == one_by_one


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_a_written_time_is_read_back(time: int) -> None:
    written = rfc3339(time)
    assert written is not None
    assert nanoseconds(written) == time
    assert datetime.fromisoformat(written[:19]).replace(tzinfo=UTC).timestamp() == time // 10**9


@given(st.text(max_size=20), st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1))
def test_an_exec_id_comes_back_from_its_parts(node: str, ktime: int, pid: int) -> None:
    assert exec_id.parts(exec_id.whole(node, ktime, pid)) == (node, ktime, pid)


@given(st.one_of(st.text(), st.binary().map(lambda data: __import__("base64").b64encode(data).decode())))
def test_an_id_is_taken_apart_only_if_nothing_is_lost(text: str) -> None:
    parts = exec_id.parts(text)
    assert parts is None or exec_id.whole(*parts) == text


@pytest.mark.parametrize("inside", ["server01:01:1", "server01:1", "server01:-1:1", "server01:1:1 ", "n:1:99999999999"])
def test_an_unusual_id_has_no_parts(inside: str) -> None:
    import base64

    unusual = base64.b64encode(inside.encode()).decode()
    assert exec_id.parts(unusual) is None
