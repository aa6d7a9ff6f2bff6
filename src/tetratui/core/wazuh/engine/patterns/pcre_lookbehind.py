"""Whether PCRE2 10.42 takes a lookbehind: each of its alternatives has to have one length."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_scan import Item, Kind

LOOKBEHIND = re.compile(
    rb"\(\?<[=!*]|\(\*(?:plb|nlb|naplb|positive_lookbehind|negative_lookbehind|non_atomic_positive_lookbehind):"
)
_LOOKAROUND = re.compile(LOOKBEHIND.pattern + rb"|\(\?[=!*]|\(\*(?:n?a?p?la|nap?la|(?:\w+_)lookahead):")
_CONDITION = re.compile(rb"\(\?(?:\(|\Z)")
_NO_WIDTH = frozenset((b"^", b"$", b"\\b", b"\\B", b"\\A", b"\\z", b"\\Z", b"\\G", b"[[:<:]]", b"[[:>:]]"))
_NO_LENGTH_OF_ITS_OWN = frozenset((b"\\R", b"\\X"))
_EXACT_REPEAT = re.compile(rb"\{(\d+)(?:,(\d+))?\}[+?]?")


class VariableLengthError(ValueError):
    """It has no fixed length: the manager does not start."""


class UnclearLengthError(ValueError):
    """It holds what is not worked out here."""


def check_lookbehinds(items: list[Item]) -> None:
    """Check every lookbehind of a pattern.

    Raises:
        VariableLengthError: one has no fixed length.
        UnclearLengthError: of one that is not known.
    """
    for at, item in enumerate(items):
        if item.kind is Kind.OPEN and LOOKBEHIND.fullmatch(item.text):
            _Lengths(items, at + 1).alternatives()


class _Lengths:
    """One walk over what stands in a group."""

    def __init__(self, items: list[Item], at: int) -> None:
        self._items = items
        self._at = at

    def alternatives(self) -> list[int]:
        """Return the length of each alternative up to the end of the group, and step over that."""
        lengths, last = [0], 0
        while self._at < len(self._items):
            item = self._items[self._at]
            self._at += 1
            if item.kind is Kind.CLOSE:
                break
            if item.kind is Kind.BAR:
                lengths.append(0)
                last = 0
            elif item.kind is Kind.REPEAT:
                lengths[-1] += self._repeated(item.text, last) - last
                last = 0
            elif item.kind is not Kind.NOTHING:
                last = self._length(item)
                lengths[-1] += last
        return lengths

    def _length(self, item: Item) -> int:
        if item.kind is Kind.OPEN:
            return self._group(item.text)
        if item.kind in (Kind.FLAGS, Kind.CALLOUT) or item.text in _NO_WIDTH:
            return 0
        if item.text in _NO_LENGTH_OF_ITS_OWN:
            raise VariableLengthError
        if item.kind in (Kind.LITERAL, Kind.QUOTED, Kind.CLASS, Kind.ESCAPE) and item.text != b"\\K":
            return 1
        raise UnclearLengthError

    def _group(self, opening: bytes) -> int:
        if _LOOKAROUND.fullmatch(opening):
            self._skip()
            return 0
        if _CONDITION.match(opening):
            raise UnclearLengthError
        lengths = set(self.alternatives())
        if len(lengths) > 1:
            raise VariableLengthError
        return lengths.pop()

    def _skip(self) -> None:
        depth = 1
        while depth and self._at < len(self._items):
            kind = self._items[self._at].kind
            depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
            self._at += 1

    @staticmethod
    def _repeated(repeat: bytes, length: int) -> int:
        exact = _EXACT_REPEAT.fullmatch(repeat)
        if exact and exact[2] in (None, exact[1]):
            return length * int(exact[1])
        if not length:
            raise UnclearLengthError
        raise VariableLengthError
