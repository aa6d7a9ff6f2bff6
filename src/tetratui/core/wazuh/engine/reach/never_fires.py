"""Find rules that can never fire on Tetragon's events, with what to write instead.

Only rules about Tetragon's events are examined, and only what is certain is reported: a field that no event has, a
value that no field has, syntax of one pattern language in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tetratui.core.events.event_fields import Field, Form, NoField, field_of, members_named, nearest
from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.wazuh.engine.load.rule_words import SENDER_FIELDS
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode
from tetratui.core.wazuh.engine.reach.automaton import may_all_accept
from tetratui.core.wazuh.engine.reach.field_values import LINE, PLAIN_OVER_INT32, build_values_automaton, values_of
from tetratui.core.wazuh.engine.reach.foreign_syntax import find_foreign_syntax
from tetratui.core.wazuh.engine.reach.pattern_automaton import build_pattern_automaton

_BARE = (Form.UINT32, Form.INT32, Form.PORT, Form.BOOL)
"""Forms whose values stand in an array without quotes."""


@dataclass(frozen=True, slots=True)
class NeverFires:
    """A rule that can never fire, and why."""

    rule: int
    reason: str
    """What is wrong and what to write instead."""


def never_fires(ruleset: Ruleset) -> list[NeverFires]:
    """Return the loaded rules that can never fire on an event of Tetragon, in the order of loading."""
    judge = _Judge(ruleset.decodes_otherwise)
    nodes: dict[int, list[RuleNode]] = {}
    for node in ruleset.tree.nodes():
        nodes.setdefault(node.rule.id, []).append(node)
    reasons: dict[int, str] = {}
    for rule in ruleset.rules:
        node_reasons = [judge.reason(node) for node in nodes.get(rule.id, ())]
        if node_reasons and all(node_reasons):
            reasons[rule.id] = next(filter(None, node_reasons))
    for rule in ruleset.rules:
        counted_rule = rule.correlation.sid if rule.correlation is not None else None
        if rule.id not in reasons and counted_rule in reasons:
            reasons[rule.id] = f"it counts events of rule {counted_rule}, which never fires"
    return [NeverFires(rule.id, reasons[rule.id]) for rule in ruleset.rules if rule.id in reasons]


@dataclass(slots=True)
class _Judge:
    """Judges rules at their nodes in the tree."""

    decodes_otherwise: bool
    """Whether a decoder that is not emulated may give events other fields."""

    def reason(self, node: RuleNode) -> str | None:
        """Return why a rule never fires at one node; None if it may, or if it is not about Tetragon's events."""
        chain = _chain(node)
        if not any(_kind_key(name) for rule in chain for name in _field_names(rule)):
            return None
        for rule in chain:
            reason = self._own_reason(rule)
            if reason is not None:
                return reason if rule is node.rule else f"rule {rule.id} above it never fires: {reason}"
        return None if self.decodes_otherwise else _contradiction(chain)

    def _own_reason(self, rule: Rule) -> str | None:
        reasons = (_foreign_syntax(rule), *(() if self.decodes_otherwise else (_wrong_field(rule), _not_decoded(rule))))
        return next(filter(None, reasons), None)


def _chain(node: RuleNode) -> list[Rule]:
    """Return the rule and those above it, itself first, without the stock roots."""
    chain: list[Rule] = []
    current: RuleNode | None = node
    while current is not None:
        if current.rule.file:
            chain.append(current.rule)
        current = current.parent
    return chain


def _field_names(rule: Rule) -> Iterator[str]:
    yield from (condition.name.decode("utf-8", "replace") for condition in rule.fields)
    yield from (lookup.name.decode("utf-8", "replace") for lookup in rule.lookups if not lookup.is_static)
    if rule.looks_back and rule.correlation is not None:
        yield from (name.decode("utf-8", "replace") for name in rule.correlation.same_fields)


def _kind_key(name: str) -> str | None:
    """Return the kind's key in a field name, with or without other words before it; None if there is none."""
    return next((part for part in name.split(".") if part in KIND_OF_KEY and part.startswith("process_")), None)


def _wrong_field(rule: Rule) -> str | None:
    return next((reason for name in _field_names(rule) if (reason := _why_no_field(name)) is not None), None)


def _why_no_field(name: str) -> str | None:
    """Return why no event has a field; None if one may: a name that is not Tetragon's may be an agent's label."""
    key = _kind_key(name)
    if key is None:
        return None
    if name != key and not name.startswith(f"{key}."):
        before = name.partition(key)[0]
        return f"{name}: events have no {before.rstrip('.')} before {key} (only dashboards show it); {_instead(name)}"
    field = field_of(name)
    if isinstance(field, Field):
        if field.is_array or field.form not in (Form.OBJECT, Form.MAP):
            return None
        return f"{name} is an object, and rules see only its members; name one of them, such as {_member_of(field)}"
    within = field.within
    if within is not None and within.is_array:
        return _through_array(name, within)
    return f"{name}: Tetragon writes no such field; {_instead(name)}"


def _member_of(field: Field) -> str:
    similar = nearest(f"{field.name}.name") or nearest(f"{field.name}.binary")
    return similar.name if similar is not None and similar.name.startswith(field.name) else f"{field.name}.…"


def _instead(name: str) -> str:
    similar = nearest(name)
    return f"write {similar.name}" if similar is not None else "look up the field's name in an event"


def _through_array(name: str, array: Field) -> str:
    last = name.rsplit(".", 1)[1]
    members = members_named(array.message, last) if array.message else []
    if members:
        quote = "" if members[0].form in _BARE else '"'
        pattern = f'"{members[0].path[-1]}":\\s*{quote}VALUE{quote or chr(92) + "b"}'
    else:
        pattern = '"VALUE"'
    return (
        f"{name}: {array.name} is an array, which rules see as one text; "
        f'write <field name="{array.name}" type="pcre2">{pattern}</field>'
    )


def _not_decoded(rule: Rule) -> str | None:
    if rule.decoded_as not in (None, "json"):
        return f"the decoder {rule.decoded_as} decodes no event of Tetragon; write <decoded_as>json</decoded_as>"
    if rule.first_seen:
        return "<if_fts> never holds for JSON events; remove it"
    static = [condition.name for condition in rule.static]
    static += [lookup.name for lookup in rule.lookups if lookup.is_static]
    name = next((name for name in static if name not in SENDER_FIELDS), None)
    if name is None:
        return None
    return f"<{name.decode()}> tests a field that no event of Tetragon fills; use <field name=…>"


def _foreign_syntax(rule: Rule) -> str | None:
    for condition in (*rule.fields, *rule.raw):
        problem = None if condition.negated else find_foreign_syntax(condition.kind, condition.pattern)
        if problem is not None:
            return f"{condition.name.decode('utf-8', 'replace')}: {problem}"
    return None


def _contradiction(chain: list[Rule]) -> str | None:
    """Return why the conditions of a rule and of those above it never hold together; None if they may."""
    keys = {key: name for rule in chain for name in _field_names(rule) if (key := _kind_key(name)) is not None}
    if len(keys) > 1:
        return f"an event has one kind, but the rule tests fields of several: {', '.join(sorted(keys.values()))}"
    by_name: dict[str, list[Condition]] = {}
    for rule in chain:
        for condition in rule.fields:
            by_name.setdefault(condition.name.decode("utf-8", "replace"), []).append(condition)
    for name, conditions in by_name.items():
        field = field_of(name)
        reason = None if isinstance(field, NoField) else _no_value(field, conditions)
        if reason is not None:
            return reason
    return _no_line([condition for rule in chain for condition in rule.raw])


_Patterns = tuple[tuple[str, bytes], ...]
"""Language and text of patterns that one text must match together."""


def _patterns(conditions: list[Condition]) -> _Patterns:
    return tuple(dict.fromkeys((each.kind, each.pattern) for each in conditions if not each.negated))


@lru_cache(maxsize=20_000)
def _may_match(values: bytes | None, patterns: _Patterns) -> bool:
    """Return whether some text, among the values if these are given, may match all patterns."""
    built = (build_pattern_automaton(kind, pattern) for kind, pattern in patterns)
    automata = [automaton for automaton in built if automaton is not None]
    # The values come first: they allow the fewest bytes in each state, which ends a search soonest.
    domain = [build_values_automaton(values)] if values is not None else []
    return not automata or may_all_accept([*domain, *automata])


def _join_patterns(patterns: _Patterns) -> str:
    return " and ".join(pattern.decode("utf-8", "replace") for _, pattern in patterns)


def _no_value(field: Field, conditions: list[Condition]) -> str | None:
    values, patterns = values_of(field), _patterns(conditions)
    if _is_met_exactly(values, conditions) or (values is None and [kind for kind, _ in patterns] == ["pcre2"]):
        return None
    if _may_match(values, patterns):
        return None
    return f"{field.name}: no value of it matches {_join_patterns(patterns)}: {_what_it_holds(field, patterns)}"


def _is_met_exactly(values: bytes | None, conditions: list[Condition]) -> bool:
    """Return whether one of the few texts that a pattern equals satisfies all conditions: a short cut, for speed."""
    texts = next((exact for each in conditions if not each.negated and (exact := each.expression.exact)), frozenset())
    return any(
        all(condition.holds(text) for condition in conditions)
        and (values is None or re.fullmatch(values, text) is not None)
        for text in texts
    )


def _what_it_holds(field: Field, patterns: _Patterns) -> str:
    if field.is_array:
        if field.form is not Form.OBJECT:
            return 'it is a printed array, ["A", "B"]; write a quoted item alone, without ^ and $'
        return 'it has a tab after each colon and numbers without quotes; write type="pcre2" and "dport":\\s*443\\b'
    if field.form is Form.UINT32 and _may_match(PLAIN_OVER_INT32, patterns):
        return "a number over 2147483647 is printed with six decimals; write ^4294967295.000000$ for 4294967295"
    if values_of(field) is not None:
        return f"it holds {field.form.value}"
    return _no_text(patterns)


def _no_text(patterns: _Patterns) -> str:
    if len(patterns) > 1:
        return "no text matches all of these"
    return 'no text does; osregex matches no byte above 127, osmatch none without ^ or $: write type="pcre2"'


def _no_line(conditions: list[Condition]) -> str | None:
    patterns = _patterns(conditions)
    if _may_match(LINE, patterns):
        return None
    if not _may_match(None, patterns):
        return f"no line matches {_join_patterns(patterns)}: {_no_text(patterns)}"
    return (
        f"no line matches {_join_patterns(patterns)}: it is JSON from {{ to }} without a space after a colon or comma; "
        "test a field, with <field name=…>"
    )
