"""Extend a query by a term for a cell's value, in characters that the query bar may show."""

from __future__ import annotations

import re

from tetratui.core.events.visible import visible
from tetratui.core.query.edit import add_term


def add_cell_term(query: str, field: str, value: str, *, negate: bool = False) -> str:
    """Return the query with a term for a cell's value. Raise QueryError when the query itself is not valid.

    A value with characters that would act on the terminal becomes a regular expression that escapes them.
    """
    if visible(value) == value:
        return add_term(query, field, "=", value, negate=negate)
    return add_term(query, field, "~", rf"\A{escape_regex(value)}\Z", negate=negate)


def escape_regex(value: str) -> str:
    """Return the regular expression that matches exactly this text, in printable characters."""
    return "".join(re.escape(char) if visible(char) == char else _escape(char) for char in value)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
