"""A cursor over the text of an export list that takes JSON as Tetragon's two readers together do, or says where not.

Tetragon feeds the file to Go's `encoding/json` decoder and each value to `protojson`; what passes both passes here.
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
    """Why Tetragon would refuse a list; it then does not start, or starts and writes nothing."""

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
        """"parse": the list is not read; "build": a regular expression, CEL, labels, or an option that is off."""
        self.line = line
        """From 1; 0 when the error belongs to no place."""
        self.column = column
        """In characters from 1."""
        self.entry = entry
        """The filter it is in, from 0."""
        self.field = field

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return place + super().__str__()


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    text: str


class Scanner:
    """Reads tokens from left to right; every error names its place."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("utf-8", "surrogateescape")
        """Undecodable bytes stand as lone low surrogates, so a character is a character for columns too."""
        self.at = 0
        self.entry = 0
        self.field: str | None = None
        self._counted = self._lines = 0
        """Up to where line feeds were counted, and how many: a list is asked for the place of each of its entries."""

    def place(self, at: int) -> tuple[int, int]:
        """Give line and column, from 1, of a position in the text."""
        if at < self._counted:
            self._counted = self._lines = 0
        self._lines += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._lines + 1, at - self.text.rfind("\n", 0, at)

    def error(self, message: str, remedy: str = "", at: int | None = None) -> FilterError:
        """Make the error for what stands at a position (here when not given)."""
        line, column = self.place(self.at if at is None else at)
        return FilterError(message, remedy, line=line, column=column, entry=self.entry, field=self.field)

    def skip_space(self) -> None:
        """Go past white space: JSON's four characters and no other."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    def peek(self) -> str:
        """Look at the next character that is no white space; the text must not end here."""
        self.skip_space()
        if self.ended:
            raise self.error("the file ends inside an object", "close what is open, or restore the cut-off rest")
        return self.text[self.at]

    def expect(self, character: str, wanted: str, remedy: str) -> None:
        """Go past one character."""
        found = self.peek()
        if found != character:
            raise self.error(f"{shown(found)} where {wanted} is wanted", remedy)
        self.at += 1

    def items(self, close: str, item: Callable[[], None]) -> None:
        """Read the items of a list or object whose opening bracket was read, and its closing one."""
        if self.peek() == close:
            self.at += 1
            return
        while True:
            item()
            if self.peek() == close:
                self.at += 1
                return
            self.expect(",", f"a comma or {close!r}", f"put a comma before the next, or {close} after the last")
            if self.peek() == close:
                raise self.error(f"a comma before {close!r}", "take the comma away")

    def scalar(self) -> str | Number | bool | None:
        """Read a string, number, true, false or null."""
        first = self.peek()
        if first == '"':
            return self.string()
        if first == "-" or first.isdecimal():
            return self._number()
        start = self.at
        match = _WORD.match(self.text, start)
        word = match.group() if match else first
        if word not in {"true", "false", "null"}:
            raise self.error(f"{shown(word)} where a value is wanted", _remedy_of(first))
        self.at += len(word)
        return {"true": True, "false": False, "null": None}[word]

    def _number(self) -> Number:
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self.error(f"{shown(self.text[self.at])} is no number in JSON", "write its digits: -5, 0.5, 1e3")
        self.at = match.end()
        if not self.ended and self.text[self.at] not in " \t\r\n,]}":
            raise self.error(f"{shown(self.text[self.at])} after a number", "end the number with a comma, ] or }")
        return Number(match.group())

    def string(self) -> str:
        """Read a string whose opening quote comes next."""
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self.text, self.at)
            if plain is not None:
                parts.append(plain.group())
                self.at = plain.end()
            if self.ended:
                raise self.error("the text never ends", 'close it with a "', start)
            stop = self.text[self.at]
            if stop == '"':
                break
            if stop != "\\":
                raise self.error(f"{shown(stop)} inside a text", "write it as an escape: \\n, \\t, \\u001b", self.at)
            parts.append(self._escape())
        unreadable = _UNDECODED.search(self.text, start, self.at)
        if unreadable:
            raise self.error("a byte that is not UTF-8", "save the file as UTF-8", unreadable.start())
        self.at += 1
        return "".join(parts)

    def _escape(self) -> str:
        start = self.at
        letter = self.text[start + 1 : start + 2]
        if letter == "u":
            return self._unicode(start)
        if letter not in _ESCAPES or not letter:
            remedy = f"write \\\\{letter}: JSON takes one backslash away" if letter else "the file ends here"
            raise self.error(f"no escape of JSON: \\{letter}", remedy)
        self.at += 2
        return _ESCAPES[letter]

    def _unicode(self, start: int) -> str:
        code = self._hex(start + 2)
        self.at = start + 6
        if not 0xD800 <= code < 0xE000:
            return chr(code)
        low = self._hex(start + 8) if self.text.startswith("\\u", start + 6) and code < 0xDC00 else 0
        if not 0xDC00 <= low < 0xE000:
            raise self.error("half of a surrogate pair", "write the character itself", start)
        self.at = start + 12
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))

    def _hex(self, at: int) -> int:
        match = _HEX.match(self.text, at)
        if match is None:
            raise self.error("\\u without four hexadecimal digits", "write four, as in \\u00e4", at)
        return int(match.group(), 16)


def shown(text: str) -> str:
    """Name a character or word for an error message."""
    if "\udc80" <= text <= "\udcff":
        return f"byte 0x{ord(text) - 0xDC00:02x}"
    return "a byte order mark" if text == "\ufeff" else repr(text)


def _remedy_of(first: str) -> str:
    if first in "#/":
        return "Tetragon's lists take no comments: keep the reason elsewhere"
    if first == "'":
        return 'write texts in double quotes: "…"'
    return "take it away"


def whole_number(text: str) -> int | None:
    """Read a JSON number as an integer if it is one exactly: `7001.0` and `7.001e3` are 7001; None for any other."""
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
    value = integer(text) if text else 0
    return value if value is not None and -_INT32 <= value < _INT32 else None


def integer(text: str) -> int | None:
    """Read digits with or without a sign, however many zeros lead; None for anything else or of more than 20 digits."""
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    value = int(match[2] or "0")
    return -value if match[1] == "-" else value


_INTEGER = re.compile(r"([+-]?)(?=[0-9])0*([0-9]{0,20})")
"""Python itself refuses to read some thousand digits."""
