"""Write conditions on fields that may have several values, each pattern within Wazuh's limit for a field."""

from __future__ import annotations

from collections.abc import Iterable

from tetratui.core.exclusion import Chars, Pattern
from tetratui.core.wazuh.write.rule_text import FIELD_TEXT_LIMIT, NoSuppressionRuleError

FieldPattern = tuple[str, str]
"""A field's name and a pcre2 pattern on it."""
Alternative = tuple[FieldPattern, ...]
"""Patterns that must match together."""
_BODY_LIMIT = FIELD_TEXT_LIMIT - len(r"\A(?:)\z")


def make_exact_patterns(texts: Iterable[str]) -> list[Pattern]:
    """Return a pattern for each text; empty texts are left out, because Wazuh cannot match an empty field."""
    return [Pattern.exactly(text) for text in texts if text]


def matches_empty(pattern: Pattern) -> bool:
    """Return whether a pattern matches the empty text."""
    return all(part.low == 0 if isinstance(part, Chars) else not part.text for part in pattern.parts)


def is_too_long(pattern: Pattern) -> bool:
    """Return whether this pattern alone is longer than Wazuh takes."""
    return len(pattern.to_pcre2_body()) + 1 > _BODY_LIMIT


def write_alternatives(field: str, patterns: Iterable[Pattern]) -> list[Alternative]:
    """Write that a field matches any of these patterns: one alternation, or several when one would be too long.

    Raises:
        NoSuppressionRuleError: a single pattern is longer than Wazuh takes.
    """
    groups: list[list[str]] = [[]]
    room = _BODY_LIMIT
    distinct = {pattern.to_pcre2_body(): pattern for pattern in patterns}
    for body, pattern in distinct.items():
        size = len(body) + 1
        if is_too_long(pattern):
            raise NoSuppressionRuleError(
                f"a text of {size} characters is longer than Wazuh takes", "no shortened rule is written"
            )
        if size > room:
            groups.append([])
            room = _BODY_LIMIT
        groups[-1].append(body)
        room -= size
    return [((field, _anchor(bodies)),) for bodies in groups if bodies]


def _anchor(bodies: list[str]) -> str:
    return rf"\A{bodies[0]}\z" if len(bodies) == 1 else rf"\A(?:{'|'.join(bodies)})\z"
