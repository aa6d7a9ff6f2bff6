"""Rule nodes prepared for matching many events: conditions that remember their answers, and an index of children."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.match.child_index import ChildIndex
from tetratui.core.wazuh.engine.match.condition_cache import AnswerCache, FieldTest, RawTest, raw_tests
from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode


@dataclass(slots=True)
class PreparedNode:
    """A node with everything that matching an event needs."""

    node: RuleNode
    json_only: bool
    fields: tuple[FieldTest, ...]
    raw: tuple[RawTest, ...]
    has_more: bool
    """Whether there are conditions besides the decoder, fields and the raw line."""
    index: ChildIndex
    children: list[PreparedNode]


class NodePreparer:
    """Prepares the nodes of one session; equal conditions of several rules share their answers."""

    def __init__(self) -> None:
        self._cache = AnswerCache()
        self._tests: dict[tuple[bytes, str, bytes, bool], FieldTest] = {}

    def prepare(self, root: RuleNode) -> PreparedNode:
        """Return a node prepared with all nodes below it."""
        prepared: dict[int, PreparedNode] = {}
        # A list of nodes, not recursion: a chain of parents may be longer than Python's stack.
        work = [root]
        order: list[RuleNode] = []
        while work:
            node = work.pop()
            order.append(node)
            work += node.children
        for node in reversed(order):
            prepared[id(node)] = self._prepare_node(node, [prepared[id(child)] for child in node.children])
        return prepared[id(root)]

    def _prepare_node(self, node: RuleNode, children: list[PreparedNode]) -> PreparedNode:
        rule = node.rule
        more = (rule.max_size, rule.static, rule.lookups, rule.unknown, rule.never_matches, rule.first_seen)
        return PreparedNode(
            node,
            rule.decoded_as is not None,
            tuple(self._field_test(condition) for condition in rule.fields),
            raw_tests(rule.raw),
            any(more) or rule.looks_back or rule.has_schedule,
            ChildIndex(node.children),
            children,
        )

    def _field_test(self, condition: Condition) -> FieldTest:
        key = (condition.name, condition.kind, condition.pattern, condition.negated)
        if key not in self._tests:
            self._tests[key] = FieldTest(condition, self._cache)
        return self._tests[key]
