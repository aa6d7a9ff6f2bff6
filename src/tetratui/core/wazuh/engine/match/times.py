"""`<time>` and `<weekday>` of a rule: which texts the manager takes, what it complains of, when they hold.

So it is in validate_op.c. Both look at the moment at which the manager takes the event in, in its own time zone.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

_DAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS = {
    **{word: frozenset({day}) for day, name in enumerate(_DAY_NAMES) for word in (name, name[:3])},
    "weekdays": frozenset(range(1, 6)),
    "weekends": frozenset({0, 6}),
}
"""Days from Sunday on, in the order in which the words are tried: the long name before the short one."""
_DIGITS = "0123456789"
_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class DayTime:
    """A part of the day, both ends included, or all but it."""

    first: str
    """`HH:MM`; the manager compares the texts."""
    last: str
    is_outside: bool

    def holds(self, seconds: float) -> bool:
        """Whether a moment lies in it."""
        return (self.first <= time.strftime("%H:%M", time.localtime(seconds)) <= self.last) is not self.is_outside


def is_on_day(days: frozenset[int], seconds: float) -> bool:
    """Whether a moment falls on one of these days, 0 for Sunday."""
    return (time.localtime(seconds).tm_wday + 1) % 7 in days


def read_weekday(text: str) -> frozenset[int] | None:
    """Read a `<weekday>`: days with blanks or commas between them; None for what the manager refuses, a `!` always."""
    rest = text.lstrip(" ").lower()
    days: frozenset[int] = frozenset()
    while rest:
        word = next((name for name in _DAYS if rest.startswith(name)), None)
        if word is None:
            return None
        days |= _DAYS[word]
        after = rest[len(word) :]
        rest = after.lstrip(" ,")
        if after and after == rest:
            return None
    return days or None


def read_time(text: str) -> tuple[DayTime | None, list[str]]:
    """Read a `<time>`: two hours with a `-` between, `8:30 - 17`, `6 pm - 8:30 am`, a `!` before them to negate.

    Returns what it means, None for what the manager refuses, and the places in the text it complains of on the way.
    """
    complaints: list[str] = []
    rest = text.lstrip(" ")
    is_outside = rest.startswith("!")
    first = _hour(rest[1:].lstrip(" ") if is_outside else rest, complaints)
    if first is None or not first[1].startswith("-"):
        return None, complaints
    last = _hour(first[1][1:].lstrip(" "), complaints)
    if last is None or last[1]:
        return None, complaints
    if first[0] > last[0]:
        # Over midnight: all but what lies between. A `!` before it is forgotten.
        return DayTime(last[0], first[0], True), complaints
    return DayTime(first[0], last[0], is_outside), complaints


def _hour(text: str, complaints: list[str]) -> tuple[str, str] | None:
    """Read one time of day: as `HH:MM`, and what comes after it and its blanks; None when it is none."""
    if not text or text[0] not in _DIGITS:
        # The original complains and goes on, with hour 0.
        complaints.append(text)
    rest = text.lstrip(_DIGITS)
    digits = len(text) - len(rest)
    hour, minute = int(text[: min(digits, 9)] or "0"), 0
    if hour >= 24 or digits > 2:
        complaints.append(text if hour >= 24 else rest)
        return None
    if rest.startswith(":"):
        first, second, third = (rest[at : at + 1] in _DIGITS and rest[at : at + 1] != "" for at in (1, 2, 3))
        if not (first and second) and third:
            complaints.append(rest[1:])
            return None
        number = _NUMBER.match(rest, 1)
        minute, rest = int(number[1]) if number else 0, rest[3:]
    return _with_half(rest.lstrip(" "), hour, minute, complaints)


def _with_half(text: str, hour: int, minute: int, complaints: list[str]) -> tuple[str, str] | None:
    half = text[:1].lower()
    if half not in ("a", "p"):
        return f"{hour:02d}:{minute:02d}", text
    if text[1:2].lower() != "m" or (half == "p" and hour > 12):
        complaints.append(text[1:])
        return None
    hour = hour % 12 + 12 if half == "p" else 0 if hour == 12 else hour
    return f"{hour:02d}:{minute:02d}", text[2:].lstrip(" ")
