"""Find where JSON values begin and end, in documents of many lines too, without reading them into memory whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tetratui.core.sources.line_splitter import MAX_LINE_SIZE

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|"')
_CLOSES = {ord("{"): ord("}"), ord("["): ord("]")}
MAX_NESTING = 1_000
"""Levels of a value; a JSON reader takes no more."""


@dataclass(slots=True)
class JsonValue:
    """A value of a document, or what could not be read as one."""

    text: bytes
    row: int
    """The row on which it begins."""
    whole: bool


@dataclass(slots=True)
class ValueSplitter:
    """Splits lines of JSON into values: objects one after another, or the elements of an outermost array."""

    _closers: bytearray = field(default_factory=bytearray)
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _row: int = 0
    _indent: int = -1
    """Blanks before the brace of a value that stands alone on its line; -1 for another value."""
    _in_array: bool = False

    @property
    def pending(self) -> bool:
        """Whether a value has begun and not ended."""
        return bool(self._closers)

    def take(self, line: bytes, row: int) -> list[JsonValue]:
        """Return the values that a line completes, and a broken one before them."""
        values = [self.give_up()] if self.pending and self._begins_again(line) else []
        begin = 0
        for match in _TOKEN.finditer(line):
            token = match.group()
            if token in (b"{", b"["):
                if not self._closers:
                    if token == b"[" and not self._in_array:
                        self._in_array = True
                        continue
                    begin = match.start()
                    self._begin(line, begin, row)
                self._closers.append(_CLOSES[token[0]])
            elif token in (b"}", b"]") and self._closers:
                if self._closers.pop() != token[0]:
                    return [*values, self._break(line[begin:])]
                if not self._closers:
                    values.append(self._end(line[begin : match.end()]))
            elif token == b"]":
                self._in_array = False
            elif token == b"}" and values:
                # One brace too many: a line of the value is missing.
                values[-1].whole = False
            elif token == b'"' and self._closers:
                # No text goes on over a line feed.
                return [*values, self._break(line[begin:])]
            if len(self._closers) > MAX_NESTING:
                return [*values, self._break(line[begin:])]
        if self._closers:
            self._pieces.append(line[begin:])
            self._size += len(line) - begin + 1
            if self._size > MAX_LINE_SIZE:
                values.append(self.give_up())
        return values

    def give_up(self) -> JsonValue:
        """Return what is there of a value that has not ended."""
        return self._break(b"")

    def _begin(self, line: bytes, position: int, row: int) -> None:
        self._row = row
        self._indent = position if line.strip() == b"{" else -1

    def _begins_again(self, line: bytes) -> bool:
        """Return whether a value begins although the one before has no end: its brace is indented no further."""
        return self._indent >= 0 and line.strip() == b"{" and line.index(b"{") <= self._indent

    def _end(self, last: bytes) -> JsonValue:
        value = JsonValue(b"\n".join([*self._pieces, last]), self._row, whole=True)
        self._pieces, self._size = [], 0
        return value

    def _break(self, last: bytes) -> JsonValue:
        value = self._end(last)
        value.whole = False
        self._closers.clear()
        return value


def split_values(text: bytes) -> list[bytes]:
    """Return the JSON objects that follow one another in a text; none if it does not consist of whole objects."""
    splitter = ValueSplitter()
    values = splitter.take(text, 0)
    whole = not splitter.pending and all(value.whole for value in values)
    between = len(text) - sum(len(value.text) for value in values)
    # Blanks and commas may stand between them.
    return [value.text for value in values] if whole and len(values) > 1 and between <= 2 * len(values) else []
