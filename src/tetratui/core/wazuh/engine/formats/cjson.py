"""JSON as the C library inside Wazuh reads and prints it: lenient where no standard is, and in bytes.

Both ends of Wazuh use it: the agent parses each line and prints it again, the manager's decoder parses what arrives.
Where it differs from every Python parser: duplicate keys are kept, control characters may stand in strings, `\\u0000`
ends a text, a number is what `strtod` takes of it, anything may follow the value, 1,000 levels are the limit.
"""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from typing import TypeAlias

NESTING_LIMIT = 1000
"""Levels of arrays and objects; one more and the whole text is refused."""
NUMBER_MOST = 63
"""Characters of a number that are looked at; what is left of a longer one then stands in the way."""
_INT_MAX = 2**31 - 1
_INT_MIN = -(2**31)

_BLANKS = re.compile(rb"[\x01-\x20]*")
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_NUMBER_RUN = re.compile(rb"[0-9+\-eE.]{1,%d}" % NUMBER_MOST)
_STRTOD = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX4 = re.compile(rb"[0-9a-fA-F]{4}")
_PLAIN_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"/": b"/"}
_PRINTED = {b"\b": b"\\b", b"\t": b"\\t", b"\n": b"\\n", b"\f": b"\\f", b"\r": b"\\r", b'"': b'\\"', b"\\": b"\\\\"}
_MUST_ESCAPE = re.compile(rb'[\x01-\x1f"\\]')
_WORDS: tuple[tuple[bytes, bool | None], ...] = ((b"null", None), (b"false", False), (b"true", True))


class NotJsonError(ValueError):
    """The text is not what Wazuh's parser accepts."""


@dataclass(frozen=True, slots=True)
class Members:
    """One object: its members in order, duplicates included."""

    pairs: tuple[tuple[bytes, Value], ...]


Value: TypeAlias = "bytes | float | bool | list[Value] | Members | None"
"""A number is always a float: that is all the C library keeps of it. A text is bytes."""


def is_int32(number: float) -> bool:
    """Whether the number equals its `valueint`, and so prints without a fraction."""
    return _INT_MIN <= number <= _INT_MAX and number == int(number)


def parse(text: bytes) -> Value:
    """Read the first value of a text.

    Raises:
        NotJsonError: where Wazuh's parser gives up.
    """
    return _CJsonReader(text.split(b"\0", 1)[0].removeprefix(b"\xef\xbb\xbf")).document()


@dataclass(slots=True)
class _Open:
    """A container that is being read."""

    is_object: bool
    key: bytes = b""
    values: list[Value] = field(default_factory=list)
    pairs: list[tuple[bytes, Value]] = field(default_factory=list)

    def add(self, value: Value) -> None:
        if self.is_object:
            self.pairs.append((self.key, value))
        else:
            self.values.append(value)

    def closed(self) -> Value:
        return Members(tuple(self.pairs)) if self.is_object else self.values


class _CJsonReader:
    """One pass over a text with a stack of its own: the limit is Wazuh's, not Python's."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def document(self) -> Value:
        stack: list[_Open] = []
        while True:
            value = self._begin(stack)
            while stack:
                top = stack[-1]
                top.add(value)
                if self._take(b","):
                    if top.is_object:
                        top.key = self._key()
                    break
                if not self._take(b"}" if top.is_object else b"]"):
                    raise NotJsonError(f"unexpected byte at {self._at}")
                stack.pop()
                value = top.closed()
            else:
                return value

    def _begin(self, stack: list[_Open]) -> Value:
        """Open containers until there is a whole value to hand on: a scalar or an empty container."""
        while True:
            is_object = self._take(b"{")
            if not is_object and not self._take(b"["):
                return self._scalar()
            if len(stack) >= NESTING_LIMIT:
                raise NotJsonError("nested too deep")
            if self._take(b"}" if is_object else b"]"):
                return Members(()) if is_object else []
            stack.append(_Open(is_object, self._key() if is_object else b""))

    def _take(self, byte: bytes) -> bool:
        self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]
        if self._text.startswith(byte, self._at):
            self._at += 1
            return True
        return False

    def _key(self) -> bytes:
        self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]
        key = self._string()
        if not self._take(b":"):
            raise NotJsonError(f"no colon at {self._at}")
        return key

    def _scalar(self) -> Value:
        text, at = self._text, self._at
        for word, value in _WORDS:
            if text.startswith(word, at):
                self._at += len(word)
                return value
        if text.startswith(b'"', at):
            return self._string()
        if text[at : at + 1].isdigit() or text.startswith(b"-", at):
            return self._number()
        raise NotJsonError(f"no value at {at}")

    def _string(self) -> bytes:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise NotJsonError(f"no string at {self._at}")
        self._at = match.end()
        return _unescaped(match[1])

    def _number(self) -> float:
        run = _NUMBER_RUN.match(self._text, self._at)
        taken = _STRTOD.match(run[0]) if run else None
        if taken is None:
            raise NotJsonError(f"no number at {self._at}")
        self._at += taken.end()
        return float(taken[0])


def _unescaped(raw: bytes) -> bytes:
    """Resolve escapes; a zero byte ends the text, as it does in C."""
    if b"\\" not in raw:
        return raw
    out: list[bytes] = []
    at = 0
    while (slash := raw.find(b"\\", at)) >= 0:
        out.append(raw[at:slash])
        letter = raw[slash + 1 : slash + 2]
        if letter == b"u":
            text, at = _utf16(raw, slash)
            out.append(text)
        elif letter in _PLAIN_ESCAPES:
            out.append(_PLAIN_ESCAPES[letter])
            at = slash + 2
        else:
            raise NotJsonError("unknown escape")
    out.append(raw[at:])
    return b"".join(out).split(b"\0", 1)[0]


def _hex4(raw: bytes, at: int) -> int:
    """Four hexadecimal digits; anything else counts as 0, which then ends the text."""
    if len(raw) - at < 6:
        raise NotJsonError("escape cut short")
    digits = raw[at + 2 : at + 6]
    return int(digits, 16) if _HEX4.fullmatch(digits) else 0


def _utf16(raw: bytes, at: int) -> tuple[bytes, int]:
    """Read `\\uXXXX` or a surrogate pair at this place; the UTF-8 text and the place after it."""
    code = _hex4(raw, at)
    if 0xDC00 <= code <= 0xDFFF:
        raise NotJsonError("lone low surrogate")
    if not 0xD800 <= code <= 0xDBFF:
        return chr(code).encode(), at + 6
    if not raw.startswith(b"\\u", at + 6):
        raise NotJsonError("lone high surrogate")
    low = _hex4(raw, at + 6)
    if not 0xDC00 <= low <= 0xDFFF:
        raise NotJsonError("lone high surrogate")
    return chr(0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF))).encode(), at + 12


def printed(value: Value, *, spaced: bool) -> bytes:
    """Print a value compactly, as the agent does, or spaced, as the manager prints an array into a field.

    Spaced: `, ` between the elements of an array, a tab after each colon, one member a line, tabs before it.
    """
    out: list[bytes] = []
    work: list[tuple[bytes, Value, int] | bytes] = [(b"", value, 0)]
    while work:
        item = work.pop()
        if isinstance(item, bytes):
            out.append(item)
            continue
        before, current, depth = item
        out.append(before)
        if isinstance(current, list):
            work.extend(reversed(_array_parts(current, depth + 1, spaced)))
        elif isinstance(current, Members):
            work.extend(reversed(_object_parts(current, depth + 1, spaced)))
        else:
            out.append(_scalar_text(current))
    return b"".join(out)


def _array_parts(values: list[Value], depth: int, spaced: bool) -> list[tuple[bytes, Value, int] | bytes]:
    comma = b", " if spaced else b","
    parts: list[tuple[bytes, Value, int] | bytes] = [
        (b"[" if not index else comma, value, depth) for index, value in enumerate(values)
    ]
    return [*parts, b"]"] if parts else [b"[]"]


def _object_parts(members: Members, depth: int, spaced: bool) -> list[tuple[bytes, Value, int] | bytes]:
    newline, tabs, colon = (b"\n", b"\t" * depth, b":\t") if spaced else (b"", b"", b":")
    parts: list[tuple[bytes, Value, int] | bytes] = []
    for index, (key, value) in enumerate(members.pairs):
        before = (b"{" if not index else b",") + newline + tabs + _quoted(key) + colon
        parts.append((before, value, depth))
    opening = b"" if parts else b"{"
    return [*parts, opening + newline + tabs[1:] + b"}"]


def _scalar_text(value: Value) -> bytes:
    if isinstance(value, bytes):
        return _quoted(value)
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    assert isinstance(value, float)
    return _number_text(value)


def _quoted(text: bytes) -> bytes:
    return b'"' + _MUST_ESCAPE.sub(lambda match: _PRINTED.get(match[0]) or b"\\u%04x" % match[0][0], text) + b'"'


def _number_text(number: float) -> bytes:
    if not math.isfinite(number):
        return b"null"
    if is_int32(number):
        return b"%d" % int(number)
    short = f"{number:.15g}"
    largest = max(abs(float(short)), abs(number))
    exact = abs(float(short) - number) <= largest * sys.float_info.epsilon
    return (short if exact else f"{number:.17g}").encode()
