"""Unwrap CSV: tables that a search was exported to, with the event in one of the columns."""

from __future__ import annotations

import re

from tetratui.core.sources.envelopes.line_reader import Emitted, LineReader
from tetratui.core.sources.envelopes.object_forms import PAYLOAD_FIELDS, name_form
from tetratui.core.sources.envelopes.open_line import open_text
from tetratui.core.sources.envelopes.opened import Opened

MAX_RECORD_LINES = 2_000
"""Lines of one record; a quote that is never closed ends there."""
MAX_RECORD_SIZE = 8 << 20
_DELIMITERS = b",;\t"
_COLUMN = re.compile(rb"[@_A-Za-z][\w@ .:/-]{0,63}", re.ASCII)
_COLUMNS = frozenset(name.lower().encode() for name in (*PAYLOAD_FIELDS, "_source.message", "@message"))


def split_record(record: bytes, delimiter: bytes) -> list[bytes]:
    """Return the cells of a record: RFC 4180, quotes doubled inside quotes."""
    cells: list[bytes] = []
    position = 0
    while position <= len(record):
        if record[position : position + 1] == b'"':
            end = position + 1
            while (end := record.find(b'"', end)) >= 0 and record[end + 1 : end + 2] == b'"':
                end += 2
            if end < 0:
                return [*cells, record[position + 1 :]]
            cells.append(record[position + 1 : end].replace(b'""', b'"'))
            position = record.find(delimiter, end)
        else:
            end = record.find(delimiter, position)
            cells.append(record[position:] if end < 0 else record[position:end])
            position = end
        if position < 0:
            return cells
        position += 1
    return cells


def find_columns(header: bytes) -> tuple[list[str], bytes] | None:
    """Return the columns and the delimiter of a header that has a column for text; None if a line is no such header."""
    header = header.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    for delimiter in (_DELIMITERS[index : index + 1] for index in range(len(_DELIMITERS))):
        cells = split_record(header, delimiter)
        if all(_COLUMN.fullmatch(cell) for cell in cells) and not _COLUMNS.isdisjoint(c.lower() for c in cells):
            return [cell.decode() for cell in cells], delimiter
    return None


class CsvReader:
    """Unwraps record by record; a record with line feeds inside quotes has the row of its first line."""

    def __init__(self, columns: list[str], delimiter: bytes, lines: LineReader) -> None:
        self._delimiter = delimiter
        self._lines = lines
        form = name_form(dict.fromkeys(columns))
        self._names = ("CSV", form) if form else ("CSV",)
        order = {name.lower(): number for number, name in enumerate(PAYLOAD_FIELDS)}
        self._order = sorted(range(len(columns)), key=lambda index: order.get(columns[index].lower(), len(order)))
        self._record: list[tuple[bytes, int]] = []
        self._size = 0
        self._open_quote = False
        self._header_seen = False

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""
        if not self._header_seen:
            self._header_seen = True
            return []
        emitted: list[Emitted] = []
        if self._record and line.count(b'"') % 2 == 0 and (whole := self._read_record(line, row)):
            # A record by itself: the one before has lost its end.
            return [*self._give_up(), *whole]
        self._record.append((line, row))
        self._size += len(line)
        self._open_quote ^= line.count(b'"') % 2 == 1
        if not self._open_quote:
            record, first = b"\n".join(text for text, _ in self._record), self._record[0][1]
            if not (emitted := self._read_record(record, first)):
                return self._give_up()
            self._forget()
        elif len(self._record) > MAX_RECORD_LINES or self._size > MAX_RECORD_SIZE:
            return self._give_up()
        return emitted

    def finish(self) -> list[Emitted]:
        """Return the lines of a record that has no end."""
        return self._give_up()

    def _read_record(self, record: bytes, row: int) -> list[Emitted]:
        cells = split_record(record.rstrip(b"\r"), self._delimiter)
        for index in self._order:
            cell = cells[index] if index < len(cells) else b""
            if b"{" not in cell:
                continue
            items = [item for item in open_text(cell, self._names) if isinstance(item, Opened)]
            if items:
                return [self._lines.emit_opened(item, row) for item in items]
        return []

    def _give_up(self) -> list[Emitted]:
        """Return the lines of the record, each by itself."""
        record = self._record
        self._forget()
        return [emitted for line, row in record for emitted in self._read_alone(line, row)]

    def _read_alone(self, line: bytes, row: int) -> list[Emitted]:
        return self._read_record(line, row) or self._lines.take(line, row)

    def _forget(self) -> None:
        self._record, self._size, self._open_quote = [], 0, False
