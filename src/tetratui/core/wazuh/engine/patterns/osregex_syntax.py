"""Read an osregex pattern into its alternatives, as Wazuh does (os_regex_compile.c)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError

_ESCAPES = b"dwsp()\\DWS.t$|<"
"""What may follow a backslash; any other byte stops the manager."""
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
END, PAREN, STAR, PLUS, NEVER, CLASS = 0, ord("("), ord("*"), ord("+"), -1, -2
"""Units of a pattern besides bytes: its end, a parenthesis, the quantifiers, a byte that no byte equals, and a class.

The letter of a class is the next unit.
"""
_TAIL = 3
"""Classes before the last one that a text may lack after a repetition: more than in the walk, to be safe."""


class OsRegexAlternative:
    """One alternative of a pattern, with its anchors."""

    def __init__(self, units: list[int]) -> None:
        self.at_begin = units[:1] == [ord("^")]
        units = units[1:] if self.at_begin else units
        # Only a bare $ anchors: an escaped one is a class.
        self.at_end = units[-1:] == [ord("$")] and not (len(units) > 1 and units[-2] == CLASS)
        # The walk looks a few units ahead.
        self.units = (units[:-1] if self.at_end else units) + [END] * 4
        self.literal = self._longest_literal()
        anything = {STAR: 0, PLUS: 1}.get(self.units[2]) if self.units[:2] == [CLASS, ord(".")] else None
        self.least_length = anything if self.units[3] == END and not (self.at_begin or self.at_end) else None
        """For `\\.*` and `\\.+` alone the least length of a matching text; None for other alternatives."""

    def _longest_literal(self) -> bytes | None:
        """Return the longest literal that a matching text must contain; None if no text matches."""
        runs: list[bytearray] = [bytearray()]
        index = 0
        while (unit := self.units[index]) != END:
            if unit == CLASS:
                runs.append(bytearray())
                repeats = self.units[index + 2] in (STAR, PLUS)
                # After a class without a quantifier the walk may succeed before it compares a last literal.
                index += 3 if repeats or self.units[index + 3] == END else 2
                continue
            if unit == PAREN:
                # Of two parentheses in a row the walk compares the second as a byte.
                runs.append(bytearray())
            else:
                runs[-1].append(max(unit, 0))
            index += 1
        return None if any(0 in run for run in runs) else bytes(max(runs, key=len))


def _split_alternatives(pattern: bytes) -> list[list[int]]:
    """Return the units of each alternative: lower-case bytes, PAREN, and pairs of CLASS and its letter.

    Raises:
        PatternSyntaxError: an unknown escape, or unbalanced or nested parentheses.
    """
    alternatives: list[list[int]] = [[]]
    depth, index = 0, 0
    while index < len(pattern):
        byte = pattern[index]
        if byte == _BACKSLASH:
            escaped = pattern[index + 1 : index + 2]
            if not escaped or escaped not in _ESCAPES:
                raise PatternSyntaxError(f"\\{escaped.decode('latin-1')} is not an escape of osregex")
            alternatives[-1] += [CLASS, escaped[0]]
            index += 2
            continue
        depth += (byte == ord("(")) - (byte == ord(")"))
        if depth not in (0, 1) or (byte == ord("|") and depth):
            raise PatternSyntaxError("parentheses cannot nest, cannot contain |, and must be closed")
        if byte == ord("|"):
            alternatives.append([])
        else:
            alternatives[-1].append(_literal_unit(byte))
        index += 1
    if depth:
        raise PatternSyntaxError("a parenthesis is not closed")
    return alternatives


def _literal_unit(byte: int) -> int:
    if byte == ord(")"):
        return PAREN
    # In C a byte above 127 is negative in the pattern but not in the text: they are never equal.
    return NEVER if byte > 127 else bytes([byte]).lower()[0]


def read_alternatives(pattern: bytes) -> list[OsRegexAlternative]:
    """Return the alternatives of a pattern.

    Raises:
        PatternSyntaxError: an unknown escape, or unbalanced or nested parentheses.
    """
    return [OsRegexAlternative(units) for units in _split_alternatives(pattern)]


@dataclass(frozen=True, slots=True)
class AlternativeShape:
    """One alternative as a sequence of byte sets, for building an automaton."""

    items: tuple[tuple[frozenset[int], str, bool], ...]
    """Bytes that an item matches, its quantifier (`*`, `+` or empty), and whether a matching text may lack it.

    A text may lack a last literal after a class, and the last classes after a repetition.
    """
    at_begin: bool
    at_end: bool


def read_shapes(pattern: bytes) -> list[AlternativeShape]:
    """Return the alternatives of a pattern that the manager accepts, without parentheses."""
    return [_describe_alternative(alternative) for alternative in read_alternatives(pattern)]


def _describe_alternative(alternative: OsRegexAlternative) -> AlternativeShape:
    items: list[tuple[frozenset[int], str, bool]] = []
    index = 0
    while (unit := alternative.units[index]) != END:
        if unit == CLASS:
            letter, after = alternative.units[index + 1], alternative.units[index + 2]
            quantifier = chr(after) if after in (STAR, PLUS) else ""
            accepted = CLASSES[letter]
            # The walk compares the text in lower case.
            lowered = accepted | {byte for byte in _ANY_BYTE if bytes([byte]).lower()[0] in accepted}
            items.append((frozenset(lowered), quantifier, True))
            index += 3 if quantifier else 2
            continue
        if unit != PAREN or alternative.units[index - 1 : index] == [PAREN]:
            accepted = frozenset({unit, bytes([unit]).upper()[0]}) if unit > 0 else frozenset()
            items.append((accepted, "", False))
        index += 1
    return AlternativeShape(tuple(_mark_optional(items)), alternative.at_begin, alternative.at_end)


def _mark_optional(items: list[tuple[frozenset[int], str, bool]]) -> Iterator[tuple[frozenset[int], str, bool]]:
    """Yield (bytes, quantifier, whether a text may lack it) for items of (bytes, quantifier, whether a class)."""
    last = len(items) - 1
    repeats = next((index for index, (_, quantifier, _) in enumerate(items) if quantifier), last)
    for index, (accepted, quantifier, is_class) in enumerate(items):
        after_class = index == last and index > 0 and items[index - 1][2]
        yield accepted, quantifier, after_class or (is_class and index > repeats and index >= last - _TAIL)
