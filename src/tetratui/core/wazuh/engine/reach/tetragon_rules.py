"""Find the rules about Tetragon's events: they, or rules above or below them, test a field of one of its kinds."""

from __future__ import annotations

from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode


def is_tetragon_field(field: bytes) -> bool:
    """Return whether a field's name begins with the key of a kind of event, as in `process_exec.process.binary`."""
    return field.split(b".", 1)[0].decode("utf-8", "replace").lower() in KIND_OF_KEY


def names_tetragon(rule: Rule) -> bool:
    """Return whether a rule tests a field of Tetragon's events."""
    names = [condition.name for condition in rule.fields] + [lookup.name for lookup in rule.lookups]
    return any(map(is_tetragon_field, names))


def is_about_tetragon(node: RuleNode) -> bool:
    """Return whether a rule, or one above or below it, tests a field of Tetragon's events."""
    above: RuleNode | None = node
    while above is not None:
        if names_tetragon(above.rule):
            return True
        above = above.parent
    work = list(node.children)
    while work:
        below = work.pop()
        if names_tetragon(below.rule):
            return True
        work += below.children
    return False
