"""Say of a term that selects none of the events at hand why it cannot, where the reason is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tetratui.core.query.columns import find_numbers, find_text_codes
from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.query.query import Query, parse
from tetratui.core.query.syntax import Node, Not, Term, is_plain, quote

if TYPE_CHECKING:
    from tetratui.core.table import EventTable

_CONNECTION = "no event here is of a connection: Tetragon reports them only with a policy (docs/tetragon.md)"
_HOOK = "no event here is of a hook: Tetragon reports them only with a policy"
_ABSENT = {
    **dict.fromkeys(("daddr", "dport", "saddr", "sport", "proto", "family"), _CONNECTION),
    **dict.fromkeys(("policy", "func", "file"), _HOOK),
    **dict.fromkeys(("ns", "pod"), "no event here is of a pod"),
    **dict.fromkeys(("container", "image", "docker"), "no event here is of a container"),
    **dict.fromkeys(("status", "took"), "no exit is among the events: only exits have it"),
    **dict.fromkeys(("group", "rule"), "it is not computed here"),
    "signal": "no process here was ended by a signal",
    "mark": "nothing is marked yet",
    "dropped": "no event here is of the rate limit",
}
"""Why no event has a value of a field."""
_PATHS = frozenset(("bin", "parent", "anc"))
_DOCKER = 31
"""Characters of a container's id that Tetragon writes."""
_HIGHEST = {"status": 255, "dport": 65_535, "sport": 65_535}
_ALIKE = "Write {field}:{value} (contains, any case)"


def find_hints(text: str, table: EventTable | None = None) -> list[str]:
    """Return a hint for each term of a valid query that selects none of the events at hand and never can.

    Without events, only what is known of any export file is told. Tests expressions, so it is for a thread; raises
    nothing, and gives no hint for an expression that takes too long.
    """
    try:
        query = parse(text)
    except QueryError:
        return []
    events = table if table is not None and len(table) else None
    hints = [_explain(query, term, negated, events) for term, negated in _walk(query.node, negated=False)]
    return list(dict.fromkeys(hint for hint in hints if hint))


def _walk(node: Node | None, *, negated: bool) -> Iterator[tuple[Term, bool]]:
    if isinstance(node, Term):
        yield node, negated
    elif isinstance(node, Not):
        yield from _walk(node.node, negated=not negated)
    elif node is not None:
        for inner in node.nodes:
            yield from _walk(inner, negated=negated)


def _explain(query: Query, term: Term, negated: bool, table: EventTable | None) -> str:
    if term.bare or (table is not None and _selects_any(query, term, table)):
        return ""
    hint = _explain_absence(term, table) if table is not None else ""
    hint = hint or _explain_value(term) or (_explain_case(term, table) if table is not None else "")
    if not hint:
        return ""
    return f"-{term} is true of every event: {hint}" if negated else f"{term} selects nothing: {hint}"


def _selects_any(query: Query, term: Term, table: EventTable) -> bool:
    try:
        return bool(Query(query.text, term, query.masks).mask(table).any())
    except QueryError:
        return True


def _explain_absence(term: Term, table: EventTable) -> str:
    if _has_values(term.field, table):
        return ""
    if term.field == "user":
        return f"no event here has a user name. {_spell_user(term)}"
    field = FIELDS[term.field]
    return _ABSENT.get(term.field, f"no event here has a value of {field.name} ({field.meaning})")


def _has_values(field: str, table: EventTable) -> bool:
    if FIELDS[field].sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        return bool(find_numbers(table, field)[1].any())
    # The binaries of ancestors are those of parents and theirs.
    return field == "kind" or bool(find_text_codes(table, "parent" if field == "anc" else field)[0].any())


def _spell_user(term: Term) -> str:
    name = term.values[0].text
    return "Write uid=0" if name == "root" else "Write uid= and the number that `id -u NAME` gives on the host"


def _explain_value(term: Term) -> str:
    """Return why no export file has such a value."""
    checks: tuple[Callable[[Term, str], str], ...] = (_explain_path, _explain_wildcard, _explain_text, _explain_number)
    values = [value.text for value in term.values if not (value.present and term.operator == ":")]
    return next((hint for value in values for check in checks if (hint := check(term, value))), "")


def _explain_path(term: Term, value: str) -> str:
    if term.field not in _PATHS or term.operator == "~":
        return ""
    name = {"bin": "binary", "parent": "parent"}.get(term.field, "anc")
    path, space, arguments = value.partition(" ")
    if space and path.rpartition("/")[2] and arguments:
        field = {"bin": "args", "parent": "pargs"}.get(term.field)
        more = f" {field}:{_quoted(arguments)}" if field else ""
        return f"{name} holds the path alone: {term.field}{term.operator}{path}{more}"
    if term.operator == "=" and "/" not in value and "*" not in value:
        return f"{name} holds full paths: {term.field}:{_quoted(value)}"
    return ""


def _explain_wildcard(term: Term, value: str) -> str:
    if "*" not in value or term.operator == "~" or FIELDS[term.field].sort is not Sort.TEXT:
        return ""
    if not value.strip("*"):
        return f"* is itself here. Any value is {term.field}:*"
    pieces = [piece for piece in value.split("*") if piece]
    if len(pieces) == 1 and term.operator == ":":
        return f"* is itself here. {_ALIKE.format(field=term.field, value=_quoted(pieces[0]))}"
    expression = ".*".join(re.escape(piece) for piece in value.split("*"))
    return f"* is itself here. Write {term.field}~{_quoted(expression if term.operator == ':' else f'^{expression}$')}"


def _explain_text(term: Term, value: str) -> str:
    if term.operator == "~":
        return ""
    if term.field == "signal" and (value.isdigit() or (term.operator == "=" and not value.startswith("SIG"))):
        return f"signals have names: {_name_signal(value)}"
    if term.field == "docker" and len(value) > _DOCKER:
        return f"Tetragon writes the first {_DOCKER} characters of the id: docker:{value[:_DOCKER]}"
    if FIELDS[term.field].sort is Sort.ADDRESS and not re.fullmatch(r"[0-9A-Fa-f:.]*(/\d+)?|<.*>", value):
        return f"{term.field} holds addresses, not names"
    return ""


def _name_signal(value: str) -> str:
    import signal

    if not value.isdigit():
        return f"signal=SIG{value.upper().removeprefix('SIG')}"
    known = {int(known): known.name for known in signal.Signals}
    return f"signal={known[int(value)]}" if int(value) in known else "signal=SIGKILL"


def _explain_number(term: Term, value: str) -> str:
    highest = _HIGHEST.get(term.field)
    if highest is None or not value.isdigit() or int(value) <= highest or term.operator in {"<", "<="}:
        return ""
    return f"{term.field} is {highest:,} at most"


def _explain_case(term: Term, table: EventTable) -> str:
    """Return how to write `=` where `:` with the same text would select events."""
    if term.operator != "=" or FIELDS[term.field].sort not in {Sort.TEXT, Sort.ADDRESS}:
        return ""
    for value in term.values:
        looser = f"{term.field}:{_quoted(value.text)}"
        if bool(parse(looser).mask(table).any()):
            return f"no value is exactly that. Write {looser} (contains, any case)"
    return ""


def _quoted(text: str) -> str:
    return text if is_plain(text) else quote(text)
