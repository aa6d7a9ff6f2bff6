"""Unwrap lines each of which is an envelope, and put together the texts that envelopes split over several lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from tetratui.core.sources.envelopes.open_line import MAX_DEPTH, open_line, open_text
from tetratui.core.sources.envelopes.opened import Item, Names, Opened, Part
from tetratui.core.sources.envelopes.split_texts import KEPT_OF_LINE, PartJoiner, PendingPart

DOCUMENT = "JSON over several lines"
_MOST_BEGINS = 4
"""Parts with which a text whose first parts belong to another one may begin."""
_MAY_BEGIN = re.compile(rb"\s*\{")


class Emitted(NamedTuple):
    """A line without envelopes: an event, or a line in which none was found."""

    line: bytes
    row: int
    """The row of the source that it begins on."""
    lossy: bool = False


class FormReader(Protocol):
    """Unwraps the lines of one form."""

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""

    def finish(self) -> list[Emitted]:
        """Return what can no longer be completed, as the file has ended."""


def describe_names(names: Names) -> str:
    """Return the envelopes round an event, the innermost first."""
    return " in ".join(reversed(names))


class LineReader:
    """Unwraps line by line; parts wait for the rest of their text, over the end of a file too."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        """Envelopes that were taken off, and of how many events."""
        self._joiner = PartJoiner()
        # Streams whose last part ended with the event but without a line feed: the line feed alone may follow.
        self._ended: set[str] = set()

    def take(self, line: bytes, row: int) -> list[Emitted]:
        """Take the next line; return what is complete with it."""
        items = open_line(line)
        if not items:
            return [Emitted(line, row)]
        return [emitted for item in items for emitted in self._take_item(item, line, row)]

    def take_document(self, text: bytes, row: int) -> list[Emitted]:
        """Take a JSON value that may have stood on several lines, the first of them on `row`."""
        items, line = open_line(text), text.replace(b"\n", b" ")
        if not items:
            return [Emitted(line, row)]
        named = [
            replace(each, names=(DOCUMENT,)) if isinstance(each, Opened) and not each.names else each for each in items
        ]
        return [emitted for item in named for emitted in self._take_item(item, line, row)]

    def finish(self) -> list[Emitted]:
        """Return nothing: a text may go on in the next file."""
        return []

    def end(self) -> list[Emitted]:
        """Return the parts whose texts have no end, as the source has ended."""
        return _emit_parts(self._joiner.take_all())

    def _take_item(self, item: Item, line: bytes, row: int, depth: int = 0) -> list[Emitted]:
        if isinstance(item, Part):
            return self._take_part(item, PendingPart(row, line[:KEPT_OF_LINE], item.text), depth)
        return [self.emit_opened(item, row)] if isinstance(item, Opened) else [Emitted(item.line, row)]

    def emit_opened(self, item: Opened, row: int) -> Emitted:
        """Return an event of an envelope, and count the envelope."""
        if item.names:
            self.names[describe_names(item.names)] += 1
        return Emitted(item.line, row, item.lossy)

    def _take_part(self, part: Part, pending: PendingPart, depth: int) -> list[Emitted]:
        if part.stream in self._ended:
            self._ended.discard(part.stream)
            if part.last and not part.text.strip():
                return []
        before = self._joiner.take(part.stream)
        # A text that is an event by itself is no part, whatever waits before it.
        alone = open_text(part.text, part.names) if part.last or _MAY_BEGIN.match(part.text) else []
        if alone:
            if not part.last:
                self._remember_end(part.stream)
            return [*_emit_parts(before), *self._take_all(alone, pending, depth)]
        if not part.last:
            return self._keep(part.stream, [*before, pending])
        return self._join([*before, pending], part.names, depth)

    def _take_all(self, items: list[Item], first: PendingPart, depth: int) -> list[Emitted]:
        """Take what is in a whole text; parts of texts inside it wait for their own ends."""
        if depth >= MAX_DEPTH:
            return _emit_parts([first])
        return [emitted for item in items for emitted in self._take_item(item, first.line, first.row, depth + 1)]

    def _keep(self, stream: str, parts: Sequence[PendingPart]) -> list[Emitted]:
        given_up = [gone for part in parts for gone in self._joiner.add(stream, part)]
        return _emit_parts(given_up)

    def _remember_end(self, stream: str) -> None:
        if len(self._ended) < 1_024:
            self._ended.add(stream)

    def _join(self, parts: list[PendingPart], names: Names, depth: int) -> list[Emitted]:
        """Join the parts of a text that has ended; parts before it, whose own end is missing, are refused."""
        begins = [0, *(index for index in range(len(parts) - 1, 0, -1) if _MAY_BEGIN.match(parts[index].text))]
        for begin in begins[:_MOST_BEGINS]:
            items = open_text(b"".join(part.text for part in parts[begin:]), names)
            if items:
                return [*_emit_parts(parts[:begin]), *self._take_all(items, parts[begin], depth)]
        return _emit_parts(parts)


def _emit_parts(parts: Sequence[PendingPart]) -> list[Emitted]:
    return [Emitted(part.line, part.row) for part in parts]
