"""Whether what a query selects could be kept out of the export, and by which means."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.events.kinds import KIND_OF_WORD, WITH_PROCESS, Kind
from tetratui.core.query.fields import FIELDS
from tetratui.core.query.syntax import All, Any, Node, Not, Term, terms

_HOOKS = WITH_PROCESS - {Kind.EXEC, Kind.EXIT}
_ALWAYS_THERE = {"kind", "host"}
"""Fields that every event has: only these mean the same negated in Wazuh, where an absent field never matches."""


@dataclass(frozen=True, slots=True)
class Badges:
    """The export badge of a query: which exports can say it.

    `str()` is five places wide, `D . . W .`: `C` and `P` show only where a plain filter cannot, `V` where nothing can.
    """

    denylist: bool
    """A plain filter of export-denylist says it (several, where the query has alternatives)."""
    cel: bool
    """A filter with a CEL expression says it (Tetragon 1.4 on)."""
    policy: bool
    """A change of the TracingPolicy says it."""
    wazuh: bool
    """Level-0 rules of Wazuh say it."""
    standing_in_the_way: str | None
    """The first term that no export can say; else the first that a plain filter cannot; None when D."""

    @property
    def view_only(self) -> bool:
        """Whether no export can say it."""
        return not (self.denylist or self.cel or self.policy or self.wazuh)

    def __str__(self) -> str:
        beyond = not self.denylist
        shown = (self.denylist, self.cel and beyond, self.policy and beyond, self.wazuh, self.view_only)
        return " ".join(letter if has else "." for letter, has in zip("DCPWV", shown, strict=True))


def badges(node: Node | None) -> Badges:
    """Tell which exports can say a query; an empty query selects everything, which none may drop."""
    if node is None:
        return Badges(False, False, False, False, None)
    can = {
        "D": _all_of(node, "D") and not _twice(node),
        "C": _all_of(node, "C"),
        "P": _all_of(node, "P") and _hooked(node),
        "W": _all_of(node, "W") and not _twice(node),
    }
    return Badges(can["D"], can["C"], can["P"], can["W"], None if can["D"] else _in_the_way(node))


def _in_the_way(node: Node) -> str | None:
    by_none = [leaf for leaf in _leaves(node) if not any(_leaf(leaf, means) for means in "DCPW")]
    not_plain = [leaf for leaf in _leaves(node) if not _leaf(leaf, "D")]
    found = by_none or not_plain
    if found:
        return str(found[0])
    # Every term alone can be said; two on one field in one filter cannot, as its values are alternatives there.
    return str(next((term for term in terms(node) if _shared(node, term)), node))


def _leaves(node: Node) -> list[Node]:
    """List terms and negated groups left to right: what a means can or cannot say as a whole."""
    if isinstance(node, Term | Not):
        return [node]
    return [leaf for inner in node.nodes for leaf in _leaves(inner)]


def _all_of(node: Node, means: str) -> bool:
    return all(_leaf(leaf, means) for leaf in _leaves(node))


def _leaf(leaf: Node, means: str) -> bool:
    if isinstance(leaf, Not):
        return _negated(leaf.node, means)
    assert isinstance(leaf, Term)
    return _term(leaf, means)


def _negated(inner: Node, means: str) -> bool:
    if means == "C":
        return _all_of(inner, "C")
    if not isinstance(inner, Term) or not _term(inner, means):
        return False
    if means == "D":
        return inner.field == "kind"
    if means == "P":
        return inner.field in {"bin", "daddr", "dport", "saddr", "sport"}
    return inner.field in _ALWAYS_THERE


def _term(term: Term, means: str) -> bool:
    field = FIELDS[term.field]
    if means == "C":
        return field.cel
    taken = {"D": field.denylist, "P": field.policy, "W": field.wazuh}[means]
    present = any(value.present for value in term.values) and term.operator == ":"
    if present:
        return "*" in taken
    if term.operator not in taken:
        return False
    if term.field == "cmd":
        # A text with a blank may begin in the binary and end in the arguments; no single field holds both.
        return not any(" " in value.text for value in term.values)
    if term.field in {"daddr", "saddr"} and means == "W":
        return "/" not in str(term)
    return not (term.field == "kind" and means == "P") or _hook_kinds(term)


def _hook_kinds(term: Term) -> bool:
    kinds = {kind for word, kind in KIND_OF_WORD.items() for value in term.values if value.text.lower() in word}
    return kinds <= _HOOKS


def _hooked(node: Node) -> bool:
    """Tell whether every event it selects comes from a hook: a policy makes no others."""
    if isinstance(node, Term):
        return FIELDS[node.field].hook or (node.field == "kind" and _hook_kinds(node))
    if isinstance(node, Not):
        return False
    return any(map(_hooked, node.nodes)) if isinstance(node, All) else all(map(_hooked, node.nodes))


def _columns(term: Term) -> set[str]:
    return {"bin", "args"} if term.field == "cmd" else {term.field}


def _shared(node: Node, term: Term) -> bool:
    return any(_columns(other) & _columns(term) for other in terms(node) if other is not term)


def _twice(node: Node) -> bool:
    """Tell whether one field is asked twice at once: a filter's values of a field are alternatives, never all."""
    if isinstance(node, Term | Not):
        return False
    if isinstance(node, Any):
        return any(map(_twice, node.nodes))
    seen: set[str] = set()
    for inner in node.nodes:
        mine = {column for term in terms(inner) for column in _columns(term)}
        if seen & mine or _twice(inner):
            return True
        seen |= mine
    return False
