"""Rules at the top of the tree that a text in an event can take the event away from.

Roots are tried by falling level, and stock roots look for words in the raw line: whoever runs `echo No space left on
device` makes rule 1007 win over a root of level 5. A root of level 0 with an alerting child is tried before them all.
"""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import Node
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
"""(stock rule, its level or 5 where no more is known, words): they took events from rules of level 5 [ran it]."""
_STOCK_FILES_END = "0995"
"""Stock rule files sort before this name: of equal levels the first loaded wins."""


@dataclass(frozen=True, slots=True)
class ShadowedRoot:
    """One way to take events from a rule."""

    rule: int
    by: int
    """The stock rule that wins instead."""
    level: int
    words: str
    """What an event must hold for that."""


def shadowed_roots(ruleset: Ruleset) -> list[ShadowedRoot]:
    """List, for every rule at the top that takes JSON events, the stock rules known to come before it."""
    return [
        ShadowedRoot(top.id, by, level, words)
        for top in _tops(ruleset)
        if top.level > 0
        for by, level, words in STOCK_WORDS
        if _comes_before(level, top)
    ]


def safe_roots(ruleset: Ruleset) -> list[int]:
    """List the rules at the top that no words take events from: of level 0, so tried before every alerting root."""
    return [top.id for top in _tops(ruleset) if top.level == 0]


def _tops(ruleset: Ruleset) -> list[Rule]:
    """The rules in question at the top that take JSON events, but those that ask for fields of other programs only."""
    roots = [root for root in ruleset.tree.roots if root.rule.category == "syslog"]
    tops = {node.rule.id: node for root in roots for node in root.children}
    ours = {rule.id for rule in ruleset.rules}
    return [node.rule for identity, node in tops.items() if identity in ours and _takes_tetragons(node)]


def _takes_tetragons(node: Node) -> bool:
    rule = node.rule
    if rule.fields or rule.lookups:
        return is_about_tetragon(node)
    return rule.decoded_as == "json"


def _comes_before(level: int, rule: Rule) -> bool:
    return level > rule.level or (level == rule.level and rule.file > _STOCK_FILES_END)
