"""The grammar: the tree of a query, and the column of what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, OPERATORS
from tetratui.core.query.parse import QueryParser
from tetratui.core.query.syntax import All, Any, Node, Not, Term, Value, is_plain, quote


def read(text: str) -> Node | None:
    return QueryParser(text).parse()


def without_columns(node: Node | None) -> object:
    """Return a tree in a form that compares, without columns."""
    if isinstance(node, Term):
        return (node.field, node.operator, *(value.text for value in node.values))
    if isinstance(node, Not):
        return ("not", without_columns(node.node))
    return None if node is None else (type(node).__name__, *(without_columns(inner) for inner in node.nodes))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None),
        ("  \t", None),
        ("kind:exec", ("kind", ":", "exec")),
        ("curl", ("cmd", ":", "curl")),
        (
            "kind:exec,exit -bin=/usr/bin/dash",
            ("All", ("kind", ":", "exec", "exit"), ("not", ("bin", "=", "/usr/bin/dash"))),
        ),
        ("!curl", ("not", ("cmd", ":", "curl"))),
        ("a b or c", ("Any", ("All", ("cmd", ":", "a"), ("cmd", ":", "b")), ("cmd", ":", "c"))),
        ("a OR b", ("Any", ("cmd", ":", "a"), ("cmd", ":", "b"))),
        ("a (b or c)", ("All", ("cmd", ":", "a"), ("Any", ("cmd", ":", "b"), ("cmd", ":", "c")))),
        ("-(a b)", ("not", ("All", ("cmd", ":", "a"), ("cmd", ":", "b")))),
        ("order", ("cmd", ":", "order")),
        ("dport=80,443", ("dport", "=", "80", "443")),
        ('args:"a b"', ("args", ":", "a b")),
        ('args:"say \\"hi\\", twice"', ("args", ":", 'say "hi", twice')),
        ('args:"a,b",c', ("args", ":", "a,b", "c")),
        (r'args~"^\d+\.\d+$"', ("args", "~", r"^\d+\.\d+$")),
        (r'args:"C:\\"', ("args", ":", "C:\\")),
        ("args~(a|b)c", ("args", "~", "(a|b)c")),
        ("(args~x(a|b))", ("args", "~", "x(a|b)")),
        ("daddr:fe80::/10", ("daddr", ":", "fe80::/10")),
        ("pid>=100", ("pid", ">=", "100")),
        ("time>-5m", ("time", ">", "-5m")),
        ("args:foo=bar", ("args", ":", "foo=bar")),
        ('"kind:exec"', ("cmd", ":", "kind:exec")),
    ],
)
def test_a_query_has_this_tree(text: str, meaning: object) -> None:
    assert without_columns(read(text)) == meaning


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("bni:x", 1, "did you mean bin?"),
        ("kind:exec zzzz:1", 11, "unknown field: zzzz"),
        ("pid~3", 4, "use one of ="),
        ("bin>x", 4, "use one of :"),
        ("bin:", 5, "needs a value"),
        ("bin: x", 5, "needs a value"),
        ("bin = x", 5, "expected a field"),
        ("dport=80,", 10, "the comma needs a value"),
        ('args:"open', 6, "not closed"),
        ('args:"a"b', 9, "after the closing quote"),
        ('args:""', 6, "-field:*"),
        ("(a or b", 1, "not closed"),
        ("a)", 2, "closes no group"),
        ("()", 2, "expected a term"),
        ("a or", 5, "expected a term"),
        ("or a", 1, "expected a term"),
        ("-", 1, "nothing to negate"),
        ("--help", 1, "quote it"),
        ("- a", 1, "nothing to negate"),
        ("a and b", 3, "a space means and"),
        ("args:(a or b)", 6, "not closed"),
        ("(" * 60 + "a" + ")" * 60, 51, "fewer parentheses"),
    ],
)
def test_query_error_names_column_and_remedy(text: str, column: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert caught.value.column == column
    assert message in str(caught.value)


TEXTS = st.text(min_size=1, max_size=20) | st.text(alphabet='a\\"(), *=', min_size=1, max_size=8)


@given(TEXTS)
def test_any_text_survives_quoting(text: str) -> None:
    assert without_columns(read(f"args={quote(text)}")) == ("args", "=", text)
    if is_plain(text):
        assert without_columns(read(f"args={text}")) == ("args", "=", text)


def values(field: str) -> st.SearchStrategy[Term]:
    value = TEXTS.map(lambda text: Value(text, not is_plain(text)))
    operators = st.sampled_from(OPERATORS[FIELDS[field].sort])
    return st.builds(
        lambda operator, alternatives: Term(field, operator, tuple(alternatives)),
        operators,
        st.lists(value, min_size=1, max_size=3),
    )


TERMS = st.sampled_from(["bin", "args", "daddr", "kind", "pid", "time"]).flatmap(values)
NODES = st.recursive(
    TERMS,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda nodes: All(tuple(nodes)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda nodes: Any(tuple(nodes)))
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(NODES)
def test_a_tree_written_and_read_again_is_the_same(node: Node) -> None:
    assert without_columns(read(str(node))) == without_columns(node)


@settings(max_examples=200)
@given(st.text(max_size=30) | st.text(alphabet='ab:=~,"()-! \\or', max_size=20))
def test_any_text_is_a_query_or_an_error_with_a_column(text: str) -> None:
    column = 1
    try:
        read(text)
    except QueryError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1
