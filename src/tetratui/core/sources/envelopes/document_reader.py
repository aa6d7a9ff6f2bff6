"""Unwrap JSON that stands over many lines: pretty-printed objects, arrays, answers of a search."""

from __future__ import annotations

from tetratui.core.sources.envelopes.json_values import JsonValue, ValueSplitter
from tetratui.core.sources.envelopes.line_reader import Emitted, LineReader
from tetratui.core.sources.envelopes.split_texts import KEPT_OF_LINE

_JSON_BEGINS = (b"{", b"[", b"]", b",")


class DocumentReader:
    """Unwraps value by value. The first line of a value is its row; what stands between values belongs to no event.

    A value counts when the line after it is seen: if a line of it is missing, it ends too early, and its rest follows.
    """

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._splitter = ValueSplitter()
        self._last: JsonValue | None = None

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""
        if not self._splitter.pending:
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if not text:
                return []
            if not text.startswith(_JSON_BEGINS):
                return [*self._refuse_last(), *self._lines.take(line, row)]
        emitted: list[Emitted] = []
        for value in self._splitter.take(line, row):
            emitted += self._finish_last()
            self._last = value
        return emitted

    def finish(self) -> list[Emitted]:
        """Return the last value, and one that has no end."""
        unfinished = [self._splitter.give_up()] if self._splitter.pending else []
        return [*self._finish_last(), *(emitted for value in unfinished for emitted in self._emit(value))]

    def _finish_last(self) -> list[Emitted]:
        """Return what is in the last value, as it is followed by nothing that belongs to it."""
        last, self._last = self._last, None
        return [] if last is None else self._emit(last)

    def _refuse_last(self) -> list[Emitted]:
        if self._last is not None and b"\n" in self._last.text:
            self._last.whole = False
        return self._finish_last()

    def _emit(self, value: JsonValue) -> list[Emitted]:
        if value.whole:
            return self._lines.take_document(value.text, value.row)
        # Without its last brace: what is left of a broken value may look like a whole one.
        return [Emitted(value.text.rstrip()[:-1][:KEPT_OF_LINE].replace(b"\n", b" "), value.row)]
