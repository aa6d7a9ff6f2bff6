"""Conditions of a rule on static fields of an event, among them those on its sender."""

from __future__ import annotations

from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent
from tetratui.core.wazuh.engine.load.rule_words import SENDER_FIELDS
from tetratui.core.wazuh.engine.match.rule import Condition, Rule


def sender_fields(rule: Rule) -> frozenset[bytes]:
    """Return the sender fields that a rule tests."""
    names = {condition.name for condition in rule.static}
    return SENDER_FIELDS & (names | {lookup.name for lookup in rule.lookups if lookup.is_static})


def condition_holds(condition: Condition, event: DecodedEvent) -> bool:
    """Return whether an event satisfies a condition on a static field.

    A sender field that is not known satisfies every condition: the caller then reports the rule as unknown.
    """
    text = _static_text(event, (b"dstuser", b"srcuser") if condition.name == b"user" else (condition.name,))
    if text is None:
        return condition.name in SENDER_FIELDS
    return condition.holds(text)


def lookups_hold(rule: Rule, event: DecodedEvent) -> bool:
    """Return whether an event satisfies all lookups of a rule; an unknown sender field satisfies its lookup."""
    for lookup in rule.lookups:
        names = (b"srcuser", b"dstuser") if lookup.name == b"srcuser" else (lookup.name,)
        text = _static_text(event, names) if lookup.is_static else event.fields.get(lookup.name)
        if text is None and lookup.is_static and lookup.name in SENDER_FIELDS:
            continue
        if text is None or not lookup.holds(text):
            return False
    return True


def _static_text(event: DecodedEvent, names: tuple[bytes, ...]) -> bytes | None:
    if names == (b"program_name",):
        return event.program
    return next((event.static[name] for name in names if name in event.static), None)
