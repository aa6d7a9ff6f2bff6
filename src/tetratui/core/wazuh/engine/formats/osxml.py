"""The XML reader of Wazuh's daemons (os_xml.c), which is no XML reader: no entities, no declaration, no namespaces.

A comment starts with `<!` anywhere outside a tag and ends with `-->` or `!>`. `\\<` is a literal `<`. Texts and names
end at 20,479 bytes. Several roots are fine. What stands in an element before its last child is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TEXT_LIMIT = 20_480
"""Bytes of one name or text at which reading stops with an overflow."""
DEPTH_LIMIT = 1024
_MESSAGE_LIMIT = 126
"""Characters of an error that survive its buffer of 128."""
_SPACE = b" \t\n\v\f\r"
_PLAIN_TEXT = re.compile(rb"[^<\\]*")


class OsXmlError(ValueError):
    """What the reader refuses, in its own words, with the line it had reached."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message[:_MESSAGE_LIMIT]
        self.line = line


@dataclass(slots=True)
class Element:
    """One element: name, attributes in order, the text after its last child, its children."""

    name: bytes
    line: int
    attributes: list[tuple[bytes, bytes]] = field(default_factory=list)
    text: bytes = b""
    children: list[Element] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The name in lower case: names of rules compare without case."""
        return shown(self.name).lower()

    def attribute(self, name: bytes) -> bytes | None:
        """The value of an attribute of exactly this name."""
        return next((value for key, value in self.attributes if key == name), None)


def shown(text: bytes) -> str:
    """Decode bytes of a rule file for a message; what is no UTF-8 is spelled."""
    return text.decode("utf-8", "backslashreplace")


def read(data: bytes) -> list[Element]:
    """Read a file to its root elements in order; `<var>` elements are among them.

    Raises:
        OsXmlError: what Wazuh's reader says of it.
    """
    return _XmlReader(data).roots()


@dataclass(slots=True)
class _Level:
    """An element that is being read: where in it the reader stands, and the piece it collects."""

    NAME = "name"
    TEXT = "text"
    CLOSING = "closing"
    OUTSIDE = "outside"

    where: str = OUTSIDE
    escaped: bool = False
    piece: bytearray = field(default_factory=bytearray)
    element: Element | None = None


class _XmlReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._line = 1
        self._roots: list[Element] = []
        self._levels = [_Level()]

    def roots(self) -> list[Element]:
        while self._at < len(self._data):
            self._skip_plain()
            if self._at < len(self._data):
                self._character()
        if len(self._levels) > 1 or self._levels[0].where != _Level.OUTSIDE:
            raise self._error("End of file and some elements were not closed.")
        return self._roots

    def _error(self, message: str) -> OsXmlError:
        return OsXmlError(f"XMLERR: {message}", self._line)

    def _skip_plain(self) -> None:
        """Take in one go what needs no thought: text without `<` and `\\`, up to where the limit could be reached."""
        level = self._levels[-1]
        if level.where not in (_Level.TEXT, _Level.OUTSIDE) or level.escaped:
            return
        room = TEXT_LIMIT - 1 - len(level.piece) if level.where == _Level.TEXT else len(self._data)
        if room <= 0:
            return
        run = _PLAIN_TEXT.match(self._data, self._at, min(len(self._data), self._at + room))
        assert run is not None
        self._line += run[0].count(b"\n")
        self._at = run.end()
        if level.where == _Level.TEXT:
            level.piece += run[0]

    def _next(self) -> bytes:
        byte = self._data[self._at : self._at + 1]
        self._at += 1
        if byte == b"\n":
            self._line += 1
        return byte

    def _character(self) -> None:
        level = self._levels[-1]
        byte = self._next()
        if byte == b"\\":
            level.escaped = not level.escaped
        elif byte != b"<":
            level.escaped = False
        if len(level.piece) >= TEXT_LIMIT:
            raise self._error("String overflow.")
        if byte == b"<" and self._comment():
            return
        if level.where == _Level.OUTSIDE and not level.escaped:
            if byte == b"<":
                if self._data[self._at : self._at + 1] == b"/":
                    raise self._error("Element not opened.")
                level.where = _Level.NAME
        elif level.where == _Level.NAME and (byte == b">" or byte in _SPACE):
            self._named(level, byte)
        elif level.where == _Level.CLOSING and byte == b">":
            self._closed(level)
        elif level.where == _Level.TEXT and byte == b"<" and not level.escaped:
            self._tag_in_text(level)
        else:
            if level.where != _Level.OUTSIDE:
                level.piece += byte
            if byte == b"<":
                level.escaped = False

    def _comment(self) -> bool:
        """Skip a comment if one begins after this `<`."""
        if self._data[self._at : self._at + 1] != b"!":
            return False
        ends = [end for end in (self._after(b"!>", self._at + 1), self._after(b"-->", self._at + 1)) if end > 0]
        if not ends:
            self._line += self._data.count(b"\n", self._at)
            raise self._error("Comment not closed.")
        self._line += self._data.count(b"\n", self._at, min(ends))
        self._at = min(ends)
        return True

    def _after(self, sign: bytes, start: int) -> int:
        found = self._data.find(sign, start)
        return found + len(sign) if found >= 0 else -1

    def _named(self, level: _Level, byte: bytes) -> None:
        name = bytes(level.piece)
        self_closed = name.endswith(b"/")
        element = Element(_c_text(name[:-1] if self_closed else name), self._line)
        level.element, level.piece = element, bytearray()
        siblings = self._levels[-2].element.children if len(self._levels) > 1 else self._roots  # type: ignore[union-attr]
        siblings.append(element)
        if byte != b">":
            self_closed |= self._attributes(element)
        if not self_closed:
            level.where = _Level.TEXT
        else:
            self._leave()

    def _closed(self, level: _Level) -> None:
        element = level.element
        assert element is not None
        if _c_text(bytes(level.piece)) != element.name:
            raise self._error(f"Element '{shown(element.name)}' not closed.")
        self._leave()

    def _leave(self) -> None:
        self._levels.pop()
        if self._levels:
            self._levels[-1].piece = bytearray()
        else:
            self._levels.append(_Level())

    def _tag_in_text(self, level: _Level) -> None:
        if self._data[self._at : self._at + 1] == b"/":
            self._next()
            assert level.element is not None
            level.element.text = _c_text(bytes(level.piece))
            level.piece, level.where = bytearray(), _Level.CLOSING
            return
        if len(self._levels) >= DEPTH_LIMIT:
            raise self._error("Max recursion level reached")
        self._levels.append(_Level(where=_Level.NAME))

    def _attributes(self, element: Element) -> bool:
        """Read attributes up to the end of the tag; True if it closes itself."""
        while True:
            name = self._attribute_name(element)
            if name is None:
                return self._data[self._at - 1 : self._at] == b"/"
            value = self._attribute_value(name)
            element.attributes.append((_c_text(name), _c_text(value)))
            byte = self._next()
            if byte == b">":
                return False
            if byte == b"/":
                return True
            if not byte or byte not in _SPACE:
                raise self._error(f"Bad attribute closing for '{shown(name)}'='{shown(value)}'.")

    def _attribute_name(self, element: Element) -> bytes | None:
        """Read up to the `=`; None at the end of the tag."""
        name = bytearray()
        while byte := self._next():
            if len(name) >= TEXT_LIMIT:
                raise self._error(f"Overflow attempt at attribute '{shown(bytes(name[:20]))}'.")
            if byte in (b">", b"/") or (byte in _SPACE and name):
                if name:
                    raise self._error(f"Attribute '{shown(bytes(name))}' has no value.")
                return None
            if byte == b"=":
                if element.attribute(bytes(name)) is not None:
                    raise self._error(f"Attribute '{shown(bytes(name))}' already defined.")
                return bytes(name)
            if byte not in _SPACE:
                name += byte
        raise self._error("End of file while reading an attribute.")

    def _attribute_value(self, name: bytes) -> bytes:
        quote = self._next()
        if quote and quote in _SPACE:
            while quote and quote in _SPACE:
                quote = self._next()
        if quote not in (b'"', b"'"):
            raise self._error(f"Attribute '{shown(name)}' not followed by a \" or '.")
        value = bytearray()
        while byte := self._next():
            if len(value) >= TEXT_LIMIT:
                raise self._error(f"Overflow attempt at attribute '{shown(name[:20])}'.")
            if byte == b">":
                raise self._error(f"Attribute '{shown(name)}' not closed.")
            if byte == quote:
                return bytes(value)
            value += byte
        raise self._error("End of file while reading an attribute.")


def _c_text(text: bytes) -> bytes:
    return text.split(b"\0", 1)[0]
