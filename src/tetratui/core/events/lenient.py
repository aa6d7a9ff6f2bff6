"""What can be kept of a JSON value that has not the type Tetragon gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_DIGITS = re.compile(r"-?[0-9]{1,20}")


def text(value: Any) -> str | None:
    """Keep a text; anything else is as if absent."""
    return value if isinstance(value, str) else None


def integer(value: Any, lowest: int, highest: int) -> int | None:
    """Keep a whole number in [lowest, highest], also one written as a text or with a fraction of zero."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if lowest <= value <= highest else None


def section(value: Any) -> Mapping[str, Any] | None:
    """Keep an object."""
    return value if isinstance(value, dict) else None


def sections(value: Any) -> Iterator[Mapping[str, Any]]:
    """Go through the objects of a list; a lone object counts as a list of one."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
