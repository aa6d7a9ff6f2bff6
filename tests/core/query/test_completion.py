"""What is offered at the cursor."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.query import FIELDS, complete, parse
from tetratui.core.table import EventTable, table_of


def table(*arguments: str) -> EventTable:
    return table_of(
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


def offered(text: str, cursor: int | None = None, held: EventTable | None = TABLE) -> list[str]:
    return [found.text for found in complete(text, len(text) if cursor is None else cursor, held)]


def test_empty_query_is_offered_every_field() -> None:
    assert [text.rstrip(":=") for text in offered("")] == list(FIELDS)


@pytest.mark.parametrize(
    ("text", "offers"),
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
def test_offers(text: str, offers: list[str]) -> None:
    assert offered(text) == offers


def test_values_come_with_their_count_the_most_frequent_first() -> None:
    found = complete("args:", 5, TABLE)
    assert [(one.text, one.count) for one in found][:1] == [("two", 2)]


def test_a_value_that_acts_on_terminals_is_never_offered() -> None:
    assert not any("\x1b" in text for text in offered("args:"))


def test_what_is_offered_makes_a_valid_query() -> None:
    for text in ("args:", "args=t", "bin:/", "pid=", "kind:", "kind:exec -args:tw"):
        for found in complete(text, len(text), TABLE):
            parse(text[: found.start] + found.text + text[found.end :])


@given(st.text(max_size=20) | st.text(alphabet='ab:="-,( \\', max_size=12), st.integers(0, 20))
def test_never_raises_and_replaces_only_what_was_typed(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for found in complete(text, cursor, TABLE):
        assert 0 <= found.start <= found.end == cursor
