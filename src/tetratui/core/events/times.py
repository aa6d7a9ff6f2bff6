"""Times and exec ids as numbers."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime, timedelta

UNKNOWN_TIME = -1
"""Stands for a time that is absent or cannot be read."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HIGHEST = 2**63 - 1


class Clock:
    """Reads times; the seconds part of a busy host's times repeats itself, so it is read once."""

    def __init__(self) -> None:
        self._seconds: dict[str, int] = {}

    def nanoseconds(self, text: str) -> int:
        """Give nanoseconds since the epoch for RFC 3339 (`2026-11-23T19:17:04.344107754Z`, 0 to 9 digits); -1 else."""
        second = self._seconds.get(text[:19])
        if second is None:
            return self._first_of_its_second(text)
        fraction = text[20:-1]
        if text[19:20] == "." and text[-1] == "Z" and fraction.isascii() and fraction.isdigit() and len(fraction) < 10:
            return second + int(fraction) * _SCALE[len(fraction)]
        return nanoseconds(text)

    def _first_of_its_second(self, text: str) -> int:
        time = nanoseconds(text)
        if time != UNKNOWN_TIME and text[-1] == "Z" and text[10] == "T":
            if len(self._seconds) > 100_000:
                self._seconds.clear()
            self._seconds[text[:19]] = time - time % 1_000_000_000
        return time


_SCALE = [10 ** (9 - digits) for digits in range(10)]


def nanoseconds(text: str) -> int:
    """Give nanoseconds since the epoch for an RFC 3339 time with any offset, or UNKNOWN_TIME."""
    found = _FORM.fullmatch(text)
    if found is None:
        return UNKNOWN_TIME
    day, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError:
        return UNKNOWN_TIME
    whole = (moment - _EPOCH) // timedelta(seconds=1) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    return whole if 0 <= whole <= _HIGHEST else UNKNOWN_TIME


def rfc3339(time: int) -> str | None:
    """Write nanoseconds since the epoch as UTC with nine digits; None for an unknown time."""
    if time < 0:
        return None
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{(_EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{rest:09d}Z"


def exec_id_parts(exec_id: str) -> tuple[str, int, int] | None:
    """Take an exec id apart into node, ktime (ns since boot) and pid; None if it is not one that Tetragon writes."""
    try:
        node, ktime, pid = binascii.a2b_base64(exec_id).decode().rsplit(":", 2)
        parts = node, int(ktime), int(pid)
    except ValueError:
        return None
    fits = 0 <= parts[1] <= _HIGHEST and 0 <= parts[2] <= 0x7FFFFFFF
    return parts if fits and exec_id_of(*parts) == exec_id else None


def exec_id_of(node: str, ktime: int, pid: int) -> str:
    """Write the exec id that Tetragon gives this process: base64 of `node:ktime:pid`."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
