"""Read `<time>` and `<weekday>` of a rule as the manager does, with its complaints (validate_op.c).

Both test the time at which the manager receives the event, in the manager's time zone.
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
"""Days counted from Sunday, by word. Words are tried in this order, so a long name precedes its short form."""
_DIGITS = "0123456789"
_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class DayTime:
    """A part of the day, both ends included, or everything outside it."""

    first: str
    """`HH:MM`; the manager compares times as texts."""
    last: str
    is_outside: bool

    def holds(self, seconds: float) -> bool:
        """Return whether a time, in seconds since the epoch, lies in it."""
        return (self.first <= time.strftime("%H:%M", time.localtime(seconds)) <= self.last) is not self.is_outside


def is_on_day(days: frozenset[int], seconds: float) -> bool:
    """Return whether a time, in seconds since the epoch, falls on one of these days; 0 is Sunday."""
    return (time.localtime(seconds).tm_wday + 1) % 7 in days


def read_weekday(text: str) -> frozenset[int] | None:
    """Return the days of a `<weekday>`, which spaces or commas separate; None if the manager refuses the text.

    It refuses every text with a `!`.
    """
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
    """Read a `<time>`: two times of day with a `-` between, `8:30 - 17`, `6 pm - 8:30 am`; a leading `!` negates.

    Return the part of the day, or None if the manager refuses the text, and the rests of the text it complains about.
    """
    complaints: list[str] = []
    rest = text.lstrip(" ")
    is_outside = rest.startswith("!")
    first = _read_hour(rest[1:].lstrip(" ") if is_outside else rest, complaints)
    if first is None or not first[1].startswith("-"):
        return None, complaints
    last = _read_hour(first[1][1:].lstrip(" "), complaints)
    if last is None or last[1]:
        return None, complaints
    if first[0] > last[0]:
        # A span over midnight is the outside of the reversed span. The manager then ignores a `!`.
        return DayTime(last[0], first[0], True), complaints
    return DayTime(first[0], last[0], is_outside), complaints


def _read_hour(text: str, complaints: list[str]) -> tuple[str, str] | None:
    """Read a time of day; return it as `HH:MM`, and the text after it and its spaces. Return None if it is refused."""
    if not text or text[0] not in _DIGITS:
        # The manager complains and goes on with hour 0.
        complaints.append(text)
    rest = text.lstrip(_DIGITS)
    digits = len(text) - len(rest)
    hour, minute = int(text[: min(digits, 9)] or "0"), 0
    if hour >= 24 or digits > 2:
        complaints.append(text if hour >= 24 else rest)
        return None
    if rest.startswith(":"):
        first, second, third = (
            rest[index : index + 1] in _DIGITS and rest[index : index + 1] != "" for index in (1, 2, 3)
        )
        if not (first and second) and third:
            complaints.append(rest[1:])
            return None
        number = _NUMBER.match(rest, 1)
        minute, rest = int(number[1]) if number else 0, rest[3:]
    return _read_half(rest.lstrip(" "), hour, minute, complaints)


def _read_half(text: str, hour: int, minute: int, complaints: list[str]) -> tuple[str, str] | None:
    half = text[:1].lower()
    if half not in ("a", "p"):
        return f"{hour:02d}:{minute:02d}", text
    if text[1:2].lower() != "m" or (half == "p" and hour > 12):
        complaints.append(text[1:])
        return None
    hour = hour % 12 + 12 if half == "p" else 0 if hour == 12 else hour
    return f"{hour:02d}:{minute:02d}", text[2:].lstrip(" ")
