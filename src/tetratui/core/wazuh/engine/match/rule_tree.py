"""The rule tree: who hangs under whom, in which order siblings are tried (analysisd/rules_list.c).

A sibling list is one chain: level 0 first, then 16 to 1, equal levels in the order of loading. A rule may hang in
several places; what hangs under it later is looked up anew in each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.errors import RefusedError
from tetratui.core.wazuh.engine.load.stock import ROOTS
from tetratui.core.wazuh.engine.match.rule import LEVEL_0, Rule

PLACES_LIMIT = 50_000
"""Places of one rule in the tree beyond which a set of rules is refused; the manager would use up its memory."""


@dataclass(slots=True, eq=False)
class Node:
    """A rule in one place of the tree."""

    rule: Rule
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)


def word_matches(pattern: bytes, text: bytes) -> bool:
    """How `if_group` finds a group: any part of its text, any case; `|` separates, `^` anchors (OS_WordMatch)."""
    if not pattern:
        return False
    lowered = text.lower()
    *parts, last = pattern.lower().split(b"|")
    # An empty part is found in nothing, but at the end, where it is found in everything.
    return not last or any(
        lowered.startswith(part[1:]) if part.startswith(b"^") else part in lowered for part in [*parts, last] if part
    )


class RuleTree:
    """All rules, with an index by id."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self._nodes: dict[int, list[Node]] = {}
        self._sorted = True
        """Whether siblings still stand by level: an overwritten rule keeps its place."""

    def add_stock_roots(self) -> None:
        """Put the seven roots of the stock configuration at the top: level 0, never matching alone."""
        for identity, category in ROOTS:
            group = category.encode() + b","
            self.add_root(Rule(identity, LEVEL_0, category=category, no_alert=True, group=group))

    def __contains__(self, rule: int) -> bool:
        return rule in self._nodes

    def rule(self, identity: int) -> Rule | None:
        """The rule of this id."""
        nodes = self._nodes.get(identity)
        return nodes[0].rule if nodes else None

    def places(self, identity: int) -> int:
        """Count the places of a rule."""
        return len(self._nodes.get(identity, ()))

    def rules(self) -> list[Rule]:
        """Every rule once, in the order of loading."""
        return [nodes[0].rule for nodes in self._nodes.values()]

    def nodes(self) -> list[Node]:
        """Every place of every rule."""
        return [node for nodes in self._nodes.values() for node in nodes]

    def _insert(self, siblings: list[Node], node: Node) -> None:
        level = node.rule.sort_level
        if self._sorted:
            place = bisect_right(siblings, -level, key=lambda other: -other.rule.sort_level)
        else:
            lower = (at for at, other in enumerate(siblings) if level > other.rule.sort_level)
            place = next(lower, len(siblings))
        siblings.insert(place, node)
        self._nodes.setdefault(node.rule.id, []).append(node)

    def overwritten(self, rule: Rule) -> None:
        """Note that a rule has been given new contents; its places stay."""
        self._sorted = self._sorted and all(
            node.rule.sort_level == rule.sort_level for node in self._nodes.get(rule.id, ())
        )

    def add_root(self, rule: Rule) -> None:
        """Put a rule at the top, as those with an id under 10 are."""
        self._insert(self.roots, Node(rule))

    def add_under_category(self, rule: Rule) -> bool:
        """Hang it under the first root of its category; False when there is none."""
        root = next((node for node in self.roots if node.rule.category == rule.category), None)
        if root is not None:
            self._insert(root.children, Node(rule, root))
        return root is not None

    def add_under_rule(self, parent: int, rule: Rule) -> bool:
        """Hang it under each place of the parent that a search meets; False when there is none.

        A search leaves a sibling list at its first hit, so places after a hit, or under later siblings, are missed.
        """
        places = [node for node in self._nodes.get(parent, ()) if self._is_met(node, parent)]
        for place in places:
            rule.category = place.rule.category
            self._insert(place.children, Node(rule, place))
        return bool(places)

    def _is_met(self, node: Node, wanted: int) -> bool:
        if len(self._nodes[wanted]) == 1:
            return True
        current: Node | None = node
        while current is not None:
            siblings = self.roots if current.parent is None else current.parent.children
            if any(other.rule.id == wanted for other in siblings[: siblings.index(current)]):
                return False
            current = current.parent
            if current is not None and current.rule.id == wanted:
                return False
        return True

    def add_where(self, fits: Callable[[Rule], bool], rule: Rule) -> bool:
        """Hang it under every place whose rule fits, other than its own; False when none does."""
        others = [nodes for identity, nodes in self._nodes.items() if identity != rule.id]
        places = [node for nodes in others for node in nodes if fits(node.rule)]
        if len(places) > PLACES_LIMIT:
            raise RefusedError(
                f"rule {rule.id} would hang in {len(places)} places of the rule tree",
                "each if_group or if_level inside its own group doubles the tree, in Wazuh too: use if_sid",
            )
        for place in places:
            self._insert(place.children, Node(rule, place))
        return bool(places)
