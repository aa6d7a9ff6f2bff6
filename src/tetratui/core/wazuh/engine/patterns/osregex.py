"""osregex: Wazuh's own regular expressions, as its matcher walks them, quirks included.

Never case-sensitive; `+` and `*` stand only after a backslash class; one level of parentheses; `|` outside them. The
matcher keeps four places to go back to and no more, and after a failure it does not always restart one character later,
so it is followed step by step here, not translated to another language (os_regex_compile.c, os_regex_execute.c).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tetratui.core.wazuh.engine.patterns.syntax import PatternSyntaxError

_ESCAPES = b"dwsp()\\DWS.t$|<"
"""What may follow a backslash; anything else stops the manager."""
_ANY_BYTE = frozenset(range(1, 256))
_DIGITS = frozenset(b"0123456789")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_@")
CLASSES: dict[int, frozenset[int]] = {
    ord("d"): _DIGITS,
    ord("w"): _WORD,
    ord("s"): frozenset(b" "),
    ord("p"): frozenset(b"!\"#$%&'()*+,-.:;<=>?[]{|}"),
    ord("D"): _ANY_BYTE - _DIGITS,
    ord("W"): _ANY_BYTE - _WORD,
    ord("S"): _ANY_BYTE - {0x20},
    ord("."): _ANY_BYTE,
    ord("t"): frozenset(b"\t"),
    **{byte: frozenset({byte}) for byte in b"()\\$|<"},
}
_BACKSLASH = ord("\\")
_END, _PAREN, _STAR, _PLUS, _NEVER, _CLASS = 0, ord("("), ord("*"), ord("+"), -1, -2
_PLACES_TO_RETURN_TO = 4
_TAIL = 3
"""So many places before the last one may be left out after a repetition, with room to spare."""


def _alternatives(pattern: bytes) -> list[list[int]]:
    """Check the syntax and cut at `|`: lower-case literals, `(`, and pairs of _CLASS and a letter."""
    parts: list[list[int]] = [[]]
    depth, at = 0, 0
    while at < len(pattern):
        byte = pattern[at]
        if byte == _BACKSLASH:
            escaped = pattern[at + 1 : at + 2]
            if not escaped or escaped not in _ESCAPES:
                raise PatternSyntaxError(f"\\{escaped.decode('latin-1')} is no escape of osregex")
            parts[-1] += [_CLASS, escaped[0]]
            at += 2
            continue
        depth += (byte == ord("(")) - (byte == ord(")"))
        if depth not in (0, 1) or (byte == ord("|") and depth):
            raise PatternSyntaxError("parentheses do not nest, hold no | and must be closed")
        if byte == ord("|"):
            parts.append([])
        else:
            parts[-1].append(_unit(byte))
        at += 1
    if depth:
        raise PatternSyntaxError("a parenthesis is not closed")
    return parts


def _unit(byte: int) -> int:
    if byte == ord(")"):
        return _PAREN
    # A byte above 127 is negative as a C character, the text's is not: they are never equal.
    return _NEVER if byte > 127 else bytes([byte]).lower()[0]


@dataclass(frozen=True, slots=True)
class PatternUnits:
    """One alternative of a pattern, for who wants to reason about it."""

    items: tuple[tuple[frozenset[int], str, bool], ...]
    """Bytes that a place takes, its quantifier (`*`, `+` or empty), and whether the walk may do without it.

    It may do without a last character after a class, and without the last classes after a repetition.
    """
    at_begin: bool
    at_end: bool


def units_of(pattern: bytes) -> list[PatternUnits]:
    """Read a pattern that the manager takes; parentheses are left out."""
    return [_units_of(units) for units in _alternatives(pattern)]


def _units_of(units: list[int]) -> PatternUnits:
    part = _Part(units)
    items: list[tuple[frozenset[int], str, bool]] = []
    at = 0
    while (unit := part.units[at]) != _END:
        if unit == _CLASS:
            letter, after = part.units[at + 1], part.units[at + 2]
            quantifier = chr(after) if after in (_STAR, _PLUS) else ""
            taken = CLASSES[letter]
            # A text is walked in lower case.
            lowered = taken | {byte for byte in _ANY_BYTE if bytes([byte]).lower()[0] in taken}
            items.append((frozenset(lowered), quantifier, True))
            at += 3 if quantifier else 2
            continue
        if unit != _PAREN or part.units[at - 1 : at] == [_PAREN]:
            taken = frozenset({unit, bytes([unit]).upper()[0]}) if unit > 0 else frozenset()
            items.append((taken, "", False))
        at += 1
    return PatternUnits(tuple(_with_optional(items)), part.at_begin, part.at_end)


def _with_optional(items: list[tuple[frozenset[int], str, bool]]) -> Iterator[tuple[frozenset[int], str, bool]]:
    """Of (bytes, quantifier, whether a class), tell which the walk may do without."""
    last = len(items) - 1
    repeats = next((at for at, (_, quantifier, _) in enumerate(items) if quantifier), last)
    for at, (taken, quantifier, is_class) in enumerate(items):
        after_class = at == last and at > 0 and items[at - 1][2]
        yield taken, quantifier, after_class or (is_class and at > repeats and at >= last - _TAIL)


class OsRegex:
    """A compiled osregex pattern."""

    exact: frozenset[bytes] | None = None

    def __init__(self, pattern: bytes) -> None:
        """Compile it.

        Raises:
            PatternSyntaxError: an unknown escape, or parentheses that do not fit.
        """
        self._parts = [_Part(units) for units in _alternatives(pattern)]
        self.required = (self._parts[0].literal or b"") if len(self._parts) == 1 else b""
        """What every text that it matches holds, in lower case; empty when that is not one thing."""

    def matches(self, text: bytes) -> bool:
        """Whether any alternative matches."""
        return self.matches_lower(text.lower())

    def matches_lower(self, text: bytes) -> bool:
        """The same for a text that is in lower case already."""
        return any(part.matches(text) for part in self._parts)


class _Part:
    """One alternative with its anchors."""

    def __init__(self, units: list[int]) -> None:
        self.at_begin = units[:1] == [ord("^")]
        units = units[1:] if self.at_begin else units
        # Only a bare $: an escaped one is the class before it.
        self.at_end = units[-1:] == [ord("$")] and not (len(units) > 1 and units[-2] == _CLASS)
        self.units = (units[:-1] if self.at_end else units) + [_END] * 4
        self.literal = self._longest_literal()
        anything = {_STAR: 0, _PLUS: 1}.get(self.units[2]) if self.units[:2] == [_CLASS, ord(".")] else None
        self._least = anything if self.units[3] == _END and not (self.at_begin or self.at_end) else None
        """Of `\\.*` and `\\.+` alone: the least length of a text they match."""

    def _longest_literal(self) -> bytes | None:
        """The longest run of literals that must stand in the text; None: it cannot match at all."""
        runs: list[bytearray] = [bytearray()]
        at = 0
        while (unit := self.units[at]) != _END:
            if unit == _CLASS:
                runs.append(bytearray())
                repeats = self.units[at + 2] in (_STAR, _PLUS)
                # The walk may end in a match before a last literal that follows a class without a repetition.
                at += 3 if repeats or self.units[at + 3] == _END else 2
                continue
            if unit == _PAREN:
                # Of two next to each other the second is compared as a character.
                runs.append(bytearray())
            else:
                runs[-1].append(max(unit, 0))
            at += 1
        return None if any(0 in run for run in runs) else bytes(max(runs, key=len))

    def matches(self, text: bytes) -> bool:
        """Whether this alternative matches a text in lower case."""
        if self.literal is None or self.literal not in text:
            return False
        if self._least is not None:
            return len(text) >= self._least
        return _Walk(self, text).matched()


class _Walk:
    """One walk of the matcher over one text; the names of its state say what the C variables mean."""

    __slots__ = (
        "_at_begin",
        "_at_end",
        "_found",
        "_place",
        "_repeating",
        "_restart",
        "_returns",
        "_text",
        "_unit",
        "_units",
    )

    def __init__(self, part: _Part, text: bytes) -> None:
        self._units, self._at_begin, self._at_end = part.units, part.at_begin, part.at_end
        self._text = text
        self._unit = 0
        self._place = 0
        self._found = True
        """Whether the walk, if it ended now, would count as a match."""
        self._repeating = False
        self._restart: int | None = None
        """The place of the first character that matched since the last restart."""
        self._returns: list[tuple[int, int]] = []
        """(unit, place) where a repetition could have gone on."""

    def matched(self) -> bool:
        text, units = self._text, self._units
        while self._place < len(text):
            if units[self._unit] == _PAREN:
                self._unit += 1
            if units[self._unit] == _END and not self._at_end:
                return self._found
            outcome = self._step(text[self._place])
            if outcome is not None:
                return outcome
            self._place += 1
        return self._found and self._ended()

    def _step(self, byte: int) -> bool | None:
        """Take one character; True or False ends the walk."""
        unit = self._units[self._unit]
        if unit == _CLASS:
            if byte in CLASSES[self._units[self._unit + 1]]:
                self._class_matches(byte)
                return None
            outcome = self._class_differs()
            if outcome is not None:
                return outcome or None
        elif unit == byte and unit != _END:
            self._unit += 1
            self._hold()
            return None
        return self._go_back()

    def _hold(self) -> None:
        if self._restart is None:
            self._restart = self._place
        self._found = True

    def _class_matches(self, byte: int) -> None:
        quantifier = self._units[self._unit + 2]
        if quantifier not in (_STAR, _PLUS):
            self._unit += 2
            self._hold()
        elif quantifier == _STAR or self._repeating:
            self._repeating = True
            self._look_ahead(byte)
        else:
            self._repeating = self._found = True

    def _look_ahead(self, byte: int) -> None:
        """Leave a repetition as soon as what follows it takes the same character, remembering where it was."""
        units = self._units
        following = self._unit + 3
        if units[following] == _PAREN:
            following += 1
        unit = units[following]
        if unit == _END:
            return
        self._found = True
        if unit == _CLASS:
            if byte not in CLASSES[units[following + 1]]:
                return
            following += 0 if units[following + 2] in (_STAR, _PLUS) else 2
        elif unit == byte:
            self._repeating = False
            following += 1
        else:
            return
        if len(self._returns) < _PLACES_TO_RETURN_TO:
            self._returns.append((self._unit, self._place))
        self._unit = following

    def _class_differs(self) -> bool | None:
        """Handle a class that does not take the character: True ends in a match, False steps on, None goes back."""
        units, unit = self._units, self._unit
        if self._repeating and self._found and _END in (units[unit + 2], units[unit + 3]):
            if not self._at_end:
                return True
        elif units[unit + 2] == _STAR or (units[unit + 2] == _PLUS and self._repeating):
            # Skip the class and try the same character again.
            self._found = self._found or units[unit + 2] == _STAR
            self._unit += 3
            self._place -= 1
            self._repeating = False
            return False
        self._repeating = False
        return None

    def _go_back(self) -> bool | None:
        if self._returns:
            self._unit, self._place = self._returns.pop()
            return None
        if self._at_begin:
            return False
        if self._restart is not None:
            self._place, self._restart = self._restart, None
        self._unit = 0
        self._found = False
        return None

    def _ended(self) -> bool:
        """Whether what is left of the pattern may be missing at the end of the text.

        That is a repetition that has begun, then up to two with `*`; a test that fails has already moved on.
        """
        units = self._units
        at = self._past_paren(self._unit)
        if units[at] == _END:
            return True
        if units[at] == _CLASS and self._repeating:
            at += 2
            if units[at] in (_STAR, _PLUS):
                at = self._past_paren(at + 1)
                if units[at] == _END:
                    return True
                at, is_over = self._past_starred(at)
                if is_over:
                    return True
        return units[at] == _CLASS and self._past_starred(at)[1]

    def _past_starred(self, at: int) -> tuple[int, bool]:
        """Step over a class with `*`, and say whether the pattern ends there; over another class just its letter."""
        if self._units[at] != _CLASS:
            return at, False
        if self._units[at + 2] != _STAR:
            return at + 2, False
        after = self._past_paren(at + 3)
        return after, self._units[after] == _END

    def _past_paren(self, at: int) -> int:
        return at + 1 if self._units[at] == _PAREN else at
