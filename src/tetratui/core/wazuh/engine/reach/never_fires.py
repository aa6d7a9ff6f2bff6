"""Rules that can never fire on Tetragon's events, with what to write instead.

Only rules that are about Tetragon's events are looked at, and only what is certain is said: a field that no event has,
a value that no field has, words of one pattern language in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tetratui.core.events.event_fields import Field, Form, NoField, field_of, members_named, nearest
from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.wazuh.engine.load.rule_words import OF_THE_SENDER
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import Node
from tetratui.core.wazuh.engine.reach.automaton import may_meet
from tetratui.core.wazuh.engine.reach.field_values import LINE, PLAIN_OVER_INT32, automaton_of_values, values_of
from tetratui.core.wazuh.engine.reach.foreign_syntax import foreign_words
from tetratui.core.wazuh.engine.reach.pattern_automaton import automaton_of

_BARE = (Form.UINT32, Form.INT32, Form.PORT, Form.BOOL)
"""What stands in an array without quotes."""


@dataclass(frozen=True, slots=True)
class NeverFires:
    """A rule that cannot fire, and why."""

    rule: int
    reason: str
    """What is wrong, and what to write instead."""


def never_fires(ruleset: Ruleset) -> list[NeverFires]:
    """List the rules in question that can never fire on an event of Tetragon, in the order of loading."""
    judge = _Judge(ruleset.decodes_otherwise)
    nodes: dict[int, list[Node]] = {}
    for node in ruleset.tree.nodes():
        nodes.setdefault(node.rule.id, []).append(node)
    reasons: dict[int, str] = {}
    for rule in ruleset.rules:
        told = [judge.reason(node) for node in nodes.get(rule.id, ())]
        if told and all(told):
            reasons[rule.id] = next(filter(None, told))
    for rule in ruleset.rules:
        counted = rule.correlation.sid if rule.correlation is not None else None
        if rule.id not in reasons and counted in reasons:
            reasons[rule.id] = f"it counts events of rule {counted}, which never fires"
    return [NeverFires(rule.id, reasons[rule.id]) for rule in ruleset.rules if rule.id in reasons]


@dataclass(slots=True)
class _Judge:
    """Judges rules in their places in the tree."""

    decodes_otherwise: bool
    """Whether a decoder that is not followed may give events other fields."""

    def reason(self, node: Node) -> str | None:
        """Say why a rule never fires in one place; None where it may, or is not about Tetragon's events."""
        chain = _chain(node)
        if not any(_key_in(name) for rule in chain for name in _names(rule)):
            return None
        for rule in chain:
            reason = self._own_reason(rule)
            if reason is not None:
                return reason if rule is node.rule else f"rule {rule.id} above it never fires: {reason}"
        return None if self.decodes_otherwise else _together(chain)

    def _own_reason(self, rule: Rule) -> str | None:
        reasons = (_foreign(rule), *(() if self.decodes_otherwise else (_misnamed(rule), _undecoded(rule))))
        return next(filter(None, reasons), None)


def _chain(node: Node) -> list[Rule]:
    """The rule and those above it, itself first, without the stock roots."""
    chain: list[Rule] = []
    here: Node | None = node
    while here is not None:
        if here.rule.file:
            chain.append(here.rule)
        here = here.parent
    return chain


def _names(rule: Rule) -> Iterator[str]:
    yield from (condition.name.decode("utf-8", "replace") for condition in rule.fields)
    yield from (lookup.name.decode("utf-8", "replace") for lookup in rule.lookups if not lookup.is_static)
    if rule.looks_back and rule.correlation is not None:
        yield from (name.decode("utf-8", "replace") for name in rule.correlation.same_fields)


def _key_in(name: str) -> str | None:
    """The key of a kind that a field's name holds, with other words before it or not."""
    return next((part for part in name.split(".") if part in KIND_OF_KEY and part.startswith("process_")), None)


def _misnamed(rule: Rule) -> str | None:
    return next((reason for name in _names(rule) if (reason := _why_no_field(name)) is not None), None)


def _why_no_field(name: str) -> str | None:
    """Say why no event has a field; None where one may have it: what is not Tetragon's may be the agent's label."""
    key = _key_in(name)
    if key is None:
        return None
    if name != key and not name.startswith(f"{key}."):
        before = name.partition(key)[0]
        return f"{name}: the events have no {before.rstrip('.')} before {key} (dashboards show one); {_instead(name)}"
    field = field_of(name)
    if isinstance(field, Field):
        if field.is_array or field.form not in (Form.OBJECT, Form.MAP):
            return None
        return f"{name} is an object, and rules see only its members; name one of them, as {_member_of(field)}"
    within = field.within
    if within is not None and within.is_array:
        return _through_array(name, within)
    return f"{name}: Tetragon writes no such field; {_instead(name)}"


def _member_of(field: Field) -> str:
    alike = nearest(f"{field.name}.name") or nearest(f"{field.name}.binary")
    return alike.name if alike is not None and alike.name.startswith(field.name) else f"{field.name}.…"


def _instead(name: str) -> str:
    alike = nearest(name)
    return f"write {alike.name}" if alike is not None else "look at an event for its name"


def _through_array(name: str, array: Field) -> str:
    last = name.rsplit(".", 1)[1]
    found = members_named(array.message, last) if array.message else []
    if found:
        quote = "" if found[0].form in _BARE else '"'
        pattern = f'"{found[0].path[-1]}":\\s*{quote}VALUE{quote or chr(92) + "b"}'
    else:
        pattern = '"VALUE"'
    return (
        f"{name}: {array.name} is an array, which rules see as one text; "
        f'write <field name="{array.name}" type="pcre2">{pattern}</field>'
    )


def _undecoded(rule: Rule) -> str | None:
    if rule.decoded_as not in (None, "json"):
        return f"the decoder {rule.decoded_as} takes no event of Tetragon; write <decoded_as>json</decoded_as>"
    if rule.first_seen:
        return "<if_fts> never holds for JSON events; take it away"
    static = [condition.name for condition in rule.static]
    static += [lookup.name for lookup in rule.lookups if lookup.is_static]
    name = next((name for name in static if name not in OF_THE_SENDER), None)
    if name is None:
        return None
    return f"<{name.decode()}> asks for what no event of Tetragon fills; name its field with <field name=…>"


def _foreign(rule: Rule) -> str | None:
    for condition in (*rule.fields, *rule.raw):
        words = None if condition.negated else foreign_words(condition.kind, condition.pattern)
        if words is not None:
            return f"{condition.name.decode('utf-8', 'replace')}: {words}"
    return None


def _together(chain: list[Rule]) -> str | None:
    """Say why the conditions of a rule and those above it never hold together."""
    keys = {key: name for rule in chain for name in _names(rule) if (key := _key_in(name)) is not None}
    if len(keys) > 1:
        return f"an event is of one kind, and this asks for fields of several: {', '.join(sorted(keys.values()))}"
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
"""Language and text of patterns that one text has to satisfy together."""


def _patterns(conditions: list[Condition]) -> _Patterns:
    return tuple(dict.fromkeys((one.kind, one.pattern) for one in conditions if not one.negated))


@lru_cache(maxsize=20_000)
def _may_be(values: bytes | None, patterns: _Patterns) -> bool:
    """Whether some text among the values, or any at all, may satisfy all patterns."""
    made = (automaton_of(kind, pattern) for kind, pattern in patterns)
    automata = [one for one in made if one is not None]
    # The values come first: they allow the fewest bytes at each place.
    domain = [automaton_of_values(values)] if values is not None else []
    return not automata or may_meet([*domain, *automata])


def _shown(patterns: _Patterns) -> str:
    return " and ".join(pattern.decode("utf-8", "replace") for _, pattern in patterns)


def _no_value(field: Field, conditions: list[Condition]) -> str | None:
    values, patterns = values_of(field), _patterns(conditions)
    if _is_met_exactly(values, conditions) or (values is None and [kind for kind, _ in patterns] == ["pcre2"]):
        return None
    if _may_be(values, patterns):
        return None
    return f"{field.name}: no value of it matches {_shown(patterns)}: {_what_it_holds(field, patterns)}"


def _is_met_exactly(values: bytes | None, conditions: list[Condition]) -> bool:
    """Whether one of the few texts that a pattern stands for satisfies all: the quick way for long lists of rules."""
    texts = next((exact for one in conditions if not one.negated and (exact := one.expression.exact)), frozenset())
    return any(
        all(one.holds(text) for one in conditions) and (values is None or re.fullmatch(values, text) is not None)
        for text in texts
    )


def _what_it_holds(field: Field, patterns: _Patterns) -> str:
    if field.is_array:
        if field.form is not Form.OBJECT:
            return 'it is a printed array, ["A", "B"]; write the quoted item alone, without ^ and $'
        return 'it is printed with a tab after each colon, numbers bare; write type="pcre2" and "dport":\\s*443\\b'
    if field.form is Form.UINT32 and _may_be(PLAIN_OVER_INT32, patterns):
        return "a number over 2147483647 is printed with six decimals; write ^4294967295.000000$ for 4294967295"
    if values_of(field) is not None:
        return f"it holds {field.form.value}"
    return _no_text(patterns)


def _no_text(patterns: _Patterns) -> str:
    if len(patterns) > 1:
        return "no text is as all of these want it"
    return 'no text does; an osregex takes no byte above 127, an osmatch none without ^ or $: write type="pcre2"'


def _no_line(conditions: list[Condition]) -> str | None:
    patterns = _patterns(conditions)
    if _may_be(LINE, patterns):
        return None
    if not _may_be(None, patterns):
        return f"no line matches {_shown(patterns)}: {_no_text(patterns)}"
    return (
        f"no line matches {_shown(patterns)}: it is JSON from {{ to }} without a blank after a colon or comma; "
        "ask a field, with <field name=…>"
    )
