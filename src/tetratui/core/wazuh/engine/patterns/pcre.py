"""pcre2 as Wazuh calls it: no options, on bytes, case-sensitive, the whole text in one search.

The engine is the same library. A pattern that exceeds its match limit does not match, and `gave_up` remembers it.
Texts are searched by the compiled form of a pattern; where its stack is too small, by the interpreter.
"""

from __future__ import annotations

import pcre2

from tetratui.core.wazuh.engine.patterns.literals import exact_texts, required_literal
from tetratui.core.wazuh.engine.patterns.syntax import PatternSyntaxError

_CASELESS = b"(?i)"


class Pcre2:
    """A compiled pattern."""

    def __init__(self, pattern: bytes) -> None:
        """Compile it.

        Raises:
            PatternSyntaxError: the library refuses it.
        """
        self.exact = exact_texts(pattern)
        self.caseless = pattern.startswith(_CASELESS)
        literal = required_literal(pattern.removeprefix(_CASELESS))
        self.required = literal.lower() if self.caseless else literal
        """What every match holds: in lower case where case does not count, which here means ASCII only."""
        self.gave_up = False
        """Whether a text was met on which the library stopped at its match limit, which counts as no match."""
        self._pattern = pattern
        try:
            self._compiled = pcre2.compile(pattern)
        except (pcre2.PatternError, pcre2.LibraryError) as error:
            raise PatternSyntaxError(str(error)) from error

    def matches(self, text: bytes) -> bool:
        """Whether the pattern is found in the text."""
        if self.exact is not None:
            return text in self.exact
        if self.required and self.required not in (text.lower() if self.caseless else text):
            return False
        try:
            return self._compiled.search(text) is not None
        except pcre2.LibraryError as error:
            return self._matches_slowly(text) if "JIT stack" in str(error) else self._give_up(error)

    def _matches_slowly(self, text: bytes) -> bool:
        """Ask the interpreter, which is what the manager uses, and which has no such stack."""
        try:
            return pcre2.compile(self._pattern, jit=False).search(text) is not None
        except pcre2.LibraryError as error:
            return self._give_up(error)

    def _give_up(self, error: pcre2.LibraryError) -> bool:
        self.gave_up = self.gave_up or "limit" in str(error)
        return False
