"""Find where a refused entry of an export list ends, so that the entries after it can be read."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"|["{}\[\]]')
"""Matches a string that ends on its line, a quote that opens no such string, or a bracket."""
_STRAY = re.compile(r"[\[\],}\ufeff]")
"""Matches what stands alone between entries: the brackets and commas of a JSON array, a byte order mark."""


def find_entry_end(text: str, start: int) -> int:
    """Return the offset after the entry that begins at `start`, as an editor would guess it.

    An object ends at the brace that closes it. One that is never closed, or has a string that does not end on its line,
    ends with its first line; so does anything that is no object.
    """
    if _STRAY.match(text, start):
        return start + 1
    end_of_line = text.find("\n", start)
    end_of_line = len(text) if end_of_line < 0 else end_of_line
    if text[start] != "{":
        return _trimmed(text, start, end_of_line)
    closing = _closing_brace(text, start)
    return closing if closing is not None else _trimmed(text, start, end_of_line)


def _closing_brace(text: str, start: int) -> int | None:
    """Return the offset after the brace that closes the one at `start`; None where the brackets do not pair."""
    open_brackets: list[str] = []
    for token in _TOKEN.finditer(text, start):
        sign = token.group()
        if sign == '"':
            return None
        if sign in "{[":
            open_brackets.append("}" if sign == "{" else "]")
        elif sign in "}]":
            if open_brackets.pop() != sign:
                return None
            if not open_brackets:
                return token.end()
    return None


def _trimmed(text: str, start: int, stop: int) -> int:
    """Return the end of a line without the blanks before its break."""
    return start + max(1, len(text[start:stop].rstrip(" \t\r")))
