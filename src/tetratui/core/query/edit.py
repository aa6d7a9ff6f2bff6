"""A query changed by a key: the value under the cursor included or excluded, the rest left as it was typed."""

from __future__ import annotations

from tetratui.core.query.parse import QueryParser
from tetratui.core.query.syntax import All, Any, Node, Not, Term, Value, plain


def term_of(field: str, operator: str, value: str) -> Term:
    """Build the term that compares a field with one text, quoted where it must be."""
    return Term(field, operator, (Value(value, not plain(value)),))


def with_term(query: str, field: str, operator: str, value: str, *, negate: bool = False) -> str:
    """Add `field operator value` to a query, or take it out where it stands the other way round.

    An empty value asks for events without the field (`negate`: with it). The operator's own words stay as typed; only
    alternatives (`a or b`) get parentheses around them. Raises QueryError when the query itself is not valid.
    """
    if value == "":
        operator, negate = ":", not negate
        term = Term(field, ":", (Value("*"),))
    else:
        term = term_of(field, operator, value)
    added: Node = Not(term) if negate else term
    opposite: Node = term if negate else Not(term)
    whole = QueryParser(query).whole()
    if whole is None:
        return str(added)
    tops = whole.nodes if isinstance(whole, All) else (whole,)
    if any(_same(node, added) for node in tops):
        return query
    if any(_same(node, opposite) for node in tops):
        return str(All((*(node for node in tops if not _same(node, opposite)), added)))
    kept = f"({query.strip()})" if isinstance(whole, Any) else query.strip()
    return f"{kept} {added}"


def _same(one: Node, other: Node) -> bool:
    """Compare two terms by what they say, not by where they stand."""
    if isinstance(one, Not) and isinstance(other, Not):
        return _same(one.node, other.node)
    if not (isinstance(one, Term) and isinstance(other, Term)):
        return False
    said = [
        (term.field, term.operator, [(value.text, value.present) for value in term.values]) for term in (one, other)
    ]
    return said[0] == said[1]
