"""A query that asks for the value of a cell, in characters that a bar may show."""

from __future__ import annotations

import re

from tetratui.core.events.visible import visible
from tetratui.core.query.edit import add_term


def with_cell(query: str, field: str, value: str, *, negate: bool = False) -> str:
    """Add the term for a cell's value; raises QueryError when the query itself is not valid.

    A value with characters that would act on the terminal is asked for by an expression that spells them.
    """
    if visible(value) == value:
        return add_term(query, field, "=", value, negate=negate)
    return add_term(query, field, "~", rf"\A{spelled(value)}\Z", negate=negate)


def spelled(value: str) -> str:
    """Write the regular expression of exactly this text, printable throughout."""
    return "".join(re.escape(one) if visible(one) == one else _escape(one) for one in value)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
