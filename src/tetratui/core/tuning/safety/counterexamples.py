"""Counterexamples: events made so that a denylist drops them and an alerting rule fires on them.

An event that the list drops is changed until the rule fires on it: each field that the rule looks at gets a text that
both the rule and the entry match. Both engines check the result, so a counterexample is never a guess.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from tetratui.core.events.event_fields import Field, NoField, field_of
from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tetragon.match.regex import compile_pattern
from tetratui.core.tuning.safety.dropped_events import ENTRY_FIELDS, DroppedEvent, EntryTexts, dropped_events
from tetratui.core.tuning.safety.occurring_values import arrays_of, moments_for, texts_of, value_of
from tetratui.core.tuning.safety.rule_tests import RuleTest, nodes_by_rule, rule_tests, rules_above
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex

_NODES_EACH = 3
"""Positions in the tree that are tried for each rule."""
_TEXTS_EACH = 6
"""Texts that are tried for each field."""
_ARRAYS_EACH = 12
_JOINED = 8
"""Texts of rule and entry that are joined pair by pair when none alone matches both."""
_UNCHANGED = object()
"""Stands for the value that an event has already."""
_Choice = tuple[tuple[str, ...], list[Any]]
"""Where a value is put, and the values to try."""


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
        self._nodes = nodes_by_rule(ruleset)
        self._entry_texts = EntryTexts()
        self._rule_texts: dict[object, list[str]] = {}
        self._values: dict[tuple[object, object], list[Any]] = {}
        self._dropped = list(dropped_events(filter_list, real, self._entry_texts))

    def of(self, rule: Rule, *, chained: bool = False) -> bytes | None:
        """Find an event that the list drops and on which this rule fires: its line as the manager receives it.

        `chained` assumes that the events which the rule counts have arrived.
        """
        session = self._chained if chained else self._session
        for node in self._nodes.get(rule.id, [])[:_NODES_EACH]:
            tests = rule_tests(node)
            if tests is None:
                continue
            line = self._find(tests, lambda line: session.match(line).rule == rule.id, self._times(rule))
            if line is not None:
                return line
        return None

    def counted_by(self, expression: OsRegex) -> bytes | None:
        """Find an event that the list drops and that a rule with this `if_matched_regex` would count."""
        test = Condition(b"if_matched_regex", expression, negated=False, kind="osregex", pattern=expression.required)

        def counts(line: bytes) -> bool:
            return expression.matches(line) and (self._session.match(line).level or 0) > 0

        return self._find([RuleTest((), (test,))], counts, [])

    def _find(self, tests: list[RuleTest], fires: Callable[[bytes], bool], times: list[_Choice]) -> bytes | None:
        return next((line for event in self._dropped if (line := self._try(tests, event, fires, times))), None)

    def _try(
        self, tests: list[RuleTest], dropped: DroppedEvent, fires: Callable[[bytes], bool], times: list[_Choice]
    ) -> bytes | None:
        """Change one dropped event to meet the tests; None when that is not possible."""
        if any(test.path[:1] != (dropped.key,) for test in tests if test.path[:1] and test.path[0] in KIND_OF_KEY):
            return None
        choices: list[_Choice] = []
        for test in tests:
            # A condition on the whole line holds for the event as it is, or is met through the arguments.
            if test.path or not test.holds(orjson.dumps(dropped.event).decode()):
                path = test.path or (dropped.key, "process", "arguments")
                field = field_of(".".join(path))
                if isinstance(field, NoField):
                    # Tetragon writes no such field, so no event of it can meet the test.
                    return None
                choices.append((field.path, self._values_for(test, field, dropped)))
        choices += times
        if not all(values for _, values in choices):
            return None
        tries = max((len(values) for _, values in choices), default=1)
        lines = (self._checked(_with(dropped.event, choices, number), fires) for number in range(tries))
        return next((line for line in lines if line is not None), None)

    def _checked(self, event: dict[str, Any] | None, fires: Callable[[bytes], bool]) -> bytes | None:
        """Return the event's line if both engines agree that it is a counterexample."""
        if event is None or self._list.first_match(event) is None:
            return None
        line = reserialise(orjson.dumps(event))
        return line if line is not None and fires(line) else None

    def _values_for(self, test: RuleTest, field: Field, dropped: DroppedEvent) -> list[Any]:
        """Return values that both rule and entry match, the event's own first.

        There are several because on some of them another rule of the same level of the tree wins.
        """
        current = dropped.printed.get(field.name.lower())
        own = [_UNCHANGED] if current is not None and test.holds(current) else []
        if field.is_array:
            return [*own, *islice(arrays_of(field, self._texts_of_rule(test)), _ARRAYS_EACH)]
        name = ENTRY_FIELDS.get(".".join(field.path[1:]), "")
        expressions: tuple[str, ...] = getattr(self._list.filters[dropped.entry], name, None) or () if name else ()
        key = (test.key, expressions)
        if key not in self._values:
            texts = texts_of(field, self._texts_of_both(test, expressions))
            values = (value_of(field, text) for text in texts if test.holds(text))
            self._values[key] = list(islice((value for value in values if value is not None), _TEXTS_EACH))
        return [*own, *self._values[key]]

    def _times(self, rule: Rule) -> list[_Choice]:
        """Return a time at which the rule and those above it may match, where they name one."""
        timed = [above for node in self._nodes[rule.id][:1] for above in rules_above(node) if above.has_schedule]
        return [(("time",), moments_for(timed))] if timed else []

    def _texts_of_both(self, test: RuleTest, expressions: tuple[str, ...]) -> Iterator[str]:
        def entry_matches(text: str) -> bool:
            return not expressions or any(compile_pattern(expression).search(text) for expression in expressions)

        of_rule = self._texts_of_rule(test)
        of_entry = self._entry_texts.of(expressions)
        yield from (text for text in of_entry if test.holds(text))
        yield from (text for text in of_rule if entry_matches(text))
        for first in of_entry[:_JOINED]:
            for second in of_rule[:_JOINED]:
                for joined in (f"{first}{second}", f"{second}{first}", f"{first} {second}"):
                    if entry_matches(joined) and test.holds(joined):
                        yield joined

    def _texts_of_rule(self, test: RuleTest) -> list[str]:
        if test.key not in self._rule_texts:
            self._rule_texts[test.key] = test.texts()
        return self._rule_texts[test.key]


def _with(event: dict[str, Any], choices: list[_Choice], number: int) -> dict[str, Any] | None:
    """Copy an event and put the `number`th values into it; None when a value of the event is in the way."""
    changed = copy.deepcopy(event)
    values = ((path, values[number % len(values)]) for path, values in choices)
    fits = all(value is _UNCHANGED or _put(changed, path, value) for path, value in values)
    return changed if fits else None


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> bool:
    """Put a value into an event; False when a value on its path is no object."""
    block: Any = event
    for name in path[:-1]:
        block = block.setdefault(name, {})
        if not isinstance(block, dict):
            return False
    block[path[-1]] = value
    return True
