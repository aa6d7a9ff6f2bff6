"""What a rule, with the rules above it, asks of each text of an event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tetratui.core.tuning.safety.occurring_values import as_written
from tetratui.core.wazuh.engine.load.rule_words import SENDER_FIELDS
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode
from tetratui.core.wazuh.engine.patterns.pattern_samples import WANTED, pattern_samples

_NEGATED_SAMPLES = ("counterexample", "/usr/bin/counterexample", "0", "1")
"""Texts to try where a condition only names what must not match."""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """The conditions on one text."""

    path: tuple[str, ...]
    """Where the text stands in the event; empty for the whole line."""
    tests: tuple[Condition | Lookup, ...]

    def holds(self, text: str) -> bool:
        """Return whether a text meets all conditions."""
        return all(test.holds(text.encode("utf-8", "replace")) for test in self.tests)

    @property
    def key(self) -> tuple[object, ...]:
        """The same for tests that ask the same."""
        return tuple(
            (test.name, test.pattern, test.negated) if isinstance(test, Condition) else test.name for test in self.tests
        )

    def texts(self) -> list[str]:
        """Make texts that meet all conditions: those that a condition names, and those made from its pattern."""
        return [text for test in self.tests for text in _texts(test) if self.holds(text)]


def rule_tests(node: RuleNode) -> list[RuleTest] | None:
    """Collect what a rule at one position of the tree asks, with those above it; the whole line comes last.

    None where no event can be made to meet it: a condition is unknown, never true, or about what no event holds.
    """
    by_name: dict[bytes, list[Condition | Lookup]] = {}
    on_line: list[Condition | Lookup] = []
    for rule in rules_above(node):
        # What is asked of the sender is left to the engine: it takes the event's host for it.
        static = {test.name for test in rule.static} | {test.name for test in rule.lookups if test.is_static}
        if rule.unknown or rule.never_matches or static - SENDER_FIELDS:
            return None
        lookups = (lookup for lookup in rule.lookups if not lookup.is_static)
        tests: tuple[Condition | Lookup, ...] = (*rule.fields, *lookups)
        for test in tests:
            by_name.setdefault(test.name, []).append(test)
        on_line += rule.raw
    collected = [RuleTest(tuple(as_text(name).split(".")), tuple(tests)) for name, tests in by_name.items()]
    return [*collected, RuleTest((), tuple(on_line))] if on_line else collected


def rules_above(node: RuleNode) -> Iterator[Rule]:
    """Yield the rule at a position of the tree and those above it, upwards."""
    current: RuleNode | None = node
    while current is not None:
        yield current.rule
        current = current.parent


def nodes_by_rule(ruleset: Ruleset) -> dict[int, list[RuleNode]]:
    """Return the positions of each rule in the tree, by its id."""
    nodes: dict[int, list[RuleNode]] = {}
    work = list(ruleset.tree.roots)
    while work:
        node = work.pop()
        nodes.setdefault(node.rule.id, []).append(node)
        work += node.children
    return nodes


def as_text(text: bytes) -> str:
    """Decode what a rule or an event's line holds."""
    return text.decode("utf-8", "replace")


def _texts(test: Condition | Lookup) -> list[str]:
    if isinstance(test, Lookup):
        return [as_text(key) for key in islice(test.entries, WANTED)]
    if test.negated:
        return list(_NEGATED_SAMPLES)
    named = [as_text(text) for text in sorted(test.expression.exact or ())]
    named.append(as_written(as_text(test.pattern)))
    return named + pattern_samples(test.kind, test.pattern, test.holds, WANTED)
