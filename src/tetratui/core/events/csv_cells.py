"""Write texts of events as CSV: safe for a terminal, and no formula for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tetratui.core.events.visible import visible

_BEGINS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet computes; full-width signs count as the plain ones there."""
_QUOTED = frozenset(",;\"'| ")


def write_csv_cell(value: Any) -> str:
    """Return a value as one cell: RFC 4180, with an apostrophe before a text that would be taken for a formula.

    Spreadsheets themselves mark texts by an apostrophe. Numbers stay as they are. Characters that a terminal or a
    spreadsheet acts on (tabs, line feeds, escapes) are written as on the screens.
    """
    if value is None:
        return ""
    text = visible(str(value))
    if isinstance(value, str) and text.lstrip(" \u00a0\u3000").startswith(_BEGINS_FORMULA):
        text = f"'{text}"
    if not _QUOTED.isdisjoint(text):
        text = '"' + text.replace('"', '""') + '"'
    return text


def write_csv_record(values: Iterable[Any]) -> str:
    """Return one record with its line end."""
    return ",".join(map(write_csv_cell, values)) + "\r\n"
