"""A value is included or excluded, and the rest of the query stays as typed."""

from __future__ import annotations

import pytest

from tetratui.core.query import QueryError, add_term


@pytest.mark.parametrize(
    ("query", "change", "after"),
    [
        ("", ("bin", "=", "/bin/sh", False), "bin=/bin/sh"),
        ("  kind:exec ", ("bin", "=", "/bin/sh", False), "kind:exec bin=/bin/sh"),
        ("kind:exec", ("bin", "=", "/bin/sh", True), "kind:exec -bin=/bin/sh"),
        ("a or b", ("bin", "=", "/bin/sh", True), "(a or b) -bin=/bin/sh"),
        ("(a or b) c", ("bin", "=", "/x", False), "(a or b) c bin=/x"),
        ("", ("args", "=", 'say "hi", twice', False), 'args="say \\"hi\\", twice"'),
        ("", ("args", ":", "*", False), 'args:"*"'),
        ("", ("args", "=", "=x", False), 'args="=x"'),
        ("", ("args", "=", "", False), "-args:*"),
        ("", ("args", "=", "", True), "args:*"),
        ("bin=/x", ("bin", "=", "/x", False), "bin=/x"),
        ("bin=/x kind:exec", ("bin", "=", "/x", True), "kind:exec -bin=/x"),
        ("-bin=/x", ("bin", "=", "/x", False), "bin=/x"),
        ('kind:exec  "two  blanks"', ("pid", "=", "7", False), 'kind:exec  "two  blanks" pid=7'),
    ],
)
def test_a_term_is_added_or_its_opposite_removed(query: str, change: tuple[str, str, str, bool], after: str) -> None:
    field, operator, value, negate = change
    assert add_term(query, field, operator, value, negate=negate) == after


def test_a_query_that_is_not_valid_is_refused() -> None:
    with pytest.raises(QueryError):
        add_term("kind:exec (", "bin", "=", "/x")
