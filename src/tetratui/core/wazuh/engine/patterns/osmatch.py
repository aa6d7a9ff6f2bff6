"""osmatch: literals joined by `|`, each with `^`, `$` or both, a leading `!` that turns the whole round; no escapes.

Never case-sensitive, ASCII only. An unanchored literal with a byte above 127 never matches: the C code compares a
signed with an unsigned character. Anchored ones do (os_match_compile.c, os_match_execute.c).
"""

from __future__ import annotations

from collections.abc import Callable


def _never(_: bytes) -> bool:
    return False


def _one(part: bytes) -> Callable[[bytes], bool]:
    """The test of one alternative, over a text in lower case."""
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
    """A compiled osmatch pattern; any text is one."""

    exact: frozenset[bytes] | None = None

    def __init__(self, pattern: bytes) -> None:
        self._negated = pattern.startswith(b"!")
        parts = pattern[self._negated :].lower().split(b"|")
        self._tests = [_one(part) for part in parts]
        self.required = parts[0].removeprefix(b"^").removesuffix(b"$") if len(parts) == 1 and not self._negated else b""
        """What every text that it matches holds, in lower case; empty when that is not one thing."""

    def matches(self, text: bytes) -> bool:
        """Whether any alternative matches, turned round by a leading `!`."""
        return self.matches_lower(text.lower())

    def matches_lower(self, text: bytes) -> bool:
        """The same for a text that is in lower case already."""
        return any(test(text) for test in self._tests) is not self._negated
