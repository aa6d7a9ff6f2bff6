"""Print JSON as cJSON does, the C library inside Wazuh."""

from __future__ import annotations

import math
import re
import sys

from tetratui.core.wazuh.engine.formats.cjson import Members, Value

_INT_MAX = 2**31 - 1
_INT_MIN = -(2**31)
_PRINTED = {b"\b": b"\\b", b"\t": b"\\t", b"\n": b"\\n", b"\f": b"\\f", b"\r": b"\\r", b'"': b'\\"', b"\\": b"\\\\"}
_MUST_ESCAPE = re.compile(rb'[\x01-\x1f"\\]')


def is_int32(number: float) -> bool:
    """Return whether a number equals its `valueint` in cJSON, and so prints without a fraction."""
    return _INT_MIN <= number <= _INT_MAX and number == int(number)


def print_value(value: Value, *, spaced: bool) -> bytes:
    """Return a value as text: compact as the agent sends it, or spaced as the manager prints an array into a field.

    Spaced text has `, ` between the elements of an array, a tab after each colon, and each member on its own line
    behind tabs.
    """
    # A stack instead of recursion, as in the reader: values may nest deeper than Python's recursion limit.
    out: list[bytes] = []
    work: list[tuple[bytes, Value, int] | bytes] = [(b"", value, 0)]
    while work:
        item = work.pop()
        if isinstance(item, bytes):
            out.append(item)
            continue
        before, current, depth = item
        out.append(before)
        if isinstance(current, list):
            work.extend(reversed(_array_parts(current, depth + 1, spaced)))
        elif isinstance(current, Members):
            work.extend(reversed(_object_parts(current, depth + 1, spaced)))
        else:
            out.append(_scalar_text(current))
    return b"".join(out)


def _array_parts(values: list[Value], depth: int, spaced: bool) -> list[tuple[bytes, Value, int] | bytes]:
    comma = b", " if spaced else b","
    parts: list[tuple[bytes, Value, int] | bytes] = [
        (b"[" if not index else comma, value, depth) for index, value in enumerate(values)
    ]
    return [*parts, b"]"] if parts else [b"[]"]


def _object_parts(members: Members, depth: int, spaced: bool) -> list[tuple[bytes, Value, int] | bytes]:
    newline, tabs, colon = (b"\n", b"\t" * depth, b":\t") if spaced else (b"", b"", b":")
    parts: list[tuple[bytes, Value, int] | bytes] = []
    for index, (key, value) in enumerate(members.pairs):
        before = (b"{" if not index else b",") + newline + tabs + _quote(key) + colon
        parts.append((before, value, depth))
    opening = b"" if parts else b"{"
    return [*parts, opening + newline + tabs[1:] + b"}"]


def _scalar_text(value: Value) -> bytes:
    if isinstance(value, bytes):
        return _quote(value)
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    assert isinstance(value, float)
    return _number_text(value)


def _quote(text: bytes) -> bytes:
    return b'"' + _MUST_ESCAPE.sub(lambda match: _PRINTED.get(match[0]) or b"\\u%04x" % match[0][0], text) + b'"'


def _number_text(number: float) -> bytes:
    if not math.isfinite(number):
        return b"null"
    if is_int32(number):
        return b"%d" % int(number)
    short = f"{number:.15g}"
    largest = max(abs(float(short)), abs(number))
    exact = abs(float(short) - number) <= largest * sys.float_info.epsilon
    return (short if exact else f"{number:.17g}").encode()
