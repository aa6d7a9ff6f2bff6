"""pcre2 as Wazuh calls it: PCRE2 10.42, no options, on bytes, case-sensitive, the whole text in one search.

The library in use is a later version of the same one: patterns are read as 10.42 reads them and written for it. A
pattern that exceeds its match limit does not match, and `gave_up` remembers it. Texts are searched by the compiled form
of a pattern; where there is none, or where its stack is too small, by the interpreter.
"""

from __future__ import annotations

import pcre2
from pcre2 import _cy

from tetratui.core.wazuh.engine.patterns.literals import exact_texts, required_literal
from tetratui.core.wazuh.engine.patterns.pcre_reading import Reading, read_pattern
from tetratui.core.wazuh.engine.patterns.syntax import PatternSyntaxError

_CASELESS = b"(?i)"
_PACKAGE_OPTIONS = 0x00000002 | 0x00100000
"""PCRE2_ALT_BSUX and PCRE2_NEVER_BACKSLASH_C, which the package sets and its public call cannot leave out.

With the first, `\\x{41}` is 41 times the letter x.
"""


class Pcre2:
    """A compiled pattern."""

    def __init__(self, pattern: bytes) -> None:
        """Compile it.

        Raises:
            PatternSyntaxError: the manager refuses it.
        """
        self.exact = exact_texts(pattern)
        self.caseless = pattern.startswith(_CASELESS)
        reading = read_pattern(pattern)
        self._pattern = reading.pattern
        literal = required_literal(self._pattern.removeprefix(_CASELESS))
        self.required = literal.lower() if self.caseless else literal
        """What every match holds: in lower case where case does not count, which here means ASCII only."""
        self.unknown = _unknown(reading)
        """What of it is not followed; empty when all is."""
        self.gave_up = False
        """Whether a text was met on which the library stopped at its match limit, which counts as no match."""
        try:
            self._compiled = compile_bytes(self._pattern, jit=not reading.interpreted)
        except pcre2.LibraryError as error:
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
            return compile_bytes(self._pattern, jit=False).search(text) is not None
        except pcre2.LibraryError as error:
            return self._give_up(error)

    def _give_up(self, error: pcre2.LibraryError) -> bool:
        self.gave_up = self.gave_up or "limit" in str(error)
        return False


def _unknown(reading: Reading) -> str:
    change = reading.unknown
    return f"pcre2's {change.construct} ({change.reason})" if change else ""


def compile_bytes(pattern: bytes, *, jit: bool) -> pcre2.Pattern[bytes]:
    """Compile without any option, as the manager does.

    Raises:
        pcre2.LibraryError: the library refuses it.
    """
    compiled = pcre2.Pattern(_cy.compile(pattern, 0, _PACKAGE_OPTIONS), pattern, pcre2.NOFLAG, False, None)
    if jit:
        try:
            compiled.jit_compile()
        except pcre2.LibraryError:
            # A feature that only the interpreter has, or no memory that may be executed.
            return compiled
    return compiled
