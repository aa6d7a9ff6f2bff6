"""Decide by the first lines of a file whether it is a plain export file, and in which form it is if not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson

from tetratui.core.events.event_keys import is_event
from tetratui.core.sources.envelopes.csv_reader import CsvReader, find_columns
from tetratui.core.sources.envelopes.document_reader import DocumentReader
from tetratui.core.sources.envelopes.events_in_json import has_foreign_fields
from tetratui.core.sources.envelopes.journal_export_reader import JournalExportReader, is_journal_export
from tetratui.core.sources.envelopes.line_reader import FormReader, LineReader
from tetratui.core.sources.envelopes.open_line import open_line

_PLAIN_BEGIN = b'{"process_'
_SAMPLES = 64
"""Lines of a chunk that are looked at to see whether a plain file goes on in an envelope."""
HEAD_LINES = 64
"""Lines of a file that are looked at before it is read in ranges."""
_DOCUMENT_BEGINS = re.compile(rb"[\[{]\s*\Z|\[\s*\{|\{.*[\[{,]\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the lines of a file are read."""

    make_reader: Callable[[LineReader], FormReader] | None
    """None for a plain export file: nothing has to be taken off."""


PLAIN = FileForm(None)
LINES = FileForm(lambda lines: lines)
_DOCUMENTS = FileForm(DocumentReader)
_JOURNAL_EXPORT = FileForm(JournalExportReader)


def decide(lines: Sequence[bytes]) -> tuple[int, FileForm] | None:
    """Return the first line that tells the form, and the form; None if no line tells it.

    Lines before it (blank ones, those of a tool itself, torn ones) belong to no form.
    """
    for index, line in enumerate(lines):
        form = _decide_by_line(line, lines[index + 1] if index + 1 < len(lines) else None)
        if form is not None:
            return index, form
    return None


def find_wrapped(lines: Sequence[bytes]) -> int | None:
    """Return the first line in an envelope among those of a plain file; None if a sample of them shows none.

    Only a few lines are looked at: a plain file must cost nothing. A wrapped line that is missed is unwrapped by
    itself, when it is decoded.
    """
    step = max(1, len(lines) // _SAMPLES)
    if all(line.startswith(_PLAIN_BEGIN) for line in lines[::step]):
        return None
    others = (index for index, line in enumerate(lines) if not line.startswith(_PLAIN_BEGIN))
    for index in islice(others, _SAMPLES):
        if (decided := decide(lines[index : index + 1])) is not None and decided[1] is LINES:
            return index
    return None


def is_plain(head: bytes) -> bool:
    """Return whether a file with this head is a plain export file."""
    decided = decide(head.split(b"\n")[:HEAD_LINES])
    return decided is not None and decided[1] is PLAIN


def is_enveloped(head: bytes) -> bool:
    """Return whether a file with this head is in an envelope."""
    decided = decide(head.split(b"\n")[:HEAD_LINES])
    return decided is not None and decided[1] is not PLAIN


def is_document(head: bytes) -> bool:
    """Return whether a file with this head is one document: JSON over many lines, an array, a table."""
    lines = head.split(b"\n")[:HEAD_LINES]
    decided = decide(lines)
    if decided is None or decided[1] is PLAIN:
        return False
    first = lines[decided[0]].removeprefix(b"\xef\xbb\xbf").lstrip()
    return decided[1] not in (LINES, _JOURNAL_EXPORT) or first.startswith(b"[{") or len(lines) == 1


def _decide_by_line(line: bytes, following: bytes | None) -> FileForm | None:
    text = line.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return None
    if text[:1] in (b"{", b"["):
        try:
            return _decide_by_json(orjson.loads(text), line)
        except orjson.JSONDecodeError:
            if _DOCUMENT_BEGINS.match(text) and _goes_on(text, following):
                return _DOCUMENTS
    if is_journal_export(text):
        return _JOURNAL_EXPORT
    if b"{" not in text:
        columns = find_columns(text)
        return None if columns is None else FileForm(lambda lines: CsvReader(*columns, lines))
    return LINES if open_line(line) else None


def _decide_by_json(whole: object, line: bytes) -> FileForm | None:
    if isinstance(whole, dict) and is_event(whole):
        return LINES if has_foreign_fields(whole) else PLAIN
    return LINES if open_line(line) else None


def _goes_on(text: bytes, following: bytes | None) -> bool:
    """Return whether a value goes on in the following line; a torn line is followed by a whole one."""
    if text.startswith(b"[") or following is None:
        return text in (b"{", b"[") or text.startswith(b"[")
    return text == b"{" or not following.startswith(b'{"process_')
