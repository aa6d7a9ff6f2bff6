"""Rules that count earlier events (`if_matched_sid`, `if_matched_group`, `if_matched_regex`), and the rules below them.

The manager remembers an event under the rule that won it, if that rule's level is over 0. A rule of level 0 that wins
instead leaves nothing to count, and neither does an event that never arrives.
"""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex


@dataclass(frozen=True, slots=True)
class Chain:
    """What must have come before a rule fires."""

    steps: frozenset[int] = frozenset()
    """Rules whose events are counted."""
    expressions: tuple[OsRegex, ...] = ()
    """Expressions that earlier lines must match, whatever rule won them."""
    can_fire: bool = True
    """False where it counts a rule under which no event is remembered."""

    def and_also(self, other: Chain) -> Chain:
        """Return what two rules on one path of the tree need together."""
        expressions = self.expressions + other.expressions
        return Chain(self.steps | other.steps, expressions, self.can_fire and other.can_fire)


def find_chains(ruleset: Ruleset) -> dict[int, Chain]:
    """Return what each rule needs that looks back or is below one that does, by its id."""
    remembered = frozenset(rule.id for rule in ruleset.rules if rule.level > 0)
    chains: dict[int, Chain] = {}
    work: list[tuple[RuleNode, Chain | None]] = [(root, None) for root in ruleset.tree.roots]
    while work:
        node, above = work.pop()
        own = _of(node.rule, remembered)
        chain = above.and_also(own) if above is not None and own is not None else own or above
        if chain is not None:
            known = chains.get(node.rule.id)
            # A rule may have several positions in the tree; one where it can fire is enough.
            chains[node.rule.id] = chain if known is None or not known.can_fire else known
        work += [(child, chain) for child in node.children]
    return chains


def _of(rule: Rule, remembered: frozenset[int]) -> Chain | None:
    correlation = rule.correlation
    if correlation is None or not rule.looks_back:
        return None
    if correlation.sid or correlation.group is not None:
        steps = frozenset({correlation.sid} if correlation.sid else correlation.members) & remembered
        return Chain(steps, can_fire=bool(steps))
    # A rule with a frequency but none of the three never has a history to count.
    return Chain(expressions=(correlation.regex,)) if correlation.regex is not None else Chain(can_fire=False)
