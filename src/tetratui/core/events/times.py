"""Convert RFC 3339 times to and from whole nanoseconds since the epoch, UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

UNKNOWN_TIME = -1
"""Stands for a time that is absent or cannot be read."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HIGHEST = 2**63 - 1
_USUAL = "2000-01-01T00:00:00.000000000Z"
"""The form of all but one in a thousand of the times that Tetragon writes."""
_MARKS = np.array([index for index, character in enumerate(_USUAL) if not character.isdigit()])
_MARK_BYTES = np.frombuffer(_USUAL.encode(), dtype=np.uint8)[_MARKS]
_DIGITS = np.array([index for index, character in enumerate(_USUAL) if character.isdigit()])
MIN_BATCH = 128
"""Below this number of texts, the arrays cost more than they save."""


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


def parse_rfc3339_all(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Return what `parse_rfc3339` returns for each text, much faster for many; UNKNOWN_TIME for None."""
    if len(texts) < MIN_BATCH:
        return np.array([UNKNOWN_TIME if text is None else parse_rfc3339(text) for text in texts], dtype=np.int64)
    present = [text or "" for text in texts]
    lengths = np.fromiter(map(len, present), dtype=np.int64, count=len(present))
    unusual = np.flatnonzero(lengths != len(_USUAL)).tolist()
    # A text of another length gets a filler, so that all texts together are one table; it is parsed by itself below.
    usual = present.copy()
    for index in unusual:
        usual[index] = _USUAL
    # "replace" writes one byte for each character, so that the columns stay aligned.
    table = np.frombuffer("".join(usual).encode("ascii", "replace"), dtype=np.uint8).reshape(-1, len(_USUAL))
    digits = (table[:, _DIGITS] - ord("0")).astype(np.uint8)
    times, valid = _convert_digits(digits)
    valid &= (digits <= 9).all(axis=1) & (table[:, _MARKS] == _MARK_BYTES).all(axis=1)
    valid[unusual] = False
    for index in np.flatnonzero(~valid).tolist():
        times[index] = parse_rfc3339(present[index])
    return times


def _convert_digits(digits: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the time of each row of 23 digits, and which of them are valid; parse the others by themselves."""
    wide = digits.T.astype(np.int64)
    year = ((wide[0] * 10 + wide[1]) * 10 + wide[2]) * 10 + wide[3]
    month, day, hour, minute, second = (wide[column] * 10 + wide[column + 1] for column in range(4, 14, 2))
    fraction = wide[14]
    for column in range(15, 23):
        fraction = fraction * 10 + wide[column]
    # The calendar is not rebuilt here: a 31st, a 29th of February and far years count as not valid.
    valid = (year >= 1970) & (year <= 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    valid &= (day <= np.where(month == 2, 28, 30)) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60_000_000_000 + second * 1_000_000_000 + fraction, valid


def format_rfc3339(time: int) -> str | None:
    """Return nanoseconds since the epoch as UTC with nine digits of fraction; None for an unknown time."""
    if time < 0:
        return None
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"
