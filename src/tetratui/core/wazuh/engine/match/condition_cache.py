"""Conditions made ready for many events: answers remembered per text, the raw line looked at as cheaply as possible."""

from __future__ import annotations

from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.patterns.osmatch import OsMatch
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2

MOST_ANSWERS = 100_000
"""Answers that the conditions of a session remember together; then they begin anew."""
_LONGEST = 300
"""Bytes of a text whose answer is remembered."""


class Memo:
    """The answers of all conditions of a session, bounded together."""

    def __init__(self) -> None:
        self._left = MOST_ANSWERS
        self._answers: list[dict[bytes, bool]] = []

    def new(self) -> dict[bytes, bool]:
        """Give one condition its part."""
        self._answers.append({})
        return self._answers[-1]

    def spend(self) -> None:
        """Count one more answer."""
        self._left -= 1
        if self._left <= 0:
            self._left = MOST_ANSWERS
            for answers in self._answers:
                answers.clear()


class FieldTest:
    """A condition on a field, with the answers it has given."""

    __slots__ = ("_answers", "_condition", "_memo", "name")

    def __init__(self, condition: Condition, memo: Memo) -> None:
        self._condition = condition
        self._memo = memo
        self.name = condition.name
        self._answers = memo.new()

    def holds(self, text: bytes) -> bool:
        """Whether a present text satisfies it."""
        answer = self._answers.get(text)
        if answer is None:
            answer = self._condition.holds(text)
            if len(text) <= _LONGEST:
                self._memo.spend()
                self._answers[text] = answer
        return answer


class RawTest:
    """A condition on the raw line, given with its lower-case form, which most expressions need."""

    __slots__ = ("_expression", "_matches_lower", "_needed", "_negated")

    def __init__(self, condition: Condition) -> None:
        expression = condition.expression
        self._negated = condition.negated
        self._expression = expression
        self._matches_lower = None
        self._needed = b""
        """What a line in lower case must hold before it is looked at at all."""
        if isinstance(expression, OsMatch | OsRegex):
            self._matches_lower, self._needed = expression.matches_lower, expression.required
        elif isinstance(expression, Pcre2) and expression.caseless:
            self._needed = expression.required

    def holds(self, line: bytes, lower: bytes) -> bool:
        """Whether the line satisfies it."""
        if self._needed and self._needed not in lower:
            found = False
        elif self._matches_lower is not None:
            found = self._matches_lower(lower)
        else:
            found = self._expression.matches(line)
        return found is not self._negated


def raw_tests(conditions: tuple[Condition, ...]) -> tuple[RawTest, ...]:
    """Make the conditions of one rule ready, the cheapest first: all must hold, in whatever order."""
    return tuple(RawTest(condition) for condition in sorted(conditions, key=lambda condition: condition.kind))
