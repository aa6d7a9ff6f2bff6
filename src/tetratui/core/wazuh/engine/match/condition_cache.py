"""Conditions that test many events: they remember their answers by text, and test the raw line at the least cost."""

from __future__ import annotations

from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.patterns.osmatch import OsMatch
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2

MOST_ANSWERS = 100_000
"""Answers that the conditions of a session remember together; at the limit all are forgotten."""
_LONGEST = 300
"""Bytes of the longest text whose answer is remembered."""


class AnswerCache:
    """The answers of all conditions of a session, with one common limit."""

    def __init__(self) -> None:
        self._left = MOST_ANSWERS
        self._answers: list[dict[bytes, bool]] = []

    def add_condition(self) -> dict[bytes, bool]:
        """Add a condition and return its empty answers by text."""
        self._answers.append({})
        return self._answers[-1]

    def count_answer(self) -> None:
        """Count an answer that is about to be added; forget all answers at the limit."""
        self._left -= 1
        if self._left <= 0:
            self._left = MOST_ANSWERS
            for answers in self._answers:
                answers.clear()


class FieldTest:
    """A condition on a field, with its remembered answers."""

    __slots__ = ("_answers", "_cache", "_condition", "name")

    def __init__(self, condition: Condition, cache: AnswerCache) -> None:
        self._condition = condition
        self._cache = cache
        self.name = condition.name
        self._answers = cache.add_condition()

    def holds(self, text: bytes) -> bool:
        """Return whether the field's text satisfies the condition."""
        answer = self._answers.get(text)
        if answer is None:
            answer = self._condition.holds(text)
            if len(text) <= _LONGEST:
                self._cache.count_answer()
                self._answers[text] = answer
        return answer


class RawTest:
    """A condition on the raw line. It also gets the line in lower case, which most patterns need."""

    __slots__ = ("_expression", "_matches_lower", "_negated", "_required")

    def __init__(self, condition: Condition) -> None:
        expression = condition.expression
        self._negated = condition.negated
        self._expression = expression
        self._matches_lower = None
        self._required = b""
        """A text that every match contains, in lower case: a cheap test before the pattern runs."""
        if isinstance(expression, OsMatch | OsRegex):
            self._matches_lower, self._required = expression.matches_lower, expression.required
        elif isinstance(expression, Pcre2) and expression.caseless:
            self._required = expression.required

    def holds(self, line: bytes, lower: bytes) -> bool:
        """Return whether a line, also given in lower case, satisfies the condition."""
        if self._required and self._required not in lower:
            is_match = False
        elif self._matches_lower is not None:
            is_match = self._matches_lower(lower)
        else:
            is_match = self._expression.matches(line)
        return is_match is not self._negated


def raw_tests(conditions: tuple[Condition, ...]) -> tuple[RawTest, ...]:
    """Return tests of a rule's conditions, the cheapest language first. All must hold, so their order is free."""
    return tuple(RawTest(condition) for condition in sorted(conditions, key=lambda condition: condition.kind))
