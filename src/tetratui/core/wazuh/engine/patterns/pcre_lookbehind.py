"""Check whether PCRE2 10.42 accepts a lookbehind: each of its alternatives must have a fixed length."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_scan import Item, ItemKind

LOOKBEHIND = re.compile(
    rb"\(\?<[=!*]|\(\*(?:plb|nlb|naplb|positive_lookbehind|negative_lookbehind|non_atomic_positive_lookbehind):"
)
_LOOKAROUND = re.compile(LOOKBEHIND.pattern + rb"|\(\?[=!*]|\(\*(?:n?a?p?la|nap?la|(?:\w+_)lookahead):")
_CONDITION = re.compile(rb"\(\?(?:\(|\Z)")
_NO_WIDTH = frozenset((b"^", b"$", b"\\b", b"\\B", b"\\A", b"\\z", b"\\Z", b"\\G", b"[[:<:]]", b"[[:>:]]"))
_NO_LENGTH_OF_ITS_OWN = frozenset((b"\\R", b"\\X"))
_EXACT_REPEAT = re.compile(rb"\{(\d+)(?:,(\d+))?\}[+?]?")


class VariableLengthError(ValueError):
    """A lookbehind has no fixed length: the manager does not start."""


class UnclearLengthError(ValueError):
    """A lookbehind has a construct whose length is not computed here."""


def check_lookbehinds(items: list[Item]) -> None:
    """Check every lookbehind of a pattern.

    Raises:
        VariableLengthError: one has no fixed length.
        UnclearLengthError: the length of one is not known.
    """
    for index, item in enumerate(items):
        if item.kind is ItemKind.OPEN and LOOKBEHIND.fullmatch(item.text):
            _LengthReader(items, index + 1).read_alternatives()


class _LengthReader:
    """Computes the lengths of a group's alternatives, from a position in the items on."""

    def __init__(self, items: list[Item], index: int) -> None:
        self._items = items
        self._index = index

    def read_alternatives(self) -> list[int]:
        """Return the length of each alternative up to the end of the group, and move behind that end."""
        lengths, last = [0], 0
        while self._index < len(self._items):
            item = self._items[self._index]
            self._index += 1
            if item.kind is ItemKind.CLOSE:
                break
            if item.kind is ItemKind.BAR:
                lengths.append(0)
                last = 0
            elif item.kind is ItemKind.REPEAT:
                lengths[-1] += self._repeated_length(item.text, last) - last
                last = 0
            elif item.kind is not ItemKind.NOTHING:
                last = self._length(item)
                lengths[-1] += last
        return lengths

    def _length(self, item: Item) -> int:
        if item.kind is ItemKind.OPEN:
            return self._read_group(item.text)
        if item.kind in (ItemKind.FLAGS, ItemKind.CALLOUT) or item.text in _NO_WIDTH:
            return 0
        if item.text in _NO_LENGTH_OF_ITS_OWN:
            raise VariableLengthError
        if item.kind in (ItemKind.LITERAL, ItemKind.QUOTED, ItemKind.CLASS, ItemKind.ESCAPE) and item.text != b"\\K":
            return 1
        raise UnclearLengthError

    def _read_group(self, opening: bytes) -> int:
        if _LOOKAROUND.fullmatch(opening):
            self._skip_group()
            return 0
        if _CONDITION.match(opening):
            raise UnclearLengthError
        lengths = set(self.read_alternatives())
        if len(lengths) > 1:
            raise VariableLengthError
        return lengths.pop()

    def _skip_group(self) -> None:
        depth = 1
        while depth and self._index < len(self._items):
            kind = self._items[self._index].kind
            depth += (kind is ItemKind.OPEN) - (kind is ItemKind.CLOSE)
            self._index += 1

    @staticmethod
    def _repeated_length(repeat: bytes, length: int) -> int:
        exact = _EXACT_REPEAT.fullmatch(repeat)
        if exact and exact[2] in (None, exact[1]):
            return length * int(exact[1])
        if not length:
            raise UnclearLengthError
        raise VariableLengthError
