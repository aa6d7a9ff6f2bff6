"""Convert RFC 3339 times to and from whole nanoseconds since the epoch, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

UNKNOWN_TIME = -1
"""Stands for a time that is absent or cannot be read."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HIGHEST = 2**63 - 1
_USUAL = "2000-01-01T00:00:00.000000000Z"
"""The form of all but one in a thousand of the times that Tetragon writes."""


def parse_rfc3339(text: str) -> int:
    """Return the nanoseconds of an RFC 3339 time; UNKNOWN_TIME for any other text.

    Any offset is accepted, and 0 to 9 digits of fraction; further digits are cut off.
    """
    fraction = text[20:29]
    if len(text) == len(_USUAL) and text[19] == "." and text[29] == "Z" and fraction.isascii() and fraction.isdigit():
        # Many events share a second: parse that part once.
        second = _parse_second(text[:19])
        return second if second == UNKNOWN_TIME else _in_range(second + int(fraction))
    return _parse(text)


@lru_cache(maxsize=64)
def _parse_second(text: str) -> int:
    return _parse(f"{text}Z")


def _parse(text: str) -> int:
    match = _FORM.fullmatch(text)
    if match is None:
        return UNKNOWN_TIME
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError:
        return UNKNOWN_TIME
    whole = int((moment - _EPOCH) // timedelta(seconds=1)) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    return _in_range(whole)


def _in_range(time: int) -> int:
    return time if 0 <= time <= _HIGHEST else UNKNOWN_TIME


def format_rfc3339(time: int) -> str | None:
    """Return nanoseconds since the epoch as UTC with nine digits of fraction; None for an unknown time."""
    if time < 0:
        return None
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"
