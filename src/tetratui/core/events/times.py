"""Times as whole nanoseconds since the epoch, UTC."""

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
"""The form that all but one in a thousand of Tetragon's times have."""
_MARKS = np.array([index for index, character in enumerate(_USUAL) if not character.isdigit()])
_MARK_BYTES = np.frombuffer(_USUAL.encode(), dtype=np.uint8)[_MARKS]
_DIGITS = np.array([index for index, character in enumerate(_USUAL) if character.isdigit()])
_FEW = 128
"""Below so many texts the arrays cost more than they save."""


def nanoseconds(text: str) -> int:
    """Read an RFC 3339 time with 0 to 9 digits of fraction and any offset; UNKNOWN_TIME for anything else."""
    fraction = text[20:29]
    if len(text) == len(_USUAL) and text[19] == "." and text[29] == "Z" and fraction.isascii() and fraction.isdigit():
        # Many events share a second.
        second = _second(text[:19])
        return second if second == UNKNOWN_TIME else _held(second + int(fraction))
    return _nanoseconds(text)


@lru_cache(maxsize=64)
def _second(text: str) -> int:
    return _nanoseconds(f"{text}Z")


def _nanoseconds(text: str) -> int:
    found = _FORM.fullmatch(text)
    if found is None:
        return UNKNOWN_TIME
    day, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError:
        return UNKNOWN_TIME
    whole = int((moment - _EPOCH) // timedelta(seconds=1)) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    return _held(whole)


def _held(time: int) -> int:
    return time if 0 <= time <= _HIGHEST else UNKNOWN_TIME


def nanoseconds_of_all(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Do what `nanoseconds` does for many texts at once; UNKNOWN_TIME for None."""
    if len(texts) < _FEW:
        return np.array([UNKNOWN_TIME if text is None else nanoseconds(text) for text in texts], dtype=np.int64)
    written = [text or "" for text in texts]
    lengths = np.fromiter(map(len, written), dtype=np.int64, count=len(written))
    unusual = np.flatnonzero(lengths != len(_USUAL)).tolist()
    usual = written.copy()
    for index in unusual:
        usual[index] = _USUAL
    # One byte for each character, whatever it is: places stay where they are.
    table = np.frombuffer("".join(usual).encode("ascii", "replace"), dtype=np.uint8).reshape(-1, len(_USUAL))
    digits = (table[:, _DIGITS] - ord("0")).astype(np.uint8)
    times, valid = _of_digits(digits)
    valid &= (digits <= 9).all(axis=1) & (table[:, _MARKS] == _MARK_BYTES).all(axis=1)
    valid[unusual] = False
    for index in np.flatnonzero(~valid).tolist():
        times[index] = nanoseconds(written[index])
    return times


def _of_digits(digits: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    wide = digits.T.astype(np.int64)
    year = ((wide[0] * 10 + wide[1]) * 10 + wide[2]) * 10 + wide[3]
    month, day, hour, minute, second = (wide[place] * 10 + wide[place + 1] for place in range(4, 14, 2))
    fraction = wide[14]
    for place in range(15, 23):
        fraction = fraction * 10 + wide[place]
    # A 31st, an end of February and far years are read one by one: the calendar is not rebuilt here.
    valid = (year >= 1970) & (year <= 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    valid &= (day <= np.where(month == 2, 28, 30)) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60_000_000_000 + second * 1_000_000_000 + fraction, valid


def rfc3339(time: int) -> str | None:
    """Write nanoseconds since the epoch as UTC with nine digits; None for an unknown time."""
    if time < 0:
        return None
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"
