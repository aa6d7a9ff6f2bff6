"""Conditions on fields with several values: few patterns, each within the limit of a field's text."""

from __future__ import annotations

from collections.abc import Iterable

from tetratui.core.exclusion import Pattern
from tetratui.core.wazuh.write.rule_text import FIELD_TEXT_LIMIT, NoSuppressionRuleError

FieldPattern = tuple[str, str]
"""A field's name and a pcre2 pattern on it."""
Alternative = tuple[FieldPattern, ...]
"""Patterns that must match together."""
_ROOM = FIELD_TEXT_LIMIT - len(r"\A(?:)\z")


def exactly(texts: Iterable[str]) -> list[Pattern]:
    """Patterns of these texts; an empty one asks nothing that Wazuh could find."""
    return [Pattern.exactly(text) for text in texts if text]


def one_of(field: str, patterns: Iterable[Pattern]) -> list[Alternative]:
    """Write that a field is any of these: one alternation, or several when it would grow too long.

    Raises:
        NoTwinError: one of them alone is longer than Wazuh takes.
    """
    pieces: list[list[str]] = [[]]
    room = _ROOM
    for body in dict.fromkeys(pattern.to_pcre2_body() for pattern in patterns):
        size = len(body) + 1
        if size > _ROOM:
            raise NoSuppressionRuleError(
                f"a text of {size} characters is longer than Wazuh takes", "no shortened rule is written"
            )
        if size > room:
            pieces.append([])
            room = _ROOM
        pieces[-1].append(body)
        room -= size
    return [((field, _anchored(piece)),) for piece in pieces if piece]


def _anchored(bodies: list[str]) -> str:
    return rf"\A{bodies[0]}\z" if len(bodies) == 1 else rf"\A(?:{'|'.join(bodies)})\z"
