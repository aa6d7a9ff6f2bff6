"""Build the automaton of a regular expression, in the part of pcre2's language that an automaton can follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeAlias

from tetratui.core.wazuh.engine.patterns.pcre_scan import CLASS_ITEM, Item, ItemKind, class_head, scan
from tetratui.core.wazuh.engine.reach.automaton import (
    ANY_BYTE,
    Automaton,
    Bytes,
    NoAutomatonError,
    add_begin,
    add_end,
)

_DIGITS = frozenset(b"0123456789")
_SPACES = frozenset(b" \t\n\v\f\r")
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CLASSES: dict[bytes, Bytes] = {
    b"d": _DIGITS,
    b"D": ANY_BYTE - _DIGITS,
    b"s": _SPACES,
    b"S": ANY_BYTE - _SPACES,
    b"w": _WORDS,
    b"W": ANY_BYTE - _WORDS,
}
_NEWLINE = frozenset(b"\n")
_CONTROLS = {b"t": frozenset(b"\t"), b"n": _NEWLINE, b"f": frozenset(b"\f"), b"r": frozenset(b"\r")}


class _Anchor(Enum):
    """A place in the text where a match must be."""

    BEGIN = auto()
    END = auto()
    END_OR_NEWLINE = auto()
    """The end, or before a newline at the end."""


_ANCHORS = {b"^": _Anchor.BEGIN, b"\\A": _Anchor.BEGIN, b"\\z": _Anchor.END, b"$": _Anchor.END_OR_NEWLINE}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression, repeated `low` to `high` times; `high` is None without an upper limit."""

    content: Bytes | _Anchor | _Alternatives
    low: int = 1
    high: int | None = 1


_Alternatives: TypeAlias = "list[list[_Part]]"


def build_expression(pattern: bytes, *, caseless: bool = False) -> tuple[Automaton, int]:
    """Return an automaton and the state in which a match of an expression ends.

    Raises:
        NoAutomatonError: the expression has a construct that no automaton follows, or needs too many states.
    """
    automaton = Automaton()
    try:
        alternatives = _ExpressionReader(pattern, caseless).read()
        return automaton, _add_alternatives(automaton, alternatives, 0, is_last=True)
    except RecursionError as error:
        raise NoAutomatonError from error


def full_match_automaton(pattern: bytes) -> Automaton:
    """Return the automaton of the texts that an expression matches from beginning to end."""
    automaton, end = build_expression(pattern)
    automaton.final = end
    return automaton


class _ExpressionReader:
    """Reads an expression into parts; it refuses whatever no automaton follows."""

    def __init__(self, pattern: bytes, caseless: bool) -> None:
        self._items = iter(scan(pattern))
        self._caseless = caseless

    def read(self) -> _Alternatives:
        alternatives = self._read_group()
        if next(self._items, None) is not None:
            raise NoAutomatonError
        return alternatives

    def _read_group(self) -> _Alternatives:
        alternatives: _Alternatives = [[]]
        for item in self._items:
            sequence = alternatives[-1]
            match item.kind:
                case ItemKind.CLOSE:
                    break
                case ItemKind.BAR:
                    alternatives.append([])
                case ItemKind.OPEN if item.text in (b"(", b"(?:"):
                    sequence.append(_Part(self._read_group()))
                case ItemKind.REPEAT if sequence:
                    sequence.append(_repeat(sequence.pop(), item.text))
                case ItemKind.LITERAL | ItemKind.QUOTED:
                    sequence.append(_Part(self._fold(item.text)))
                case ItemKind.ESCAPE:
                    anchor = _ANCHORS.get(item.text)
                    sequence.append(_Part(anchor or self._fold(_escaped_bytes(item.text))))
                case ItemKind.CLASS:
                    sequence.append(_Part(self._read_class(item)))
                case ItemKind.NOTHING:
                    continue
                case _:
                    raise NoAutomatonError
        return alternatives

    def _fold(self, accepted: Iterable[int]) -> Bytes:
        """Return bytes with their other case, if case does not count."""
        accepted = frozenset(accepted)
        if not self._caseless:
            return accepted
        return accepted | {byte ^ 0x20 for byte in accepted if 65 <= byte <= 90 or 97 <= byte <= 122}

    def _read_class(self, item: Item) -> Bytes:
        head = class_head(item.mode).match(item.text)
        if head is None or not item.text.endswith(b"]"):
            raise NoAutomatonError
        members = [match[0] for match in CLASS_ITEM.finditer(item.text, head.end(), len(item.text) - 1)]
        if head[0].endswith(b"]"):
            # The first bracket of a class is a literal.
            members.insert(0, b"]")
        accepted = self._fold(_class_bytes(members))
        return ANY_BYTE - accepted if b"^" in head[0] else accepted & ANY_BYTE


def _repeat(part: _Part, quantifier: bytes) -> _Part:
    if isinstance(part.content, _Anchor) or (part.low, part.high) != (1, 1):
        raise NoAutomatonError
    # A lazy repetition matches the same texts. A possessive one matches fewer, which is not followed.
    if not quantifier.startswith(b"{"):
        sign = quantifier[:1]
        return replace(part, low=int(sign == b"+"), high=1 if sign == b"?" else None)
    low, comma, high = quantifier.rstrip(b"?+").strip(b"{}").partition(b",")
    return replace(part, low=int(low), high=int(high) if high else None if comma else int(low))


def _escaped_bytes(escape: bytes) -> Bytes:
    """Return the bytes that an escape, or a dot, matches."""
    letter = escape[1:2]
    if escape == b".":
        return ANY_BYTE - _NEWLINE
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter == b"x" and len(escape) == 4:
        return frozenset({int(escape[2:], 16)})
    if len(escape) == 2 and not letter.isalnum():
        return frozenset(letter)
    raise NoAutomatonError


def _class_bytes(members: list[bytes]) -> set[int]:
    accepted: set[int] = set()
    index = 0
    while index < len(members):
        first = _member_bytes(members[index])
        if members[index + 1 : index + 2] == [b"-"] and index + 2 < len(members):
            last = _member_bytes(members[index + 2])
            if len(first) == len(last) == 1:
                accepted |= set(range(min(first), min(last) + 1))
                index += 3
                continue
        # A hyphen beside an escape such as \d is a literal.
        accepted |= first
        index += 1
    return accepted


def _member_bytes(member: bytes) -> Bytes:
    return _escaped_bytes(member) if len(member) > 1 else frozenset(member)


def _add_alternatives(automaton: Automaton, alternatives: _Alternatives, start: int, *, is_last: bool) -> int:
    """Add alternatives after a state and return the state behind them; `is_last` if no other part follows them."""
    if len(alternatives) == 1:
        return _add_sequence(automaton, alternatives[0], start, is_last=is_last)
    end = automaton.add()
    for sequence in alternatives:
        automaton.join(_add_sequence(automaton, sequence, start, is_last=is_last), end)
    return end


def _add_sequence(automaton: Automaton, sequence: Sequence[_Part], start: int, *, is_last: bool) -> int:
    for number, part in enumerate(sequence, 1):
        start = _add_part(automaton, part, start, is_last=is_last and number == len(sequence))
    return start


def _add_part(automaton: Automaton, part: _Part, start: int, *, is_last: bool) -> int:
    is_last = is_last and part.low == part.high == 1
    for _ in range(part.low):
        start = _add_content(automaton, part, start, is_last=is_last)
    if part.high is None:
        loop = automaton.add()
        automaton.join(start, loop)
        automaton.join(_add_content(automaton, part, loop, is_last=False), loop)
        return loop
    if part.high == part.low:
        return start
    end = automaton.add()
    automaton.join(start, end)
    for _ in range(part.high - part.low):
        start = _add_content(automaton, part, start, is_last=False)
        automaton.join(start, end)
    return end


def _add_content(automaton: Automaton, part: _Part, start: int, *, is_last: bool) -> int:
    match part.content:
        case frozenset():
            return automaton.step_over(start, part.content)
        case _Anchor.BEGIN:
            return add_begin(automaton, start)
        case _Anchor.END:
            return add_end(automaton, start)
        case _Anchor.END_OR_NEWLINE:
            if not is_last:
                # What follows could still match the newline before which `$` holds.
                raise NoAutomatonError
            before_end = automaton.step_over(start, _NEWLINE)
            automaton.join(start, before_end)
            return add_end(automaton, before_end)
        case _:
            return _add_alternatives(automaton, part.content, start, is_last=is_last)
