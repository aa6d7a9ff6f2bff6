"""The rule tree: the parents of each rule and the order in which siblings are tried (analysisd/rules_list.c).

Siblings are sorted by level: 0 first, then 16 to 1, equal levels in the order of loading. A rule with several parents
has several nodes; a child loaded later is added under each of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.errors import RefusedError
from tetratui.core.wazuh.engine.load.stock import ROOTS
from tetratui.core.wazuh.engine.match.rule import LEVEL_0, Rule

NODES_LIMIT = 50_000
"""Nodes of one rule; beyond that the rules are refused, because the manager would run out of memory."""


@dataclass(slots=True, eq=False)
class RuleNode:
    """A rule under one parent."""

    rule: Rule
    parent: RuleNode | None = None
    children: list[RuleNode] = field(default_factory=list)


def word_matches(pattern: bytes, text: bytes) -> bool:
    """Return whether `if_group` finds a group: in any part of its text, in any case (OS_WordMatch).

    `|` separates alternatives, `^` anchors one to the start.
    """
    if not pattern:
        return False
    lowered = text.lower()
    *parts, last = pattern.lower().split(b"|")
    # An empty alternative matches nothing, except the last one, which matches everything.
    return not last or any(
        lowered.startswith(part[1:]) if part.startswith(b"^") else part in lowered for part in [*parts, last] if part
    )


class RuleTree:
    """All rules as a tree, with an index by id."""

    def __init__(self) -> None:
        self.roots: list[RuleNode] = []
        self._nodes: dict[int, list[RuleNode]] = {}
        self._sorted = True
        """Whether siblings are still sorted by level: an overwritten rule keeps its position."""

    def add_stock_roots(self) -> None:
        """Add the seven roots of the stock rules, of level 0 and without alerts."""
        for identity, category in ROOTS:
            group = category.encode() + b","
            self.add_root(Rule(identity, LEVEL_0, category=category, no_alert=True, group=group))

    def __contains__(self, rule: int) -> bool:
        return rule in self._nodes

    def find_rule(self, identity: int) -> Rule | None:
        """Return the rule with this id, or None."""
        nodes = self._nodes.get(identity)
        return nodes[0].rule if nodes else None

    def count_nodes(self, identity: int) -> int:
        """Count the nodes of a rule."""
        return len(self._nodes.get(identity, ()))

    def rules(self) -> list[Rule]:
        """Return every rule once, in the order of loading."""
        return [nodes[0].rule for nodes in self._nodes.values()]

    def nodes(self) -> list[RuleNode]:
        """Return every node of every rule."""
        return [node for nodes in self._nodes.values() for node in nodes]

    def _insert(self, siblings: list[RuleNode], node: RuleNode) -> None:
        level = node.rule.sort_level
        if self._sorted:
            position = bisect_right(siblings, -level, key=lambda other: -other.rule.sort_level)
        else:
            lower = (index for index, other in enumerate(siblings) if level > other.rule.sort_level)
            position = next(lower, len(siblings))
        siblings.insert(position, node)
        self._nodes.setdefault(node.rule.id, []).append(node)

    def note_overwrite(self, rule: Rule) -> None:
        """Note that a rule gets the contents of this one; its nodes stay where they are."""
        self._sorted = self._sorted and all(
            node.rule.sort_level == rule.sort_level for node in self._nodes.get(rule.id, ())
        )

    def add_root(self, rule: Rule) -> None:
        """Add a root, as every rule with an id under 10 is."""
        self._insert(self.roots, RuleNode(rule))

    def add_under_category(self, rule: Rule) -> bool:
        """Add a rule under the first root of its category; return False if there is none."""
        root = next((node for node in self.roots if node.rule.category == rule.category), None)
        if root is not None:
            self._insert(root.children, RuleNode(rule, root))
        return root is not None

    def add_under_rule(self, parent: int, rule: Rule) -> bool:
        """Add a rule under each node of the parent that the manager's search meets; return False if there is none.

        The search leaves a sibling list at its first hit: it misses nodes after a hit and nodes under later siblings.
        """
        parents = [node for node in self._nodes.get(parent, ()) if self._is_found_by_search(node, parent)]
        for node in parents:
            rule.category = node.rule.category
            self._insert(node.children, RuleNode(rule, node))
        return bool(parents)

    def _is_found_by_search(self, node: RuleNode, wanted: int) -> bool:
        if len(self._nodes[wanted]) == 1:
            return True
        current: RuleNode | None = node
        while current is not None:
            siblings = self.roots if current.parent is None else current.parent.children
            if any(other.rule.id == wanted for other in siblings[: siblings.index(current)]):
                return False
            current = current.parent
            if current is not None and current.rule.id == wanted:
                return False
        return True

    def add_where(self, fits: Callable[[Rule], bool], rule: Rule) -> bool:
        """Add a rule under every node whose rule fits, except its own nodes; return False if none fits."""
        others = [nodes for identity, nodes in self._nodes.items() if identity != rule.id]
        parents = [node for nodes in others for node in nodes if fits(node.rule)]
        if len(parents) > NODES_LIMIT:
            raise RefusedError(
                f"rule {rule.id} would hang in {len(parents)} places of the rule tree",
                "each if_group or if_level inside its own group doubles the tree, in Wazuh too: use if_sid",
            )
        for node in parents:
            self._insert(node.children, RuleNode(rule, node))
        return bool(parents)
