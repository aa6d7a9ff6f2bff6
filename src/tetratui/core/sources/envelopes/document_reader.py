"""Unwrap JSON that stands over many lines: pretty-printed objects, arrays, answers of a search."""

from __future__ import annotations

from tetratui.core.sources.envelopes.json_values import JsonValue, ValueSplitter
from tetratui.core.sources.envelopes.line_reader import Emitted, LineReader
from tetratui.core.sources.envelopes.split_texts import KEPT_OF_LINE

_JSON_BEGINS = (b"{", b"[", b"]", b",")


class DocumentReader:
    """Unwraps value by value. The first line of a value is its row; what stands between values belongs to no event."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._splitter = ValueSplitter()

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""
        if not self._splitter.pending:
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if not text:
                return []
            if not text.startswith(_JSON_BEGINS):
                return self._lines.take(line, row)
        return [emitted for value in self._splitter.take(line, row) for emitted in self._emit(value)]

    def finish(self) -> list[Emitted]:
        """Return the value that has no end."""
        return self._emit(self._splitter.give_up()) if self._splitter.pending else []

    def _emit(self, value: JsonValue) -> list[Emitted]:
        if value.whole:
            return self._lines.take_document(value.text, value.row)
        return [Emitted(value.text[:KEPT_OF_LINE].replace(b"\n", b" "), value.row)]
