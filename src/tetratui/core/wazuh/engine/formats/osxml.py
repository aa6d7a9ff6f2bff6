"""Read rule files as the XML reader of Wazuh's daemons does (os_xml.c).

Its language is not XML: it knows no entities, no declaration and no namespaces. A comment starts with `<!` anywhere
outside a tag and ends with `-->` or `!>`. `\\<` is a literal `<`. A text or name has at most 20,479 bytes. A file may
have several roots. Text in an element before its last child is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TEXT_LIMIT = 20_480
"""Length of a name or text at which the reader stops with an overflow."""
DEPTH_LIMIT = 1024
_MESSAGE_LIMIT = 126
"""Characters of an error that fit its buffer of 128 bytes."""
_SPACE = b" \t\n\v\f\r"
_PLAIN_TEXT = re.compile(rb"[^<\\]*")


class OsXmlError(ValueError):
    """The reader refuses a file: its own message, and the line it had reached."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message[:_MESSAGE_LIMIT]
        self.line = line


@dataclass(slots=True)
class Element:
    """An element: name, attributes in order, the text after its last child, its children."""

    name: bytes
    line: int
    attributes: list[tuple[bytes, bytes]] = field(default_factory=list)
    text: bytes = b""
    children: list[Element] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The name in lower case: names in rule files compare without case."""
        return decode_text(self.name).lower()

    def attribute(self, name: bytes) -> bytes | None:
        """Return the value of the attribute with exactly this name, or None."""
        return next((value for key, value in self.attributes if key == name), None)


def decode_text(text: bytes) -> str:
    """Decode bytes of a rule file for a message; bytes that are not UTF-8 are escaped."""
    return text.decode("utf-8", "backslashreplace")


def read(data: bytes) -> list[Element]:
    """Return the root elements of a file in order, `<var>` elements among them.

    Raises:
        OsXmlError: Wazuh's reader refuses the file.
    """
    return _XmlReader(data).read_roots()


@dataclass(slots=True)
class _Level:
    """An element that is being read: the part the reader is in, and the bytes of that part so far."""

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
        self._offset = 0
        self._line = 1
        self._roots: list[Element] = []
        self._levels = [_Level()]

    def read_roots(self) -> list[Element]:
        while self._offset < len(self._data):
            self._skip_plain()
            if self._offset < len(self._data):
                self._read_byte()
        if len(self._levels) > 1 or self._levels[0].where != _Level.OUTSIDE:
            raise self._error("End of file and some elements were not closed.")
        return self._roots

    def _error(self, message: str) -> OsXmlError:
        return OsXmlError(f"XMLERR: {message}", self._line)

    def _skip_plain(self) -> None:
        """Skip to the next `<` or `\\` at once, for speed, but not past the offset where a text would overflow."""
        level = self._levels[-1]
        if level.where not in (_Level.TEXT, _Level.OUTSIDE) or level.escaped:
            return
        room = TEXT_LIMIT - 1 - len(level.piece) if level.where == _Level.TEXT else len(self._data)
        if room <= 0:
            return
        run = _PLAIN_TEXT.match(self._data, self._offset, min(len(self._data), self._offset + room))
        assert run is not None
        self._line += run[0].count(b"\n")
        self._offset = run.end()
        if level.where == _Level.TEXT:
            level.piece += run[0]

    def _next(self) -> bytes:
        byte = self._data[self._offset : self._offset + 1]
        self._offset += 1
        if byte == b"\n":
            self._line += 1
        return byte

    def _read_byte(self) -> None:
        level = self._levels[-1]
        byte = self._next()
        if byte == b"\\":
            level.escaped = not level.escaped
        elif byte != b"<":
            level.escaped = False
        if len(level.piece) >= TEXT_LIMIT:
            raise self._error("String overflow.")
        if byte == b"<" and self._skip_comment():
            return
        if level.where == _Level.OUTSIDE and not level.escaped:
            if byte == b"<":
                if self._data[self._offset : self._offset + 1] == b"/":
                    raise self._error("Element not opened.")
                level.where = _Level.NAME
        elif level.where == _Level.NAME and (byte == b">" or byte in _SPACE):
            self._open_element(level, byte)
        elif level.where == _Level.CLOSING and byte == b">":
            self._close_element(level)
        elif level.where == _Level.TEXT and byte == b"<" and not level.escaped:
            self._enter_tag(level)
        else:
            if level.where != _Level.OUTSIDE:
                level.piece += byte
            if byte == b"<":
                level.escaped = False

    def _skip_comment(self) -> bool:
        """Skip a comment if one begins at the `<` just read; return whether one did."""
        if self._data[self._offset : self._offset + 1] != b"!":
            return False
        ends = [
            end for end in (self._end_of(b"!>", self._offset + 1), self._end_of(b"-->", self._offset + 1)) if end > 0
        ]
        if not ends:
            self._line += self._data.count(b"\n", self._offset)
            raise self._error("Comment not closed.")
        self._line += self._data.count(b"\n", self._offset, min(ends))
        self._offset = min(ends)
        return True

    def _end_of(self, sign: bytes, start: int) -> int:
        offset = self._data.find(sign, start)
        return offset + len(sign) if offset >= 0 else -1

    def _open_element(self, level: _Level, byte: bytes) -> None:
        name = bytes(level.piece)
        is_self_closed = name.endswith(b"/")
        element = Element(_cut_at_zero(name[:-1] if is_self_closed else name), self._line)
        level.element, level.piece = element, bytearray()
        siblings = self._levels[-2].element.children if len(self._levels) > 1 else self._roots  # type: ignore[union-attr]
        siblings.append(element)
        if byte != b">":
            is_self_closed |= self._read_attributes(element)
        if not is_self_closed:
            level.where = _Level.TEXT
        else:
            self._leave_element()

    def _close_element(self, level: _Level) -> None:
        element = level.element
        assert element is not None
        if _cut_at_zero(bytes(level.piece)) != element.name:
            raise self._error(f"Element '{decode_text(element.name)}' not closed.")
        self._leave_element()

    def _leave_element(self) -> None:
        self._levels.pop()
        if self._levels:
            self._levels[-1].piece = bytearray()
        else:
            self._levels.append(_Level())

    def _enter_tag(self, level: _Level) -> None:
        if self._data[self._offset : self._offset + 1] == b"/":
            self._next()
            assert level.element is not None
            level.element.text = _cut_at_zero(bytes(level.piece))
            level.piece, level.where = bytearray(), _Level.CLOSING
            return
        if len(self._levels) >= DEPTH_LIMIT:
            raise self._error("Max recursion level reached")
        self._levels.append(_Level(where=_Level.NAME))

    def _read_attributes(self, element: Element) -> bool:
        """Read attributes up to the end of the tag; return whether the tag closes itself."""
        while True:
            name = self._read_attribute_name(element)
            if name is None:
                return self._data[self._offset - 1 : self._offset] == b"/"
            value = self._read_attribute_value(name)
            element.attributes.append((_cut_at_zero(name), _cut_at_zero(value)))
            byte = self._next()
            if byte == b">":
                return False
            if byte == b"/":
                return True
            if not byte or byte not in _SPACE:
                raise self._error(f"Bad attribute closing for '{decode_text(name)}'='{decode_text(value)}'.")

    def _read_attribute_name(self, element: Element) -> bytes | None:
        """Read an attribute's name up to the `=`; return None at the end of the tag."""
        name = bytearray()
        while byte := self._next():
            if len(name) >= TEXT_LIMIT:
                raise self._error(f"Overflow attempt at attribute '{decode_text(bytes(name[:20]))}'.")
            if byte in (b">", b"/") or (byte in _SPACE and name):
                if name:
                    raise self._error(f"Attribute '{decode_text(bytes(name))}' has no value.")
                return None
            if byte == b"=":
                if element.attribute(bytes(name)) is not None:
                    raise self._error(f"Attribute '{decode_text(bytes(name))}' already defined.")
                return bytes(name)
            if byte not in _SPACE:
                name += byte
        raise self._error("End of file while reading an attribute.")

    def _read_attribute_value(self, name: bytes) -> bytes:
        quote = self._next()
        if quote and quote in _SPACE:
            while quote and quote in _SPACE:
                quote = self._next()
        if quote not in (b'"', b"'"):
            raise self._error(f"Attribute '{decode_text(name)}' not followed by a \" or '.")
        value = bytearray()
        while byte := self._next():
            if len(value) >= TEXT_LIMIT:
                raise self._error(f"Overflow attempt at attribute '{decode_text(name[:20])}'.")
            if byte == b">":
                raise self._error(f"Attribute '{decode_text(name)}' not closed.")
            if byte == quote:
                return bytes(value)
            value += byte
        raise self._error("End of file while reading an attribute.")


def _cut_at_zero(text: bytes) -> bytes:
    return text.split(b"\0", 1)[0]
