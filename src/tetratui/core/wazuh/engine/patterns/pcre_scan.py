"""Split a pcre2 pattern into items as PCRE2 10.42 reads it, with the options in force at each item.

The scan knows classes, `\\Q…\\E`, comments, the modes `(?x)` and `(?xx)`, and start options. It does not check syntax:
a malformed part becomes some item, and the library then refuses the whole pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import accumulate


class ItemKind(Enum):
    """What an item is."""

    START_OPTION = auto()
    """`(*UTF)` and the like, at the very start."""
    VERB = auto()
    """`(*ACCEPT)`, `(*MARK:name)`, anywhere."""
    OPEN = auto()
    """The beginning of a group, up to its content: `(`, `(?:`, `(?<=`, `(?'name'`, `(?(1)`, `(*plb:`."""
    CLOSE = auto()
    BAR = auto()
    FLAGS = auto()
    """`(?i)`, for what follows in the same group."""
    CALL = auto()
    """A recursion or subroutine call: `(?R)`, `(?1)`, `(?&name)`, `\\g<1>`."""
    REFERENCE = auto()
    CALLOUT = auto()
    REPEAT = auto()
    ESCAPE = auto()
    CLASS = auto()
    LITERAL = auto()
    """One byte that stands for itself."""
    QUOTED = auto()
    """One byte between `\\Q` and `\\E`."""
    NOTHING = auto()
    """Comments, spaces in x mode, `\\Q` and `\\E` themselves."""


@dataclass(frozen=True, slots=True)
class Mode:
    """The options in force at an item."""

    caseless: bool = False
    extended: bool = False
    """Whether spaces and `#` comments are skipped (`x`)."""
    extended_more: bool = False
    """Whether spaces and tabs are skipped in classes too (`xx`)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a pattern."""

    kind: ItemKind
    text: bytes
    mode: Mode


FLAGS = re.compile(rb"\(\?(\^?)([A-Za-z]*)(?:-([A-Za-z]*))?([:)])")
"""`(?i)` and `(?i:`: the caret, the options set, the options unset, and the ending."""
_START_OPTION = re.compile(rb"\(\*[A-Z_0-9]+(?:=\d+)?\)")
_LINE_ENDS = {
    b"(*CR)": rb"\r",
    b"(*LF)": rb"\n",
    b"(*CRLF)": rb"\r\n",
    b"(*ANYCRLF)": rb"[\r\n]",
    b"(*ANY)": rb"[\r\n\x0b\x0c\x85]",
    b"(*NUL)": rb"\0",
}
_START_OPTIONS = {
    *_LINE_ENDS,
    *(b"(*%s)" % name for name in (b"UTF", b"UCP", b"NOTEMPTY", b"NOTEMPTY_ATSTART", b"NO_AUTO_POSSESS", b"NO_JIT")),
    *(b"(*%s)" % name for name in (b"NO_DOTSTAR_ANCHOR", b"NO_START_OPT", b"BSR_ANYCRLF", b"BSR_UNICODE")),
}
_LIMIT = b"(*LIMIT_"
_DELIMITED = rb"(?:\{[^}]*\}?|<[^>]*>?|'[^']*'?)"
_COUNT = rb"\{\d+(?:,\d*)?\}"
_ITEMS: tuple[tuple[ItemKind, bytes], ...] = (
    (ItemKind.NOTHING, rb"\(\?#[^)]*\)?|\\E"),
    (ItemKind.REPEAT, rb"(?:[*+?]|" + _COUNT + rb")[+?]?"),
    (ItemKind.CALL, rb"\(\?(?:R|[+-]?\d+|&[^()]*|P>[^()]*)\)?|\\g(?:<[^>]*>?|'[^']*'?)"),
    (ItemKind.CALLOUT, rb"\(\?C(?:\d*|([`'\"^%#$])(?:(?!\1).|\1\1)*\1|\{(?:[^}]|\}\})*\})\)"),
    (ItemKind.REFERENCE, rb"\(\?P=[^)]*\)?|\\[1-9]\d*|\\g(?:\{[^}]*\}?|[+-]?\d+)|\\k" + _DELIMITED),
    (ItemKind.OPEN, rb"\(\?(?=\(\?[=!<*]|\(\?C|\(\*)|\(\?\([^)]*\)?|\(\?(?:P?<(?![=!*])[^>]*>?|'[^']*'?)"),
    (ItemKind.OPEN, rb"\(\?(?:<[=!*]|[=!>|*:\[])|\(\*[a-z_]+:"),
    (ItemKind.VERB, rb"\(\*(?=[A-Za-z:])[A-Za-z_]*(?::[^)]*)?\)?"),
    (ItemKind.FLAGS, FLAGS.pattern),
    (ItemKind.OPEN, rb"\(\??"),
    (ItemKind.CLOSE, rb"\)"),
    (ItemKind.BAR, rb"\|"),
    (ItemKind.ESCAPE, rb"\\x(?:\{[^}]*\}?|[0-9A-Fa-f]{0,2})|\\o(?:\{[^}]*\}?)?|\\[pP](?:\{[^}]*\}?|.)?|\\c.?"),
    (ItemKind.ESCAPE, rb"\\N(?!" + _COUNT + rb")\{[^}]*\}?|\\0[0-7]{0,2}|\\.?"),
    (ItemKind.ESCAPE, rb"[.^$]"),
    (ItemKind.LITERAL, rb"."),
)
_EXPRESSIONS = tuple((kind, re.compile(text, re.DOTALL)) for kind, text in _ITEMS)
_SPECIAL = frozenset(b"\\()[|.^$*+?{")
"""Bytes that may begin anything but a literal."""
_SPACES = re.compile(rb"[\t-\r \x85]+")
_WORD_EDGE = re.compile(rb"\[\[:[<>]:\]\]")
_POSIX = rb"\[(?P<sign>[:.=])(?:\\[\]\\]|(?!\[(?P=sign)|\]|(?P=sign)\]).)*(?P=sign)\]"
CLASS_ITEM = re.compile(
    rb"(?P<quote>\\Q(?P<quoted>(?:(?!\\E).)*)(?:\\E)?)|(?P<end>\\E)|(?P<posix>" + _POSIX + rb")"
    rb"|(?P<escape>\\x(?:\{[^}]*\}?|[0-9A-Fa-f]{0,2})|\\o(?:\{[^}]*\}?)?|\\[pP](?:\{[^}]*\}?|.)?|\\c.?|\\[0-7]{1,3}|\\.?)"
    rb"|(?P<literal>[^\]])",
    re.DOTALL,
)
"""One item inside a class."""
_CLASS_HEAD = re.compile(rb"\[(?:\\E|\\Q\\E)*\^?(?:\\E|\\Q\\E)*\]?")
_CLASS_HEAD_MORE = re.compile(rb"\[(?:\\E|\\Q\\E|[ \t])*\^?(?:\\E|\\Q\\E|[ \t])*\]?")


def class_head(mode: Mode) -> re.Pattern[bytes]:
    """Return an expression for the beginning of a class, with its first `]` if that is a literal."""
    return _CLASS_HEAD_MORE if mode.extended_more else _CLASS_HEAD


def scan(pattern: bytes) -> list[Item]:
    """Return the items of a pattern; joined, their texts are the pattern."""
    return list(_PatternScanner(pattern).scan())


def depth(items: list[Item]) -> int:
    """Return how deep groups nest at most."""
    steps = ((item.kind is ItemKind.OPEN) - (item.kind is ItemKind.CLOSE) for item in items)
    return max(accumulate(steps), default=0)


class _PatternScanner:
    """Splits one pattern."""

    def __init__(self, pattern: bytes) -> None:
        self._pattern = pattern
        self._offset = 0
        self._mode = Mode()
        self._outer: list[Mode] = []
        """The modes to return to at the end of each open group."""
        self._comment = re.compile(rb"#[^\n]*\n?")

    def scan(self) -> Iterator[Item]:
        yield from self._scan_start_options()
        while self._offset < len(self._pattern):
            if self._pattern.startswith(b"\\Q", self._offset):
                yield from self._scan_quotation()
            else:
                yield self._scan_item()

    def _take(self, kind: ItemKind, end: int) -> Item:
        item = Item(kind, self._pattern[self._offset : end], self._mode)
        self._offset = end
        return item

    def _scan_start_options(self) -> Iterator[Item]:
        while match := _START_OPTION.match(self._pattern, self._offset):
            if match[0] not in _START_OPTIONS and not match[0].startswith(_LIMIT):
                return
            if match[0] in _LINE_ENDS:
                self._comment = re.compile(rb"#.*?(?:" + _LINE_ENDS[match[0]] + rb"|\Z)", re.DOTALL)
            yield self._take(ItemKind.START_OPTION, match.end())

    def _scan_quotation(self) -> Iterator[Item]:
        yield self._take(ItemKind.NOTHING, self._offset + 2)
        end = self._pattern.find(b"\\E", self._offset)
        while self._offset < (end if end >= 0 else len(self._pattern)):
            yield self._take(ItemKind.QUOTED, self._offset + 1)

    def _scan_item(self) -> Item:
        if self._mode.extended:
            skipped = _SPACES.match(self._pattern, self._offset) or self._comment.match(self._pattern, self._offset)
            if skipped:
                return self._take(ItemKind.NOTHING, skipped.end())
        if self._pattern[self._offset] not in _SPECIAL:
            return self._take(ItemKind.LITERAL, self._offset + 1)
        if self._pattern.startswith(b"[", self._offset):
            return self._scan_class()
        for kind, expression in _EXPRESSIONS:
            if match := expression.match(self._pattern, self._offset):
                return self._follow_mode(self._take(kind, match.end()))
        raise AssertionError("the last expression matches any byte")

    def _scan_class(self) -> Item:
        if edge := _WORD_EDGE.match(self._pattern, self._offset):
            return self._take(ItemKind.ESCAPE, edge.end())
        head = class_head(self._mode).match(self._pattern, self._offset)
        assert head is not None
        end = head.end()
        while match := CLASS_ITEM.match(self._pattern, end):
            end = match.end()
        return self._take(ItemKind.CLASS, end + 1 if end < len(self._pattern) else end)

    def _follow_mode(self, item: Item) -> Item:
        """Update the options after an item, and return the item: it is itself under the options before it."""
        if item.kind is ItemKind.OPEN:
            self._outer.append(self._mode)
        elif item.kind is ItemKind.CLOSE and self._outer:
            self._mode = self._outer.pop()
        elif item.kind is ItemKind.FLAGS:
            if item.text.endswith(b":"):
                self._outer.append(self._mode)
                item = replace(item, kind=ItemKind.OPEN)
            self._mode = mode_after(self._mode, item.text)
        return item


def mode_after(mode: Mode, flags: bytes) -> Mode:
    """Return the mode after an item such as `(?i-x)`."""
    match = FLAGS.fullmatch(flags)
    assert match is not None
    base = Mode() if match[1] else mode
    on, off = match[2], match[3] or b""
    more = b"xx" in on or (base.extended_more and b"x" not in on)
    return Mode(
        (base.caseless or b"i" in on) and b"i" not in off,
        (base.extended or b"x" in on) and b"x" not in off,
        more and b"x" not in off,
    )
