"""The pattern languages of Wazuh rules: osregex, osmatch, pcre2, and plain comparison."""

from __future__ import annotations

from typing import Protocol

from tetratui.core.wazuh.engine.patterns import osmatch, osregex, pcre
from tetratui.core.wazuh.engine.patterns.syntax import PatternSyntaxError

TYPES = ("osregex", "osmatch", "pcre2", "string")
"""Names of the languages; `string` only as the default of `<action>`."""


class WazuhPattern(Protocol):
    """A compiled pattern."""

    @property
    def exact(self) -> frozenset[bytes] | None:
        """The texts it matches, when these are few and it is case-sensitive; else None."""

    def matches(self, text: bytes) -> bool:
        """Whether it matches the text (no zero byte in it)."""


class Same:
    """Plain comparison, byte for byte."""

    def __init__(self, text: bytes) -> None:
        self.exact: frozenset[bytes] | None = frozenset({text})
        self._text = text

    def matches(self, text: bytes) -> bool:
        """Whether it is the same text."""
        return text == self._text


def compile_pattern(kind: str, pattern: bytes) -> WazuhPattern:
    """Compile a pattern of one of TYPES.

    Raises:
        PatternSyntaxError: Wazuh would refuse it (5107) and not start.
    """
    match kind:
        case "osregex":
            return osregex.OsRegex(pattern)
        case "osmatch":
            return osmatch.OsMatch(pattern)
        case "pcre2":
            return pcre.Pcre2(pattern)
        case _:
            return Same(pattern)


def unknown_part(expression: WazuhPattern) -> str:
    """Return what of a pattern is not followed here; empty when all is."""
    return expression.unknown if isinstance(expression, pcre.Pcre2) else ""


__all__ = ["TYPES", "PatternSyntaxError", "Same", "WazuhPattern", "compile_pattern", "unknown_part"]
