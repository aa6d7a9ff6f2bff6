"""Completions at the cursor: fields, operators and values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.query import FIELDS, complete, parse
from tetratui.core.table import EventTable, build_table


def table(*arguments: str) -> EventTable:
    return build_table(
        [
            json.dumps(
                {
                    "process_exec": {"process": {"pid": 7, "binary": "/bin/sh", "arguments": text}},
                    "time": "2026-11-23T19:12:51Z",
                }
            ).encode()
            for text in arguments
        ]
    )


TABLE = table("-c one", "two", "two", "t,wo", "\x1b]0;pwned", "Two")


def completions(text: str) -> list[str]:
    return [completion.text for completion in complete(text, len(text), TABLE)]


def test_every_field_completes_an_empty_query() -> None:
    assert [text.rstrip(":=") for text in completions("")] == list(FIELDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dp", ["dport="]),
        ("kind:exec (pare", ["parent:"]),
        ("-pol", ["policy:"]),
        ("bin", ["bin:", "bin=", "bin~"]),
        ("args:tw", ["two", "Two"]),
        ("args:one,tw", ["two", "Two"]),
        ('args="two', ["two", "Two"]),
        ("args=t,", ["two", '"-c one"', '"t,wo"', "Two"]),
        ("nofield:x", []),
        ("args~x", []),
        ("kind:rate", ["rate_limit"]),
        ("mark:", ["noise", "keep", "threat", "*"]),
    ],
)
def test_fields_operators_and_values_complete_a_query(text: str, expected: list[str]) -> None:
    assert completions(text) == expected


def test_values_come_with_their_count_the_most_frequent_first() -> None:
    first = complete("args:", 5, TABLE)[0]
    assert (first.text, first.count) == ("two", 2)


def test_a_value_that_acts_on_terminals_is_never_offered() -> None:
    assert not any("\x1b" in text for text in completions("args:"))


def test_every_completion_makes_a_valid_query() -> None:
    for text in ("args:", "args=t", "bin:/", "pid=", "kind:", "kind:exec -args:tw"):
        for completion in complete(text, len(text), TABLE):
            parse(text[: completion.start] + completion.text + text[completion.end :])


@given(st.text(max_size=20) | st.text(alphabet='ab:="-,( \\', max_size=12), st.integers(0, 20))
def test_completion_never_raises_and_replaces_only_what_was_typed(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for completion in complete(text, cursor, TABLE):
        assert 0 <= completion.start <= completion.end == cursor
