"""Return fields of events as values for tables of other programs, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.errors import UsageError
from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import format_rfc3339
from tetratui.core.nearest import nearest
from tetratui.core.query.columns import find_numbers, find_text_codes
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.table import EventTable

COLUMNS = tuple(name for name in FIELDS if name not in {"anc", "mark", "group", "rule"})
"""Fields that an event has by itself."""


def read_field_names(text: str) -> list[str]:
    """Return the names of fields in a text such as `time,bin,args`; raise UsageError for a name that is none."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            close = nearest(name, COLUMNS)
            meant = f"did you mean {close}?" if close else f"fields: {', '.join(COLUMNS)}"
            raise UsageError(f"--fields: there is no field {name!r}", meant)
    return names


def find_values(table: EventTable, name: str, indexes: NDArray[np.int64]) -> list[Any]:
    """Return the values of a field for events by their positions in the table; None where an event lacks it."""
    if name == "time":
        return [format_rfc3339(time) if time >= 0 else None for time in table.time[indexes].tolist()]
    if FIELDS[name].sort in {Sort.NUMBER, Sort.DURATION}:
        numbers, present = find_numbers(table, name)
        pairs = zip(numbers[indexes].tolist(), present[indexes].tolist(), strict=True)
        return [number if there else None for number, there in pairs]
    codes, texts = find_text_codes(table, name)
    values: list[Any] = [texts[code] if code or name == "kind" else None for code in codes[indexes].tolist()]
    return _name_new_kinds(table, values, indexes) if name == "kind" else values


def _name_new_kinds(table: EventTable, kinds: list[Any], indexes: NDArray[np.int64]) -> list[Any]:
    """Return kinds with the own names of those that are not known yet, which stand as the functions of the events."""
    new = np.flatnonzero(table.kind[indexes] == Kind.UNKNOWN)
    for position, name in zip(new.tolist(), find_values(table, "func", indexes[new]), strict=True):
        kinds[position] = name or kinds[position]
    return kinds


def list_records(table: EventTable, names: Sequence[str], indexes: NDArray[np.int64]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of some fields, event by event."""
    yield from zip(*(find_values(table, name, indexes) for name in names), strict=True)
