"""`<time>` and `<weekday>` of a rule: which texts the manager takes, and what it complains of (validate_op.c).

When an event arrives is not known here, so these are only read, not asked.
"""

from __future__ import annotations

_DAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS = (*(word for name in _DAY_NAMES for word in (name, name[:3])), "weekdays", "weekends")
"""In the order in which they are tried: the long name before the short one."""
_DIGITS = "0123456789"


def is_weekday(text: str) -> bool:
    """Whether the manager takes this `<weekday>`: days with blanks or commas between them; a `!` never passes."""
    rest = text.lstrip(" ").lower()
    if not rest:
        return False
    while rest:
        day = next((name for name in _DAYS if rest.startswith(name)), None)
        if day is None:
            return False
        after = rest[len(day) :]
        rest = after.lstrip(" ,")
        if after and after == rest:
            return False
    return True


def read_time(text: str) -> tuple[bool, list[str]]:
    """Read a `<time>`: two hours with a `-` between, `8:30 - 17`, `6 pm - 8:30 am`, a `!` before them to negate.

    Returns whether the manager takes it, and the places in the text it complains of on the way.
    """
    complaints: list[str] = []
    rest: str | None = text.lstrip(" ")
    if rest is not None and rest.startswith("!"):
        rest = rest[1:].lstrip(" ")
    rest = _after_hour(rest or "", complaints)
    if rest is None or not rest.startswith("-"):
        return False, complaints
    return _after_hour(rest[1:].lstrip(" "), complaints) == "", complaints


def _after_hour(text: str, complaints: list[str]) -> str | None:
    """Step over one time of day and the blanks after it; None when it is none."""
    if not text or text[0] not in _DIGITS:
        # The original complains and goes on, with hour 0.
        complaints.append(text)
    rest = text.lstrip(_DIGITS)
    digits = len(text) - len(rest)
    hour = int(text[: min(digits, 9)] or "0")
    if hour >= 24 or digits > 2:
        complaints.append(text if hour >= 24 else rest)
        return None
    if rest.startswith(":"):
        first, second, third = (rest[at : at + 1] in _DIGITS and rest[at : at + 1] != "" for at in (1, 2, 3))
        if not (first and second) and third:
            complaints.append(rest[1:])
            return None
        rest = rest[3:]
    return _after_half(rest.lstrip(" "), hour, complaints)


def _after_half(text: str, hour: int, complaints: list[str]) -> str | None:
    half = text[:1].lower()
    if half not in ("a", "p"):
        return text
    if text[1:2].lower() != "m" or (half == "p" and hour > 12):
        complaints.append(text[1:])
        return None
    return text[2:].lstrip(" ")
