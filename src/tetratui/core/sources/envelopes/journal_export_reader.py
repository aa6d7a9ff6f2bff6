"""Unwrap the journal's export format: a field a line, a binary field after its size, a blank line between entries."""

from __future__ import annotations

import re

from tetratui.core.sources.envelopes.line_reader import Emitted, LineReader
from tetratui.core.sources.envelopes.open_line import open_text
from tetratui.core.sources.envelopes.opened import Opened
from tetratui.core.sources.envelopes.split_texts import KEPT_OF_LINE
from tetratui.core.sources.line_splitter import MAX_LINE_SIZE

JOURNAL_EXPORT = "the journal's export format"
_FIELD = re.compile(rb"[A-Z_][A-Z0-9_]{0,63}", re.ASCII)
_SIZE_BYTES = 8


def is_journal_export(line: bytes) -> bool:
    """Return whether a line begins an entry."""
    return line.startswith((b"__CURSOR=", b"__REALTIME_TIMESTAMP="))


class JournalExportReader:
    """Unwraps entry by entry; the row of an event is that of its message."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._binary: list[bytes] = []
        """A field with its size in front, that has begun and not ended."""
        self._binary_size = 0
        self._field = b""
        self._row = 0

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""
        if self._field:
            return self._take_binary(line)
        if _FIELD.fullmatch(line):
            self._field, self._row = line, row
            return []
        name, equals, value = line.partition(b"=")
        if equals and _FIELD.fullmatch(name):
            return self._open(value, row) if name == b"MESSAGE" else []
        return self._lines.take(line, row) if line else []

    def finish(self) -> list[Emitted]:
        """Return the field that has no end."""
        unfinished = [Emitted(_make_one_line(b"\n".join(self._binary)[_SIZE_BYTES:]), self._row)] if self._field else []
        self._forget()
        return unfinished

    def _take_binary(self, line: bytes) -> list[Emitted]:
        self._binary.append(line)
        self._binary_size += len(line) + 1
        have = self._binary_size - 1
        if have < _SIZE_BYTES:
            return []
        # The size itself may hold bytes that are line feeds.
        content = (
            self._binary[0] if len(self._binary[0]) >= _SIZE_BYTES else b"\n".join(self._binary[: _SIZE_BYTES + 1])
        )
        size = int.from_bytes(content[:_SIZE_BYTES], "little")
        if size > MAX_LINE_SIZE or have > MAX_LINE_SIZE:
            return self.finish()
        if have < size + _SIZE_BYTES:
            return []
        value = b"\n".join(self._binary)[_SIZE_BYTES : _SIZE_BYTES + size]
        is_message = self._field == b"MESSAGE"
        self._forget()
        return self._open(value, self._row) if is_message else []

    def _forget(self) -> None:
        self._field, self._binary, self._binary_size = b"", [], 0

    def _open(self, text: bytes, row: int) -> list[Emitted]:
        items = [item for item in open_text(text, (JOURNAL_EXPORT,)) if isinstance(item, Opened)]
        return [self._lines.emit_opened(item, row) for item in items] or [Emitted(_make_one_line(text), row)]


def _make_one_line(text: bytes) -> bytes:
    return text[:KEPT_OF_LINE].replace(b"\n", b" ")
