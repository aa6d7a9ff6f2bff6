"""Operators, words, quotes and names of other languages are refused, each with the right spelling."""

from __future__ import annotations

import pytest

from tetratui.core.query import QueryError, parse
from tetratui.core.query.fields import FIELDS
from tetratui.core.query.foreign import find_foreign_operator


@pytest.mark.parametrize(
    ("text", "column", "spelling"),
    [
        ("bin!=/usr/bin/curl", 4, "write -bin=/usr/bin/curl;"),
        ("exit!=0", 5, "write -status=0; it is also true of events without status: add status:*"),
        ("-bin!=/x", 5, "write bin=/x;"),
        ("bin==x", 4, "write bin=x;"),
        ("bin===x", 4, "write bin=x;"),
        ("bin:=x", 4, "write bin=x;"),
        ("bin<>x", 4, "write -bin=x;"),
        ("bin=~cur", 4, "write bin~cur;"),
        ("bin!~cur", 4, "write -bin~cur;"),
        ("status:>0", 7, "write status>0;"),
        ("took=>5s", 5, "write took>=5s;"),
        ("uid == 0", 5, "write uid=0;"),
        ("bin = x", 5, "write bin=x;"),
        ("bin != x", 5, "write -bin=x;"),
        ("bin contains curl", 5, "write bin:curl;"),
        ("bin LIKE '%curl%'", 5, "write bin:curl;"),
        ("bin not like '%curl%'", 9, "write -bin:curl;"),
        ("user is not root", 6, "write -user=root;"),
        ("kind in ('exec', \"exit\")", 6, "write kind=exec,exit;"),
        ("bin startswith /usr", 5, "write bin~^/usr;"),
        ("kind:exec and bin:sh", 11, "a space means and"),
        ("kind:exec AND bin:sh", 11, "a space means and"),
        ("a && b", 3, "a space means and"),
        ("a || b", 3, "write or"),
        ("not bin:sh", 1, "write - before the term"),
        ("kind=exec&&bin:sh", 10, "write a space between the terms"),
        ("kind=exec||kind=exit", 10, "write or between the terms"),
        ("bin='/usr/bin/curl'", 5, 'write "/usr/bin/curl"'),
        ("'two words'", 1, 'write "two words"'),
        ("args:“two words”", 6, 'write "two words"'),
    ],
)
def test_a_spelling_of_another_language_is_refused_with_ours(text: str, column: int, spelling: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.column == column
    assert spelling in f"{caught.value.remedy};"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("exit>0", ["status"]),
        ("exit:SIGKILL", ["status", "signal"]),
        ("rc=1", ["status"]),
        ("port=443", ["dport", "sport"]),
        ("dst:10.0.0.0/8", ["daddr"]),
        ("exe:curl", ["bin"]),
        ("process.binary=/x", ["bin"]),
        ("process_exec.process.pid=3", ["pid"]),
        ("parent.arguments:x", ["pargs"]),
        ("username=root", ["user"]),
        ("duration>1s", ["took"]),
        ("@timestamp>-5m", ["time"]),
        ("Bin:x", ["bin"]),
        ("bni:x", ["bin"]),
        ("sha256=1", []),
    ],
)
def test_an_unknown_field_names_the_few_that_it_means(text: str, names: list[str]) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    remedy = caught.value.remedy
    named = [name for name in FIELDS if f" {name}" in remedy.partition("?")[0]]
    assert not set(names) - set(named)
    assert len(remedy) < 200


@pytest.mark.parametrize(
    "text",
    [
        "google.com:443",
        "args:a|b",
        "args:x=>y",
        "args:a&&b",
        '"bin!=x"',
        "args~(a|b)",
        "in",
        "kind:exec in",
        "x>",
        "a&b",
    ],
)
def test_what_may_stand_in_a_command_line_is_searched_for(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(("text", "field"), [("binary:curl", "bin"), ("namespace:a", "ns")])
def test_a_second_name_is_read_as_the_first(text: str, field: str) -> None:
    assert str(parse(text).node).startswith(f"{field}:")


def test_a_query_of_this_language_is_not_foreign() -> None:
    for text in ("bin=/x", "pid>=3", "daddr:fe80::/10", "time>-5m", "args~^a", "took<=2s", "bin:*", "daddr:::1"):
        assert find_foreign_operator(text, 0) is None
