"""JSON on which orjson and Wazuh's parser provably agree: nearly every line, at a tenth of the cost.

Not agreed on, and so left to the careful parser: escapes of zero and of surrogates, duplicate keys, fractions and
numbers of more than 15 digits, deep nesting, more than 256 keys, blanks before a colon, whatever orjson refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import orjson

KEYS_LIMIT = 256
_SHALLOW = 300
"""Opening brackets of a line up to which it cannot be nested too deep for a recursive walk."""
_ESCAPES_APART = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SPACED_COLON = re.compile(rb'"[ \t\r\n]+:')
_GAPS = (b" :", b"\t:", b"\r:", b"\n:")
_LARGEST = 10**15 - 1
"""Whole numbers up to this one print with all their digits from the double that is kept of them."""
_NOT_PLAIN = -(10**9)


def plain_object(line: bytes) -> dict[str, object] | None:
    """Parse a line that is one plain object; None when it is none, or not plain."""
    colons = line.count(b'":')
    if colons > KEYS_LIMIT or line.count(b"{") + line.count(b"[") > _SHALLOW:
        return None
    if b"\\u" in line and _ESCAPES_APART.search(line):
        return None
    if any(gap in line for gap in _GAPS) and _SPACED_COLON.search(line):
        return None
    try:
        tree = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(tree, dict):
        return None
    # Each key of the line has a colon after it; a text may hold more. Equal counts mean: no key was there twice.
    return tree if _keys(tree.values()) + len(tree) == colons else None


def compact(tree: dict[str, object]) -> bytes:
    """Print a plain object as Wazuh's printer does."""
    return orjson.dumps(tree)


def _keys(values: Iterable[object]) -> int:
    """Count the keys below these values; far below zero when a number is not plain."""
    count = 0
    for value in values:
        kind = type(value)
        if kind is dict:
            count += len(value) + _keys(value.values())  # type: ignore[arg-type,attr-defined]
        elif kind is list:
            count += _keys(value)  # type: ignore[arg-type]
        elif kind is float or (kind is int and not -_LARGEST <= value <= _LARGEST):  # type: ignore[operator]
            return _NOT_PLAIN
    return count
