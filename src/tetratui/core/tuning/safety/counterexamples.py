"""Counterexample: events made so that a denylist drops them and an alerting rule fires on them.

For each entry of the list an event that it drops is taken from the table, or made from its own expressions; then the
fields that the rule looks at are given texts which both take. Both engines have the last word.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import orjson

from tetratui.core.events.event_fields import Field, NoField, field_of
from tetratui.core.events.kinds import KIND_OF_KEY, WITH_PROCESS
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tetragon.match.regex import compile_pattern
from tetratui.core.tuning.safety.occurring_values import (
    arrays_of,
    as_written,
    first_taken,
    moments_for,
    texts_of,
    value_of,
)
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.formats.decoder import decode
from tetratui.core.wazuh.engine.load.rule_words import SENDER_FIELDS
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex
from tetratui.core.wazuh.engine.patterns.pattern_samples import WANTED, pattern_samples

_ENTRY_FIELDS = {
    "process.binary": "binary_regex",
    "process.arguments": "arguments_regex",
    "process.docker": "container_id",
    "parent.binary": "parent_binary_regex",
    "parent.arguments": "parent_arguments_regex",
}
"""Which of a filter's fields looks at which text of an event."""
_LIKELY = {"process.docker": ("b56d59ecdf5c904691b87c16b1abe5d",)}
"""What stands there where an expression takes it; else a text is made from the expression."""
_KEYS = tuple(kind.json_key for kind in sorted(WITH_PROCESS))
_REAL_EVENTS_EACH = 3
_PLACES_EACH = 3
_TEXTS_EACH = 6
_ARRAYS_EACH = 12
_OWN = object()
"""Stands for the value that an event has already."""
_Choice = tuple[tuple[str, ...], list[Any]]
"""Where a value is put, and those to try."""
_JOINED = 8
"""Texts of either side that are joined when none alone pleases both."""
_MADE: dict[str, Any] = {
    "exec_id": "d2l0bmVzczoxOjE=",
    "pid": 1,
    "uid": 0,
    "cwd": "/",
    "binary": "/usr/bin/counterexample",
    "arguments": "counterexample",
    "flags": "execve clone",
    "start_time": "2026-01-01T00:00:00Z",
    "auid": 4294967295,
    "parent_exec_id": "d2l0bmVzczoxOjE=",
    "tid": 1,
    "in_init_tree": False,
}


@dataclass(frozen=True)
class _Dropped:
    """An event that an entry drops."""

    entry: int
    key: str
    event: dict[str, Any]

    @cached_property
    def printed(self) -> dict[str, str]:
        """Its fields as a rule sees them, by lower-case name."""
        line = reserialise(orjson.dumps(self.event)) or b""
        return {_shown(name).lower(): _shown(value) for name, value in decode(line).items()}


@dataclass(frozen=True, slots=True)
class _RuleTest:
    """What a rule, with those above it, asks of one text."""

    path: tuple[str, ...]
    tests: tuple[Condition | Lookup, ...]

    def holds(self, text: str) -> bool:
        return all(test.holds(text.encode("utf-8", "replace")) for test in self.tests)

    @property
    def name(self) -> tuple[object, ...]:
        return tuple(
            (test.name, test.pattern, test.negated) if isinstance(test, Condition) else test.name for test in self.tests
        )


class Counterexamples:
    """The counterexamples of one list against one ruleset."""

    def __init__(self, filter_list: FilterList, ruleset: Ruleset, real: Iterable[dict[str, Any]] = ()) -> None:
        """Prepare the dropped events.

        Args:
            filter_list: the denylist.
            ruleset: the operator's rules.
            real: events of the table that the list drops; they make better counterexamples than made ones.
        """
        self._list = filter_list
        self._session = ruleset.session()
        self._chained = ruleset.session(counted=True)
        self._nodes = _nodes_by_rule(ruleset)
        self._of_rule: dict[object, list[str]] = {}
        self._of_entry: dict[tuple[str, ...], list[str]] = {}
        self._both: dict[tuple[object, object], list[Any]] = {}
        self._dropped = [*self._real(real), *self._made()]

    def of(self, rule: Rule, *, chained: bool = False) -> bytes | None:
        """Find an event that the list drops and on which this rule fires: its line as the manager receives it.

        `chained` takes it that the events which the rule counts have come.
        """
        session = self._chained if chained else self._session
        for node in self._nodes.get(rule.id, [])[:_PLACES_EACH]:
            asked = _asked(node)
            line = (
                None
                if asked is None
                else self._find(asked, lambda line: session.match(line).rule == rule.id, self._times(rule))
            )
            if line is not None:
                return line
        return None

    def counted_by(self, expression: OsRegex) -> bytes | None:
        """Find an event that the list drops and that a rule with this `if_matched_regex` would count."""
        test = Condition(b"if_matched_regex", expression, negated=False, kind="osregex", pattern=expression.required)

        def counts(line: bytes) -> bool:
            return expression.matches(line) and (self._session.match(line).level or 0) > 0

        return self._find([_RuleTest((), (test,))], counts, [])

    def _find(self, asked: list[_RuleTest], fires: Callable[[bytes], bool], times: list[_Choice]) -> bytes | None:
        return next((line for one in self._dropped if (line := self._tried(asked, one, fires, times))), None)

    def _tried(
        self, asked: list[_RuleTest], dropped: _Dropped, fires: Callable[[bytes], bool], times: list[_Choice]
    ) -> bytes | None:
        if any(one.path[:1] != (dropped.key,) for one in asked if one.path[:1] and one.path[0] in KIND_OF_KEY):
            return None
        choices: list[_Choice] = []
        for one in asked:
            # A condition on the whole line is met as it stands, or through the arguments.
            if one.path or not one.holds(orjson.dumps(dropped.event).decode()):
                path = one.path or (dropped.key, "process", "arguments")
                field = field_of(".".join(path))
                if isinstance(field, NoField):
                    # No event has it: what made it one would be no event of Tetragon.
                    return None
                choices.append((field.path, self._values_for(one, field, dropped)))
        choices += times
        if not all(values for _, values in choices):
            return None
        tries = max((len(values) for _, values in choices), default=1)
        lines = (self._checked(_with(dropped.event, choices, number), fires) for number in range(tries))
        return next((line for line in lines if line is not None), None)

    def _checked(self, event: dict[str, Any] | None, fires: Callable[[bytes], bool]) -> bytes | None:
        """Let both engines have their word."""
        if event is None or self._list.first_match(event) is None:
            return None
        line = reserialise(orjson.dumps(event))
        return line if line is not None and fires(line) else None

    def _values_for(self, asked: _RuleTest, field: Field, dropped: _Dropped) -> list[Any]:
        """Values that please the rule and the entry, the event's own first; several, for siblings win on some."""
        current = dropped.printed.get(field.name.lower())
        own = [_OWN] if current is not None and asked.holds(current) else []
        if field.is_array:
            return [*own, *islice(arrays_of(field, self._texts_of_rule(asked)), _ARRAYS_EACH)]
        name = _ENTRY_FIELDS.get(".".join(field.path[1:]), "")
        expressions: tuple[str, ...] = getattr(self._list.filters[dropped.entry], name, None) or () if name else ()
        known = (asked.name, expressions)
        if known not in self._both:
            pleasing = texts_of(field, self._pleasing_both(asked, expressions))
            values = (value_of(field, text) for text in pleasing if asked.holds(text))
            self._both[known] = list(islice((value for value in values if value is not None), _TEXTS_EACH))
        return [*own, *self._both[known]]

    def _times(self, rule: Rule) -> list[_Choice]:
        """A time at which the rule and those above it may match, where they ask for one."""
        asking = [one for node in self._nodes[rule.id][:1] for one in _chain(node) if one.has_schedule]
        return [(("time",), moments_for(asking))] if asking else []

    def _pleasing_both(self, asked: _RuleTest, expressions: tuple[str, ...]) -> Iterator[str]:
        def taken(text: str) -> bool:
            return not expressions or any(compile_pattern(expression).search(text) for expression in expressions)

        of_rule = self._texts_of_rule(asked)
        of_entry = self._texts_of_entry(expressions)
        yield from (text for text in of_entry if asked.holds(text))
        yield from (text for text in of_rule if taken(text))
        for one in of_entry[:_JOINED]:
            for other in of_rule[:_JOINED]:
                for joined in (f"{one}{other}", f"{other}{one}", f"{one} {other}"):
                    if taken(joined) and asked.holds(joined):
                        yield joined

    def _texts_of_rule(self, asked: _RuleTest) -> list[str]:
        if asked.name not in self._of_rule:
            self._of_rule[asked.name] = [text for test in asked.tests for text in _texts(test) if asked.holds(text)]
        return self._of_rule[asked.name]

    def _texts_of_entry(self, expressions: tuple[str, ...]) -> list[str]:
        if expressions not in self._of_entry:
            self._of_entry[expressions] = [text for expression in expressions for text in _drawn(expression)]
        return self._of_entry[expressions]

    def _real(self, events: Iterable[dict[str, Any]]) -> Iterator[_Dropped]:
        counts: dict[tuple[int, str], int] = {}
        for event in events:
            entry = self._list.first_match(event)
            key = next((name for name in event if name in KIND_OF_KEY), "")
            if entry is not None and key and counts.get((entry, key), 0) < _REAL_EVENTS_EACH:
                counts[entry, key] = counts.get((entry, key), 0) + 1
                yield _Dropped(entry, key, event)

    def _made(self) -> Iterator[_Dropped]:
        for entry, one in enumerate(self._list.filters):
            for key in _KEYS:
                event = _event_for(one, key, self._texts_of_entry)
                if event is not None and self._list.first_match(event) is not None:
                    yield _Dropped(entry, key, event)


def _event_for(one: Filter, key: str, texts: Callable[[tuple[str, ...]], list[str]]) -> dict[str, Any] | None:
    """Make an event of a kind that a filter may drop; None when one of its expressions cannot be drawn."""
    event: dict[str, Any] = {key: {"process": dict(_MADE), "parent": dict(_MADE)}, "node_name": "counterexample"}
    event["time"] = _MADE["start_time"]
    for path, field in _ENTRY_FIELDS.items():
        expressions = getattr(one, field)
        if expressions:
            likely = [
                text for text in _LIKELY.get(path, ()) if any(compile_pattern(one).search(text) for one in expressions)
            ]
            text = first_taken(f"{key}.{path}", expressions, [*likely, *texts(expressions)])
            if text is None:
                return None
            block, name = path.split(".")
            event[key][block][name] = text
    if one.policy_names:
        event[key]["policy_name"] = one.policy_names[0]
    return event


def _drawn(expression: str) -> list[str]:
    search = compile_pattern(expression).search
    return pattern_samples(
        "pcre2", expression.encode(), lambda text: search(text.decode("utf-8", "replace")) is not None, WANTED
    )


def _texts(test: Condition | Lookup) -> list[str]:
    """Texts that may satisfy a condition: those it names, and those made from its pattern."""
    if isinstance(test, Lookup):
        return [key.decode("utf-8", "replace") for key in islice(test.entries, WANTED)]
    if test.negated:
        return ["counterexample", "/usr/bin/counterexample", "0", "1"]
    named = [text.decode("utf-8", "replace") for text in sorted(test.expression.exact or ())]
    named.append(as_written(_shown(test.pattern)))
    return named + pattern_samples(test.kind, test.pattern, test.holds, WANTED)


def _nodes_by_rule(ruleset: Ruleset) -> dict[int, list[RuleNode]]:
    nodes: dict[int, list[RuleNode]] = {}
    work = list(ruleset.tree.roots)
    while work:
        node = work.pop()
        nodes.setdefault(node.rule.id, []).append(node)
        work += node.children
    return nodes


def _chain(node: RuleNode) -> Iterator[Rule]:
    current: RuleNode | None = node
    while current is not None:
        yield current.rule
        current = current.parent


def _asked(node: RuleNode) -> list[_RuleTest] | None:
    """What a rule in one place asks, with those above it: by text, the whole line last; None if it cannot be made."""
    by_name: dict[bytes, list[Condition | Lookup]] = {}
    raw: list[Condition | Lookup] = []
    for rule in _chain(node):
        # What is asked of the sender is left to the engine: it takes the event's host for it.
        static = {test.name for test in rule.static} | {test.name for test in rule.lookups if test.is_static}
        if rule.unknown or rule.never_matches or static - SENDER_FIELDS:
            return None
        tests: tuple[Condition | Lookup, ...] = (*rule.fields, *(one for one in rule.lookups if not one.is_static))
        for test in tests:
            by_name.setdefault(test.name, []).append(test)
        raw += rule.raw
    asked = [_RuleTest(tuple(_shown(name).split(".")), tuple(tests)) for name, tests in by_name.items()]
    return [*asked, _RuleTest((), tuple(raw))] if raw else asked


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _with(event: dict[str, Any], choices: list[_Choice], number: int) -> dict[str, Any] | None:
    """Copy an event and put the `number`th values into it; None when something else stands in the way."""
    made = copy.deepcopy(event)
    values = ((path, values[number % len(values)]) for path, values in choices)
    fits = all(value is _OWN or _put(made, path, value) for path, value in values)
    return made if fits else None


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> bool:
    """Put a value into an event; False when something else stands in the way."""
    block: Any = event
    for name in path[:-1]:
        block = block.setdefault(name, {})
        if not isinstance(block, dict):
            return False
    block[path[-1]] = value
    return True
