"""Find top rules that lose an event to a stock rule when the event contains certain words.

Top rules are tried by falling level, and some stock rules search the raw line for words. Whoever runs `echo No space
left on device` makes stock rule 1007 win over a top rule of level 5. A top rule of level 0 with an alerting child is
tried before all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode
from tetratui.core.wazuh.engine.reach.tetragon_rules import is_about_tetragon

STOCK_WORDS = (
    (2502, 10, "REPEATED login failures"),
    (7101, 5, "Integrity Check failed: File could not"),
    (1007, 7, "No space left on device"),
    (1008, 5, "killed by SIGTERM"),
    (1010, 5, "segfault at "),
    (2501, 5, "login failed"),
    (5604, 5, "warning: can't verify hostname:"),
)
"""(stock rule, its level or 5 if that is unknown, words). On a real manager each took events from rules of level 5."""
_STOCK_FILES_END = "0995"
"""Stock rule files sort before this name. Of equal levels the rule loaded first wins."""


@dataclass(frozen=True, slots=True)
class ShadowedRoot:
    """A stock rule that takes events from a top rule."""

    rule: int
    by: int
    """The stock rule that wins instead."""
    level: int
    words: str
    """Words that an event must contain for that."""


def shadowed_roots(ruleset: Ruleset) -> list[ShadowedRoot]:
    """Return, for every top rule that matches JSON events, the stock rules known to come before it."""
    return [
        ShadowedRoot(top.id, by, level, words)
        for top in _top_rules(ruleset)
        if top.level > 0
        for by, level, words in STOCK_WORDS
        if _comes_before(level, top)
    ]


def safe_roots(ruleset: Ruleset) -> list[int]:
    """Return the top rules that lose no events to words: those of level 0, which are tried before all others."""
    return [top.id for top in _top_rules(ruleset) if top.level == 0]


def _top_rules(ruleset: Ruleset) -> list[Rule]:
    """Return the loaded top rules that match JSON events, without those that test only fields of other programs."""
    roots = [root for root in ruleset.tree.roots if root.rule.category == "syslog"]
    tops = {node.rule.id: node for root in roots for node in root.children}
    ours = {rule.id for rule in ruleset.rules}
    return [node.rule for identity, node in tops.items() if identity in ours and _matches_tetragon(node)]


def _matches_tetragon(node: RuleNode) -> bool:
    rule = node.rule
    if rule.fields or rule.lookups:
        return is_about_tetragon(node)
    return rule.decoded_as == "json"


def _comes_before(level: int, rule: Rule) -> bool:
    return level > rule.level or (level == rule.level and rule.file > _STOCK_FILES_END)
