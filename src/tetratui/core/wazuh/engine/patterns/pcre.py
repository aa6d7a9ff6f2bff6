"""Match pcre2 patterns as Wazuh does: PCRE2 10.42, without options, on bytes, the whole text in one search.

The library in use here is a later version, so patterns are read as 10.42 reads them and rewritten for it. A search that
exceeds the match limit is no match, and `gave_up` records it. Texts are searched by the JIT-compiled pattern. If there
is none, or if its stack is too small, the interpreter searches.
"""

from __future__ import annotations

import pcre2
from pcre2 import _cy

from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.literals import exact_texts, required_literal
from tetratui.core.wazuh.engine.patterns.pcre_reading import Reading, read_pattern

_CASELESS = b"(?i)"
_PACKAGE_OPTIONS = 0x00000002 | 0x00100000
"""PCRE2_ALT_BSUX and PCRE2_NEVER_BACKSLASH_C, which the package's public call always sets, and Wazuh does not.

With the first, `\\x{41}` is 41 times the letter x. So the package's inner call is used, which takes options to remove.
"""


class Pcre2:
    """A compiled pcre2 pattern."""

    def __init__(self, pattern: bytes) -> None:
        """Compile a pattern.

        Raises:
            PatternSyntaxError: the manager refuses the pattern.
        """
        self.exact = exact_texts(pattern)
        self.caseless = pattern.startswith(_CASELESS)
        reading = read_pattern(pattern)
        self._pattern = reading.pattern
        literal = required_literal(self._pattern.removeprefix(_CASELESS))
        self.required = literal.lower() if self.caseless else literal
        """A literal that every match contains; in lower case if case does not count (for ASCII letters only)."""
        self.unknown = _describe_unknown(reading)
        """The part of the pattern that is not emulated; empty if all is."""
        self.gave_up = False
        """Whether the library has stopped at its match limit on some text, which counts as no match."""
        try:
            self._compiled = compile_bytes(self._pattern, jit=not reading.interpreted)
        except pcre2.LibraryError as error:
            raise PatternSyntaxError(str(error)) from error

    def matches(self, text: bytes) -> bool:
        """Return whether the pattern matches somewhere in a text."""
        if self.exact is not None:
            return text in self.exact
        if self.required and self.required not in (text.lower() if self.caseless else text):
            return False
        try:
            return self._compiled.search(text) is not None
        except pcre2.LibraryError as error:
            return self._matches_interpreted(text) if "JIT stack" in str(error) else self._give_up(error)

    def _matches_interpreted(self, text: bytes) -> bool:
        """Search with the interpreter, which the manager uses, and which needs no JIT stack."""
        try:
            return compile_bytes(self._pattern, jit=False).search(text) is not None
        except pcre2.LibraryError as error:
            return self._give_up(error)

    def _give_up(self, error: pcre2.LibraryError) -> bool:
        self.gave_up = self.gave_up or "limit" in str(error)
        return False


def _describe_unknown(reading: Reading) -> str:
    change = reading.unknown
    return f"pcre2's {change.construct} ({change.reason})" if change else ""


def compile_bytes(pattern: bytes, *, jit: bool) -> pcre2.Pattern[bytes]:
    """Compile a pattern without options, as the manager does.

    Raises:
        pcre2.LibraryError: the library refuses the pattern.
    """
    compiled = pcre2.Pattern(_cy.compile(pattern, 0, _PACKAGE_OPTIONS), pattern, pcre2.NOFLAG, False, None)
    if jit:
        try:
            compiled.jit_compile()
        except pcre2.LibraryError:
            # The pattern has a feature that only the interpreter supports, or memory may not be executed here.
            return compiled
    return compiled
