"""Overwrite a loaded rule with a later one of the same id (`overwrite="yes"`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from tetratui.core.wazuh.engine.load.stock import parents_of
from tetratui.core.wazuh.engine.match.rule import LEVEL_0, Correlation, Rule

_KEPT = frozenset({"id", "if_sid", "if_group", "if_level", "correlation", "looks_back", "never_matches"})


def kept_options(old: Rule, new: Rule) -> Iterator[str]:
    """Yield the options that the new rule tries to change, and of which the manager keeps the old value."""
    sid, group = _sid_of(new), _group_of(new)
    if new.if_sid and not sid and new.if_sid != old.if_sid:
        yield "if_sid"
    if new.if_group and group is None:
        yield "if_group"
    if new.if_level and new.if_level != old.if_level:
        yield "if_level"
    if group is not None and group != _group_of(old):
        yield "if_matched_group"
    if sid and sid != _sid_of(old):
        yield "if_matched_sid"


def overwrite_rule(old: Rule, new: Rule) -> None:
    """Replace the contents of a rule by those of another, except what the manager keeps."""
    correlation, kept = new.correlation, old.correlation
    for part in fields(Rule):
        if part.name not in _KEPT:
            setattr(old, part.name, getattr(new, part.name))
    # If the first definition does not correlate events, the second does not either, whatever it contains.
    old.looks_back = kept is not None and correlation is not None
    if kept is not None and correlation is not None:
        old.correlation = replace(correlation, sid=kept.sid, group=kept.group, members=kept.members)


def stock_rule(identity: int) -> Rule:
    """Return what is known of a stock rule without its file: its parents."""
    known = parents_of(identity)
    rule = Rule(identity, LEVEL_0, if_sid=known.if_sid, if_group=known.if_group, if_level=known.if_level)
    if known.matched_sid or known.matched_group:
        rule.correlation = Correlation(sid=known.matched_sid, group=known.matched_group)
    return rule


def _group_of(rule: Rule) -> bytes | None:
    return rule.correlation.group if rule.correlation else None


def _sid_of(rule: Rule) -> int | None:
    return rule.correlation.sid if rule.correlation else None
