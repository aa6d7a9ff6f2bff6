"""Read JSON tokens of an export list as strictly as Tetragon does, and raise errors that name line and column.

Tetragon gives the file to Go's decoder `encoding/json` and each object of it to `protojson`. What both accept is
accepted here, and nothing else: that is why no JSON library is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tetratui.core.errors import TetratuiError

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_WORD = re.compile(r"[A-Za-z]+")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNDECODED = re.compile("[\udc80-\udcff]")
_INT32 = 2**31


class FilterError(TetratuiError):
    """The reason why Tetragon would refuse a list. It then does not start, or it starts and writes nothing."""

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        stage: str = "parse",
        line: int = 0,
        column: int = 0,
        entry: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.stage = stage
        """"parse": the list cannot be read. "build": an expression or labels are wrong, or a feature is off."""
        self.line = line
        """From 1; 0 when the filter stands in no file."""
        self.column = column
        """In characters from 1."""
        self.entry = entry
        """The filter that is wrong, counted from 0."""
        self.field = field

    def __str__(self) -> str:
        location = f"line {self.line}, column {self.column}: " if self.line else ""
        return location + super().__str__()


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number as it was written, because Go converts it by the type of the field."""

    text: str


class Scanner:
    """Reads tokens from left to right. Every error names line, column, entry and field."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("utf-8", "surrogateescape")
        """Each byte that is not UTF-8 becomes one lone low surrogate, so columns still count characters."""
        self.offset = 0
        self.entry = 0
        self.field: str | None = None
        self._counted = self._lines = 0
        """Offset up to which line feeds were counted, and how many: locating every entry of a list stays linear."""

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset in the text."""
        if offset < self._counted:
            self._counted = self._lines = 0
        self._lines += self.text.count("\n", self._counted, offset)
        self._counted = offset
        return self._lines + 1, offset - self.text.rfind("\n", 0, offset)

    def error(self, message: str, remedy: str = "", offset: int | None = None) -> FilterError:
        """Return the error for what stands at an offset, by default the current one."""
        line, column = self.line_and_column(self.offset if offset is None else offset)
        return FilterError(message, remedy, line=line, column=column, entry=self.entry, field=self.field)

    def skip_space(self) -> None:
        """Skip white space: the four characters that JSON allows and no other."""
        match = _SPACE.match(self.text, self.offset)
        self.offset = match.end() if match else self.offset

    @property
    def at_end(self) -> bool:
        """Whether the whole text was read."""
        return self.offset >= len(self.text)

    def peek(self) -> str:
        """Return the next character after white space, without reading it.

        Raises:
            FilterError: the text ends here.
        """
        self.skip_space()
        if self.at_end:
            raise self.error("the file ends inside an object", "close what is open, or restore the cut-off rest")
        return self.text[self.offset]

    def expect(self, character: str, wanted: str, remedy: str) -> None:
        """Read one character.

        Raises:
            FilterError: another character stands here; `wanted` says what was expected.
        """
        following = self.peek()
        if following != character:
            raise self.error(f"found {describe(following)}, expected {wanted}", remedy)
        self.offset += 1

    def read_items(self, close: str, item: Callable[[], None]) -> None:
        """Read the items of a list or object by calling `item`, and the closing bracket. The opening one was read."""
        if self.peek() == close:
            self.offset += 1
            return
        while True:
            item()
            if self.peek() == close:
                self.offset += 1
                return
            self.expect(",", f"a comma or {close!r}", f"put a comma before the next, or {close} after the last")
            if self.peek() == close:
                raise self.error(f"a comma before {close!r}", "remove the comma")

    def read_scalar(self) -> str | Number | bool | None:
        """Read a string, number, true, false or null."""
        first = self.peek()
        if first == '"':
            return self.read_string()
        if first == "-" or first.isdecimal():
            return self._number()
        start = self.offset
        match = _WORD.match(self.text, start)
        word = match.group() if match else first
        if word not in {"true", "false", "null"}:
            raise self.error(f"found {describe(word)}, expected a value", _remedy_of(first))
        self.offset += len(word)
        return {"true": True, "false": False, "null": None}[word]

    def _number(self) -> Number:
        match = _NUMBER.match(self.text, self.offset)
        if match is None:
            shown = describe(self.text[self.offset])
            raise self.error(f"not a number in JSON: {shown}", "write its digits: -5, 0.5, 1e3")
        self.offset = match.end()
        if not self.at_end and self.text[self.offset] not in " \t\r\n,]}":
            shown = describe(self.text[self.offset])
            raise self.error(f"{shown} after a number", "end the number with a comma, ] or }")
        return Number(match.group())

    def read_string(self) -> str:
        """Read a string whose opening quote comes next."""
        start = self.offset
        self.offset += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self.text, self.offset)
            if plain is not None:
                parts.append(plain.group())
                self.offset = plain.end()
            if self.at_end:
                raise self.error("the string never ends", 'close it with a "', start)
            stop = self.text[self.offset]
            if stop == '"':
                break
            if stop != "\\":
                raise self.error(f"{describe(stop)} inside a string", "write it as an escape: \\n, \\t, \\u001b")
            parts.append(self._escape())
        unreadable = _UNDECODED.search(self.text, start, self.offset)
        if unreadable:
            raise self.error("a byte that is not UTF-8", "save the file as UTF-8", unreadable.start())
        self.offset += 1
        return "".join(parts)

    def _escape(self) -> str:
        start = self.offset
        letter = self.text[start + 1 : start + 2]
        if letter == "u":
            return self._unicode(start)
        if letter not in _ESCAPES or not letter:
            remedy = f"write \\\\{letter}: JSON takes one backslash away" if letter else "the file ends here"
            raise self.error(f"not an escape of JSON: \\{letter}", remedy)
        self.offset += 2
        return _ESCAPES[letter]

    def _unicode(self, start: int) -> str:
        code = self._hex(start + 2)
        self.offset = start + 6
        if not 0xD800 <= code < 0xE000:
            return chr(code)
        # Characters beyond U+FFFF are written as two escapes. Half a pair alone is no character, and Go refuses it.
        low = self._hex(start + 8) if self.text.startswith("\\u", start + 6) and code < 0xDC00 else 0
        if not 0xDC00 <= low < 0xE000:
            raise self.error("half of a surrogate pair", "write the character itself", start)
        self.offset = start + 12
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))

    def _hex(self, offset: int) -> int:
        match = _HEX.match(self.text, offset)
        if match is None:
            raise self.error("\\u without four hexadecimal digits", "write four, as in \\u00e4", offset)
        return int(match.group(), 16)


def describe(text: str) -> str:
    """Return a character or word as an error message shows it."""
    if "\udc80" <= text <= "\udcff":
        return f"byte 0x{ord(text) - 0xDC00:02x}"
    return "a byte order mark" if text == "\ufeff" else repr(text)


def _remedy_of(first: str) -> str:
    if first in "#/":
        return "Tetragon's lists take no comments: keep the reason elsewhere"
    if first == "'":
        return 'write strings in double quotes: "…"'
    return "remove it"


def parse_whole_number(text: str) -> int | None:
    """Return a JSON number as an integer if it is exactly one, else None: `7001.0` and `7.001e3` are 7001.

    It works on the digits, because a float would round, and an exponent may be too large to compute.
    """
    mantissa, _, exponent_text = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = fraction.rstrip("0")
    digits = whole.lstrip("0") if whole != "0" else ""
    if not digits and not fraction:
        return 0
    exponent = _exponent(exponent_text)
    if exponent is None or len(digits) + exponent > 20 or len(fraction) > max(exponent, 0):
        return None
    if exponent < 0:
        if digits[exponent:].strip("0") or -exponent >= len(digits):
            return None
        digits = digits[:exponent]
    else:
        digits += fraction + "0" * (exponent - len(fraction))
    return -int(digits) if mantissa.startswith("-") else int(digits)


def _exponent(text: str) -> int | None:
    value = parse_integer(text) if text else 0
    return value if value is not None and -_INT32 <= value < _INT32 else None


def parse_integer(text: str) -> int | None:
    """Return the integer that a text writes with an optional sign and any number of leading zeros.

    None for any other text, and for more than 20 digits.
    """
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    value = int(match[2] or "0")
    return -value if match[1] == "-" else value


_INTEGER = re.compile(r"([+-]?)(?=[0-9])0*([0-9]{0,20})")
"""At most 20 digits, which hold every 64-bit integer. Python refuses to convert some thousand digits."""
