"""Events that the agent left out and says so: rate limits and throttled cgroups."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.query import parse
from tetratui.core.table import build_table, losses_of


def limited(number: object) -> bytes:
    return orjson.dumps({"rate_limit_info": {"number_of_dropped_process_events": number}, "node_name": "n"})


def throttled(kind: str, cgroup: str) -> bytes:
    return orjson.dumps({"process_throttle": {"type": kind, "cgroup": cgroup}})


EXEC = b'{"process_exec":{"process":{"binary":"/x"}}}'


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_counts_are_summed_as_texts_and_as_numbers(numbers: list[int]) -> None:
    lines = [limited(number if number % 2 else str(number)) for number in numbers]
    assert losses_of(build_table([EXEC, *lines])).rate_limited == sum(numbers)


@pytest.mark.parametrize("number", ["x", -1, None, True, {}, str(2**64)])
def test_what_is_no_count_adds_nothing(number: object) -> None:
    table = build_table([limited(number), limited("42")])
    assert losses_of(table).rate_limited == 42
    assert table.event(0).dropped is None


def test_cgroups_are_counted_where_throttling_began() -> None:
    lines = [throttled("THROTTLE_START", "/a"), throttled("THROTTLE_STOP", "/a"), throttled("THROTTLE_START", "/b")]
    table = build_table([*lines, lines[2], EXEC])
    assert list(losses_of(table).throttled.items()) == [("/b", 2), ("/a", 1)]
    assert losses_of(table, parse("file=/a").mask(table)).throttled == {"/a": 1}


def test_the_rows_tell_what_was_left_out() -> None:
    table = build_table([limited("42"), throttled("THROTTLE_START", "/system.slice/docker.service")])
    assert (table.event(0).dropped, table.event(1).action) == (42, "THROTTLE_START")
    assert table.event(1).file == "/system.slice/docker.service"
    assert parse("dropped>=42").mask(table).tolist() == [True, False]
    assert parse("kind:throttle action:start").mask(table).tolist() == [False, True]
