"""Which rules are about Tetragon's events: they, or what hangs over or under them, name a field of one of its kinds."""

from __future__ import annotations

from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import Node


def is_tetragons(field: bytes) -> bool:
    """Whether a field's name begins with the key of a kind of event: `process_exec.process.binary`."""
    return field.split(b".", 1)[0].decode("utf-8", "replace").lower() in KIND_OF_KEY


def names_tetragon(rule: Rule) -> bool:
    """Whether a rule looks at a field of Tetragon's events."""
    names = [condition.name for condition in rule.fields] + [lookup.name for lookup in rule.lookups]
    return any(map(is_tetragons, names))


def is_about_tetragon(node: Node) -> bool:
    """Whether a rule, one above it or one below it looks at a field of Tetragon's events."""
    above: Node | None = node
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
