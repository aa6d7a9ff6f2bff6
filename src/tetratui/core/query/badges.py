"""Decide which exports can express a query: a plain filter, a CEL filter, a policy, Wazuh rules."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.events.kinds import KIND_OF_WORD, WITH_PROCESS, Kind
from tetratui.core.query.fields import FIELDS
from tetratui.core.query.syntax import All, Any, Node, Not, Term, walk_terms

_HOOKS = WITH_PROCESS - {Kind.EXEC, Kind.EXIT}
_ALWAYS_THERE = {"kind", "host", "node"}
"""Fields that every event has. Only these can be negated in Wazuh, where an absent field never matches."""


@dataclass(frozen=True, slots=True)
class Badges:
    """The exports that can express a query.

    `str()` is five letters or dots, `D . . W .`. `C` and `P` show only where a plain filter cannot express the query,
    `V` where no export can.
    """

    denylist: bool
    """A plain filter of export-denylist can (several, where the query has alternatives)."""
    cel: bool
    """A filter with a CEL expression can (since Tetragon 1.4)."""
    policy: bool
    """A change of the TracingPolicy can."""
    wazuh: bool
    """Level-0 rules of Wazuh can."""
    blocking_term: str | None
    """The first term that no export can express, else the first that a plain filter cannot; None when `denylist`."""

    @property
    def view_only(self) -> bool:
        """Whether no export can express the query."""
        return not (self.denylist or self.cel or self.policy or self.wazuh)

    def __str__(self) -> str:
        beyond = not self.denylist
        shown = (self.denylist, self.cel and beyond, self.policy and beyond, self.wazuh, self.view_only)
        return " ".join(letter if has else "." for letter, has in zip("DCPWV", shown, strict=True))


def judge_exports(node: Node | None) -> Badges:
    """Return which exports can express a query; an empty query selects everything, which no export may drop."""
    if node is None:
        return Badges(False, False, False, False, None)
    can = {
        "D": _can_express(node, "D") and not _repeats_field(node),
        "C": _can_express(node, "C"),
        "P": _can_express(node, "P") and _selects_hooks_only(node),
        "W": _can_express(node, "W") and not _repeats_field(node),
    }
    return Badges(can["D"], can["C"], can["P"], can["W"], None if can["D"] else _find_blocking_term(node))


def _find_blocking_term(node: Node) -> str:
    by_none = [leaf for leaf in _leaves(node) if not any(_can_express_leaf(leaf, export) for export in "DCPW")]
    not_plain = [leaf for leaf in _leaves(node) if not _can_express_leaf(leaf, "D")]
    blocking = by_none or not_plain
    if blocking:
        return str(blocking[0])
    # A filter can express each term alone, but not two on one field: the values of its field are alternatives.
    return str(next((term for term in walk_terms(node) if _shares_field(node, term)), node))


def _leaves(node: Node) -> list[Node]:
    """Return terms and negated groups, left to right: what an export can express as a whole or not at all."""
    if isinstance(node, Term | Not):
        return [node]
    return [leaf for inner in node.nodes for leaf in _leaves(inner)]


def _can_express(node: Node, export: str) -> bool:
    return all(_can_express_leaf(leaf, export) for leaf in _leaves(node))


def _can_express_leaf(leaf: Node, export: str) -> bool:
    if isinstance(leaf, Not):
        return _can_express_negated(leaf.node, export)
    assert isinstance(leaf, Term)
    return _can_express_term(leaf, export)


def _can_express_negated(inner: Node, export: str) -> bool:
    if export == "C":
        return _can_express(inner, "C")
    if not isinstance(inner, Term) or not _can_express_term(inner, export):
        return False
    if export == "D":
        return inner.field == "kind"
    if export == "P":
        return inner.field in {"bin", "daddr", "dport", "saddr", "sport"}
    return inner.field in _ALWAYS_THERE


def _can_express_term(term: Term, export: str) -> bool:
    field = FIELDS[term.field]
    if export == "C":
        return field.cel
    operators = {"D": field.denylist, "P": field.policy, "W": field.wazuh}[export]
    present = any(value.present for value in term.values) and term.operator == ":"
    if present:
        return "*" in operators
    if term.operator not in operators:
        return False
    if term.field == "cmd":
        # A text with a space may begin in the binary and end in the arguments; no field of an export spans both.
        return not any(" " in value.text for value in term.values)
    if term.field in {"daddr", "saddr"} and export == "W":
        # A Wazuh rule matches an address as text: it cannot express a network.
        return "/" not in str(term)
    return not (term.field == "kind" and export == "P") or _names_hooks_only(term)


def _names_hooks_only(term: Term) -> bool:
    kinds = {kind for word, kind in KIND_OF_WORD.items() for value in term.values if value.text.lower() in word}
    return kinds <= _HOOKS


def _selects_hooks_only(node: Node) -> bool:
    """Return whether every event that a node selects comes from a hook: a policy makes no others."""
    if isinstance(node, Term):
        return FIELDS[node.field].hook or (node.field == "kind" and _names_hooks_only(node))
    if isinstance(node, Not):
        return False
    if isinstance(node, All):
        return any(map(_selects_hooks_only, node.nodes))
    return all(map(_selects_hooks_only, node.nodes))


def _filter_fields(term: Term) -> set[str]:
    return {"bin", "args"} if term.field == "cmd" else {term.field}


def _shares_field(node: Node, term: Term) -> bool:
    return any(_filter_fields(other) & _filter_fields(term) for other in walk_terms(node) if other is not term)


def _repeats_field(node: Node) -> bool:
    """Return whether two terms on one field must be true at once: the values of a filter's field are alternatives."""
    if isinstance(node, Term | Not):
        return False
    if isinstance(node, Any):
        return any(map(_repeats_field, node.nodes))
    seen: set[str] = set()
    for inner in node.nodes:
        fields = {field for term in walk_terms(inner) for field in _filter_fields(term)}
        if seen & fields or _repeats_field(inner):
            return True
        seen |= fields
    return False
