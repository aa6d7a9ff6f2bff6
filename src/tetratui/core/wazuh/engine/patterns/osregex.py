"""osregex: Wazuh's own regular expressions, matched step by step as Wazuh does, quirks included (os_regex_execute.c).

Case never counts. `+` and `*` may stand only after a backslash class. Parentheses do not nest, and `|` stands outside
them. The matcher remembers at most four offsets to go back to, and after a failure it does not always restart one byte
later. So no other regular expression gives its answers: it is followed here step by step.
"""

from __future__ import annotations

from tetratui.core.wazuh.engine.patterns.osregex_syntax import (
    CLASS,
    CLASSES,
    END,
    PAREN,
    PLUS,
    STAR,
    OsRegexAlternative,
    read_alternatives,
)

_MAX_RETURNS = 4
"""Offsets that the matcher remembers to go back to."""


class OsRegex:
    """A compiled osregex pattern."""

    exact: frozenset[bytes] | None = None

    def __init__(self, pattern: bytes) -> None:
        """Compile a pattern.

        Raises:
            PatternSyntaxError: an unknown escape, or unbalanced or nested parentheses.
        """
        self._alternatives = read_alternatives(pattern)
        self.required = (self._alternatives[0].literal or b"") if len(self._alternatives) == 1 else b""
        """A literal that every matching text contains, in lower case; empty if there is none."""

    def matches(self, text: bytes) -> bool:
        """Return whether any alternative matches."""
        return self.matches_lower(text.lower())

    def matches_lower(self, text: bytes) -> bool:
        """Return the same for a text in lower case."""
        return any(_matches_alternative(alternative, text) for alternative in self._alternatives)


def _matches_alternative(alternative: OsRegexAlternative, text: bytes) -> bool:
    if alternative.literal is None or alternative.literal not in text:
        return False
    if alternative.least_length is not None:
        return len(text) >= alternative.least_length
    return Walk(alternative, text).run()


class Walk:
    """One walk of the matcher over one text, without short cuts.

    Its attributes are the variables of the C code, with clearer names.
    """

    __slots__ = (
        "_at_begin",
        "_at_end",
        "_is_match",
        "_offset",
        "_repeating",
        "_restart",
        "_returns",
        "_text",
        "_unit",
        "_units",
    )

    def __init__(self, alternative: OsRegexAlternative, text: bytes) -> None:
        """Prepare a walk of one alternative over a text in lower case."""
        self._units = alternative.units
        self._at_begin, self._at_end = alternative.at_begin, alternative.at_end
        self._text = text
        self._unit = 0
        self._offset = 0
        self._is_match = True
        """Whether the walk would be a match if the text ended now."""
        self._repeating = False
        """Whether the class at `_unit` has matched a byte of its repetition."""
        self._restart: int | None = None
        """Offset of the first byte that matched since the last restart."""
        self._returns: list[tuple[int, int]] = []
        """(unit, offset) at which a repetition could have gone on."""

    def run(self) -> bool:
        """Return whether the alternative matches."""
        text, units = self._text, self._units
        while self._offset < len(text):
            if units[self._unit] == PAREN:
                self._unit += 1
            if units[self._unit] == END and not self._at_end:
                return self._is_match
            outcome = self._step(text[self._offset])
            if outcome is not None:
                return outcome
            self._offset += 1
        return self._is_match and self._may_end()

    def _step(self, byte: int) -> bool | None:
        """Compare one byte; True or False ends the walk with that answer, None goes on."""
        unit = self._units[self._unit]
        if unit == CLASS:
            if byte in CLASSES[self._units[self._unit + 1]]:
                self._take_class(byte)
                return None
            outcome = self._leave_class()
            if outcome is not None:
                return outcome or None
        elif unit == byte and unit != END:
            self._unit += 1
            self._take()
            return None
        return self._go_back()

    def _take(self) -> None:
        if self._restart is None:
            self._restart = self._offset
        self._is_match = True

    def _take_class(self, byte: int) -> None:
        quantifier = self._units[self._unit + 2]
        if quantifier not in (STAR, PLUS):
            self._unit += 2
            self._take()
        elif quantifier == STAR or self._repeating:
            self._repeating = True
            self._look_ahead(byte)
        else:
            self._repeating = self._is_match = True

    def _look_ahead(self, byte: int) -> None:
        """Leave a repetition once the next unit matches the byte too, and remember where it could have gone on."""
        units = self._units
        following = self._unit + 3
        if units[following] == PAREN:
            following += 1
        unit = units[following]
        if unit == END:
            return
        self._is_match = True
        if unit == CLASS:
            if byte not in CLASSES[units[following + 1]]:
                return
            following += 0 if units[following + 2] in (STAR, PLUS) else 2
        elif unit == byte:
            self._repeating = False
            following += 1
        else:
            return
        if len(self._returns) < _MAX_RETURNS:
            self._returns.append((self._unit, self._offset))
        self._unit = following

    def _leave_class(self) -> bool | None:
        """Handle a byte that a class does not match: True ends the walk as a match, False steps on, None goes back."""
        units, unit = self._units, self._unit
        if self._repeating and self._is_match and END in (units[unit + 2], units[unit + 3]):
            if not self._at_end:
                return True
        elif units[unit + 2] == STAR or (units[unit + 2] == PLUS and self._repeating):
            # Skip the class and compare the same byte again.
            self._is_match = self._is_match or units[unit + 2] == STAR
            self._unit += 3
            self._offset -= 1
            self._repeating = False
            return False
        self._repeating = False
        return None

    def _go_back(self) -> bool | None:
        if self._returns:
            self._unit, self._offset = self._returns.pop()
            return None
        if self._at_begin:
            return False
        if self._restart is not None:
            self._offset, self._restart = self._restart, None
        self._unit = 0
        self._is_match = False
        return None

    def _may_end(self) -> bool:
        """Return whether the text may end here: a text may lack the rest of the pattern.

        It may lack a repetition that has begun, and then up to two classes with `*`.
        """
        units = self._units
        unit = self._skip_paren(self._unit)
        if units[unit] == END:
            return True
        if units[unit] == CLASS and self._repeating:
            unit += 2
            if units[unit] in (STAR, PLUS):
                unit = self._skip_paren(unit + 1)
                if units[unit] == END:
                    return True
                unit, is_over = self._skip_starred(unit)
                if is_over:
                    return True
        return units[unit] == CLASS and self._skip_starred(unit)[1]

    def _skip_starred(self, unit: int) -> tuple[int, bool]:
        """Return the unit after a class with `*`, and whether the pattern ends there.

        Of another class only the letter is skipped.
        """
        if self._units[unit] != CLASS:
            return unit, False
        if self._units[unit + 2] != STAR:
            return unit + 2, False
        after = self._skip_paren(unit + 3)
        return after, self._units[after] == END

    def _skip_paren(self, unit: int) -> int:
        return unit + 1 if self._units[unit] == PAREN else unit
