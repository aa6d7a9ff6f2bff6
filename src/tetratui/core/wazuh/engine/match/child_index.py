"""Which children of a node can match an event at all: found by the texts of its fields, not by trying each.

A child that wants a field to equal one of a few texts is filed under these; one that wants a field at all, under its
name; the rest is always tried. What comes out is in the order of the siblings.
"""

from __future__ import annotations

from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import Node


class ChildIndex:
    """The children of one node, filed."""

    def __init__(self, children: list[Node]) -> None:
        self.children = children
        self._always: list[int] = []
        self._present: dict[bytes, list[int]] = {}
        self._equal: dict[bytes, dict[bytes, list[int]]] = {}
        for at, child in enumerate(children):
            self._file(at, child.rule)

    def _file(self, at: int, rule: Rule) -> None:
        exact = [field for field in rule.fields if field.expression.exact is not None and not field.negated]
        if exact:
            best = min(exact, key=_commonness)
            by_text = self._equal.setdefault(best.name, {})
            for text in best.expression.exact or ():
                by_text.setdefault(text, []).append(at)
        elif rule.fields:
            self._present.setdefault(rule.fields[0].name, []).append(at)
        else:
            self._always.append(at)

    def candidates(self, fields: dict[bytes, bytes]) -> list[int]:
        """Places of the children that are worth trying, in order."""
        found = list(self._always)
        for name, places in self._present.items():
            if name in fields:
                found += places
        for name, by_text in self._equal.items():
            text = fields.get(name)
            if text is not None:
                found += by_text.get(text, ())
        found.sort()
        return found


def _commonness(condition: Condition) -> tuple[bool, int]:
    """Prefer what tells events apart: not the node's name, which all events of a host share, and few texts."""
    return condition.name == b"node_name", len(condition.expression.exact or ())
