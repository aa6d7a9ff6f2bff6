"""The pattern languages of Wazuh rules: osregex, osmatch, pcre2, and plain comparison."""

from __future__ import annotations

from typing import Protocol

from tetratui.core.wazuh.engine.patterns import osmatch, osregex, pcre
from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError

TYPES = ("osregex", "osmatch", "pcre2", "string")
"""Names of the languages; `string` only as the default of `<action>`."""


class WazuhPattern(Protocol):
    """A compiled pattern."""

    @property
    def exact(self) -> frozenset[bytes] | None:
        """The texts that it matches, if they are few and it is case-sensitive; else None."""

    def matches(self, text: bytes) -> bool:
        """Return whether it matches a text without zero bytes."""


class ExactText:
    """A pattern that is compared byte for byte."""

    def __init__(self, text: bytes) -> None:
        self.exact: frozenset[bytes] | None = frozenset({text})
        self._text = text

    def matches(self, text: bytes) -> bool:
        """Return whether a text equals the pattern."""
        return text == self._text


def compile_pattern(kind: str, pattern: bytes) -> WazuhPattern:
    """Compile a pattern in one of TYPES.

    Raises:
        PatternSyntaxError: Wazuh refuses the pattern (message 5107) and does not start.
    """
    match kind:
        case "osregex":
            return osregex.OsRegex(pattern)
        case "osmatch":
            return osmatch.OsMatch(pattern)
        case "pcre2":
            return pcre.Pcre2(pattern)
        case _:
            return ExactText(pattern)


def unknown_part(expression: WazuhPattern) -> str:
    """Return the part of a pattern that is not emulated; empty if all is."""
    return expression.unknown if isinstance(expression, pcre.Pcre2) else ""


__all__ = ["TYPES", "ExactText", "PatternSyntaxError", "WazuhPattern", "compile_pattern", "unknown_part"]
