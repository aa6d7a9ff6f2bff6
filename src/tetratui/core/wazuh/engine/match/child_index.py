"""Find the children of a node that can match an event, by the texts of its fields, without trying each child.

A child that requires a field to equal one of a few texts is indexed by these texts. A child that requires a field in
any form is indexed by the field's name. All other children are always candidates.
"""

from __future__ import annotations

from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode


class ChildIndex:
    """The children of one node, indexed by what they require."""

    def __init__(self, children: list[RuleNode]) -> None:
        self.children = children
        self._always: list[int] = []
        self._present: dict[bytes, list[int]] = {}
        self._equal: dict[bytes, dict[bytes, list[int]]] = {}
        for position, child in enumerate(children):
            self._add(position, child.rule)

    def _add(self, position: int, rule: Rule) -> None:
        exact = [field for field in rule.fields if field.expression.exact is not None and not field.negated]
        if exact:
            best = min(exact, key=_commonness)
            by_text = self._equal.setdefault(best.name, {})
            for text in best.expression.exact or ():
                by_text.setdefault(text, []).append(position)
        elif rule.fields:
            self._present.setdefault(rule.fields[0].name, []).append(position)
        else:
            self._always.append(position)

    def candidates(self, fields: dict[bytes, bytes]) -> list[int]:
        """Return the positions of the children that may match an event with these fields, in the order of siblings."""
        positions = list(self._always)
        for name, with_field in self._present.items():
            if name in fields:
                positions += with_field
        for name, by_text in self._equal.items():
            text = fields.get(name)
            if text is not None:
                positions += by_text.get(text, ())
        # The first sibling that matches wins.
        positions.sort()
        return positions


def _commonness(condition: Condition) -> tuple[bool, int]:
    """Return a sort key that is lower for a condition that selects fewer events.

    All events of a host share its `node_name`, so that field comes last.
    """
    return condition.name == b"node_name", len(condition.expression.exact or ())
