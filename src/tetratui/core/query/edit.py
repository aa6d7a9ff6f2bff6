"""Change a query by a key: include or exclude the value under the cursor, and leave the rest as it was typed."""

from __future__ import annotations

from tetratui.core.query.parse import QueryParser
from tetratui.core.query.syntax import All, Any, Node, Not, Term, Value, is_plain


def build_term(field: str, operator: str, value: str) -> Term:
    """Return the term that compares a field with one text, quoted where it must be."""
    return Term(field, operator, (Value(value, not is_plain(value)),))


def add_term(query: str, field: str, operator: str, value: str, *, negate: bool = False) -> str:
    """Return the query with `field operator value` added; a top-level term that says the opposite is removed.

    A query that has the term already is returned unchanged. An empty value asks for events without the field (`negate`:
    with it). The rest of the query stays as typed; only alternatives (`a or b`) get parentheses around them. Raises
    QueryError when the query itself is not valid.
    """
    if value == "":
        operator, negate = ":", not negate
        term = Term(field, ":", (Value("*"),))
    else:
        term = build_term(field, operator, value)
    added: Node = Not(term) if negate else term
    opposite: Node = term if negate else Not(term)
    tree = QueryParser(query).parse()
    if tree is None:
        return str(added)
    parts = tree.nodes if isinstance(tree, All) else (tree,)
    if any(_equal(node, added) for node in parts):
        return query
    if any(_equal(node, opposite) for node in parts):
        return str(All((*(node for node in parts if not _equal(node, opposite)), added)))
    typed = f"({query.strip()})" if isinstance(tree, Any) else query.strip()
    return f"{typed} {added}"


def _equal(left: Node, right: Node) -> bool:
    """Return whether two nodes are the same term, or the same negated term, wherever they stand in their queries."""
    if isinstance(left, Not) and isinstance(right, Not):
        return _equal(left.node, right.node)
    return isinstance(left, Term) and isinstance(right, Term) and _content(left) == _content(right)


def _content(term: Term) -> tuple[object, ...]:
    return term.field, term.operator, [(value.text, value.present) for value in term.values]
