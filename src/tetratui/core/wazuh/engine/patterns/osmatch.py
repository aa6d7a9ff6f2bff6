"""osmatch, Wazuh's simplest pattern language (os_match_compile.c, os_match_execute.c).

A pattern is one or more literals joined by `|`, each with `^`, `$`, both or none. A leading `!` negates the whole.
There are no escapes. Case does not count for ASCII letters. An unanchored literal with a byte above 127 never matches,
because the C code compares a signed with an unsigned character; an anchored one does match.
"""

from __future__ import annotations

from collections.abc import Callable


def _never(_: bytes) -> bool:
    return False


def _compile_alternative(part: bytes) -> Callable[[bytes], bool]:
    """Return the test of one alternative for texts in lower case."""
    if part.startswith(b"^") and part.endswith(b"$"):
        body = part[1:-1]
        return lambda text: text == body
    if not part:
        return lambda _: True
    if part.endswith(b"$"):
        ending = part[:-1]
        return lambda text: text.endswith(ending)
    if part.startswith(b"^"):
        beginning = part[1:]
        return lambda text: text.startswith(beginning)
    return (lambda text: part in text) if part.isascii() else _never


class OsMatch:
    """A compiled osmatch pattern; every text is a valid one."""

    exact: frozenset[bytes] | None = None

    def __init__(self, pattern: bytes) -> None:
        self._negated = pattern.startswith(b"!")
        parts = pattern[self._negated :].lower().split(b"|")
        self._tests = [_compile_alternative(part) for part in parts]
        self.required = parts[0].removeprefix(b"^").removesuffix(b"$") if len(parts) == 1 and not self._negated else b""
        """A literal that every matching text contains, in lower case; empty if there is none."""

    def matches(self, text: bytes) -> bool:
        """Return whether any alternative matches; a leading `!` negates the answer."""
        return self.matches_lower(text.lower())

    def matches_lower(self, text: bytes) -> bool:
        """Return the same for a text in lower case."""
        return any(test(text) for test in self._tests) is not self._negated
