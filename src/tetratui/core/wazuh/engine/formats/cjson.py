"""Read JSON as cJSON does, the C library inside Wazuh.

The agent parses each line with it and prints it again; the manager's decoder parses what arrives. It differs from
Python's parsers: it keeps duplicate keys, allows control characters in strings, ends a string at `\\u0000`, reads a
number as `strtod` does, ignores anything after the value, and refuses more than 1,000 nested levels. Texts are bytes,
because cJSON does not check UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

NESTING_LIMIT = 1000
"""Nested arrays and objects; a deeper text is refused."""
NUMBER_LENGTH = 63
"""Bytes of a number that cJSON reads; the rest of a longer number is then a syntax error."""

_SPACES = re.compile(rb"[\x01-\x20]*")
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_NUMBER_RUN = re.compile(rb"[0-9+\-eE.]{1,%d}" % NUMBER_LENGTH)
_STRTOD = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX4 = re.compile(rb"[0-9a-fA-F]{4}")
_PLAIN_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"/": b"/"}
_WORDS: tuple[tuple[bytes, bool | None], ...] = ((b"null", None), (b"false", False), (b"true", True))


class NotJsonError(ValueError):
    """Wazuh's parser refuses the text."""


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object: its members in order, duplicates included."""

    pairs: tuple[tuple[bytes, Value], ...]


Value: TypeAlias = "bytes | float | bool | list[Value] | Members | None"
"""A number is always a float, because cJSON keeps a double. A text is bytes."""


def parse(text: bytes) -> Value:
    """Return the first value in a text.

    Raises:
        NotJsonError: Wazuh's parser refuses the text.
    """
    return _CJsonReader(text.split(b"\0", 1)[0].removeprefix(b"\xef\xbb\xbf")).read_document()


@dataclass(slots=True)
class _OpenContainer:
    """An array or object that is being read."""

    is_object: bool
    key: bytes = b""
    values: list[Value] = field(default_factory=list)
    pairs: list[tuple[bytes, Value]] = field(default_factory=list)

    def add(self, value: Value) -> None:
        if self.is_object:
            self.pairs.append((self.key, value))
        else:
            self.values.append(value)

    def close(self) -> Value:
        return Members(tuple(self.pairs)) if self.is_object else self.values


class _CJsonReader:
    """Reads one text. It keeps its own stack, because Wazuh nests deeper than Python's recursion limit."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._offset = 0

    def read_document(self) -> Value:
        stack: list[_OpenContainer] = []
        while True:
            value = self._begin(stack)
            while stack:
                top = stack[-1]
                top.add(value)
                if self._skip_byte(b","):
                    if top.is_object:
                        top.key = self._key()
                    break
                if not self._skip_byte(b"}" if top.is_object else b"]"):
                    raise NotJsonError(f"unexpected byte at {self._offset}")
                stack.pop()
                value = top.close()
            else:
                return value

    def _begin(self, stack: list[_OpenContainer]) -> Value:
        """Open containers up to the first complete value, a scalar or an empty container, and return that value."""
        while True:
            is_object = self._skip_byte(b"{")
            if not is_object and not self._skip_byte(b"["):
                return self._scalar()
            if len(stack) >= NESTING_LIMIT:
                raise NotJsonError("nested too deep")
            if self._skip_byte(b"}" if is_object else b"]"):
                return Members(()) if is_object else []
            stack.append(_OpenContainer(is_object, self._key() if is_object else b""))

    def _skip_byte(self, byte: bytes) -> bool:
        self._offset = _SPACES.match(self._text, self._offset).end()  # type: ignore[union-attr]
        if self._text.startswith(byte, self._offset):
            self._offset += 1
            return True
        return False

    def _key(self) -> bytes:
        self._offset = _SPACES.match(self._text, self._offset).end()  # type: ignore[union-attr]
        key = self._string()
        if not self._skip_byte(b":"):
            raise NotJsonError(f"no colon at {self._offset}")
        return key

    def _scalar(self) -> Value:
        text, offset = self._text, self._offset
        for word, value in _WORDS:
            if text.startswith(word, offset):
                self._offset += len(word)
                return value
        if text.startswith(b'"', offset):
            return self._string()
        if text[offset : offset + 1].isdigit() or text.startswith(b"-", offset):
            return self._number()
        raise NotJsonError(f"no value at {offset}")

    def _string(self) -> bytes:
        match = _STRING.match(self._text, self._offset)
        if match is None:
            raise NotJsonError(f"no string at {self._offset}")
        self._offset = match.end()
        return _unescape(match[1])

    def _number(self) -> float:
        run = _NUMBER_RUN.match(self._text, self._offset)
        number = _STRTOD.match(run[0]) if run else None
        if number is None:
            raise NotJsonError(f"no number at {self._offset}")
        self._offset += number.end()
        return float(number[0])


def _unescape(raw: bytes) -> bytes:
    """Return a string with its escapes resolved; a zero byte ends it, as in C."""
    if b"\\" not in raw:
        return raw
    out: list[bytes] = []
    offset = 0
    while (slash := raw.find(b"\\", offset)) >= 0:
        out.append(raw[offset:slash])
        letter = raw[slash + 1 : slash + 2]
        if letter == b"u":
            text, offset = _decode_utf16(raw, slash)
            out.append(text)
        elif letter in _PLAIN_ESCAPES:
            out.append(_PLAIN_ESCAPES[letter])
            offset = slash + 2
        else:
            raise NotJsonError("unknown escape")
    out.append(raw[offset:])
    return b"".join(out).split(b"\0", 1)[0]


def _read_hex4(raw: bytes, offset: int) -> int:
    """Return four hexadecimal digits as a number. Anything else is 0, as in cJSON, and so ends the string."""
    if len(raw) - offset < 6:
        raise NotJsonError("escape cut short")
    digits = raw[offset + 2 : offset + 6]
    return int(digits, 16) if _HEX4.fullmatch(digits) else 0


def _decode_utf16(raw: bytes, offset: int) -> tuple[bytes, int]:
    """Read `\\uXXXX` or a surrogate pair; return its UTF-8 bytes and the offset after it."""
    code = _read_hex4(raw, offset)
    if 0xDC00 <= code <= 0xDFFF:
        raise NotJsonError("lone low surrogate")
    if not 0xD800 <= code <= 0xDBFF:
        return chr(code).encode(), offset + 6
    if not raw.startswith(b"\\u", offset + 6):
        raise NotJsonError("lone high surrogate")
    low = _read_hex4(raw, offset + 6)
    if not 0xDC00 <= low <= 0xDFFF:
        raise NotJsonError("lone high surrogate")
    return chr(0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF))).encode(), offset + 12
