"""Values that are not texts: numbers, durations, times and networks, from what the operator typed."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from tetratui.core.query.errors import QueryError
from tetratui.core.query.syntax import Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0, "w": 604_800_000.0}
"""Milliseconds in each unit."""
_PART = r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)"
_DURATION = re.compile(rf"(?:{_PART})+")
_TIME = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d))?(?:(?:^|[T ])(?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` up to, not including, `high`: what a time means at the precision it was typed in."""

    low: int
    """Nanoseconds since the epoch, UTC."""
    high: int


def number(value: Value) -> int:
    """Read a whole number, decimal or `0x…`."""
    try:
        return int(value.text, 16 if value.text.lower().startswith("0x") else 10)
    except ValueError:
        raise QueryError(f"{value.shown} is no whole number", value.column, "write digits, as in pid=712") from None


def milliseconds(value: Value) -> tuple[float, float]:
    """Read a duration and the step it is precise to, both in ms: `5ms`, `2.5s`, `1m30s`; a bare number is ms."""
    text = f"{value.text}ms" if re.fullmatch(r"\d+(?:\.\d+)?", value.text, re.ASCII) else value.text
    if not _DURATION.fullmatch(text) or not text.isascii():
        raise QueryError(f"{value.shown} is no duration", value.column, "write 5ms, 2s or 1m30s")
    parts = re.findall(_PART, text)
    count, unit = parts[-1]
    step: float = _UNITS[unit] / 10 ** len(count.partition(".")[2])
    return sum(float(count) * _UNITS[unit] for count, unit in parts), step


def relative(value: Value) -> bool:
    """Tell whether a time counts back from now, so that it means another moment a minute later."""
    return value.text.startswith("-")


def span(value: Value, now: datetime, zone: tzinfo | None) -> Span:
    """Read a time: `-5m` before now; `18:04` today; `2026-11-23`, `2026-11-23T18:04:09.112`, each with `Z` or `+01:00`.

    Without a zone it is in `zone`, or where that is None in the zone of this machine.
    """
    if relative(value):
        ago, _ = milliseconds(Value(value.text[1:], value.quoted, value.column + 1))
        at = _nanoseconds(now) - int(ago * 1_000_000)
        return Span(at, at)
    found = _TIME.fullmatch(value.text) if value.text.isascii() else None
    if not found or not (found["year"] or found["hour"]):
        raise QueryError(f"{value.shown} is no time", value.column, "write 18:04, 2026-11-23T18:04:09Z or -5m")
    try:
        return _span(found, now, zone)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"{value.shown} is no time: {error}", value.column, "check day and hour") from error


def _span(found: re.Match[str], now: datetime, zone: tzinfo | None) -> Span:
    at_zone = _zone(found["zone"]) or zone
    today = now.astimezone(at_zone)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    year, month, day = (
        (int(found[part]) for part in ("year", "month", "day")) if found["year"] else today.timetuple()[:3]
    )
    moment = datetime(year, month, day, hour, minute, second)
    # A naive time is in the zone of this machine, with its summer time on that very day.
    moment = moment.astimezone() if at_zone is None else moment.replace(tzinfo=at_zone)
    fraction = found["fraction"] or ""
    low = _nanoseconds(moment) + (int(fraction.ljust(9, "0")) if fraction else 0)
    if fraction:
        return Span(low, low + 10 ** (9 - len(fraction)))
    finest = "second" if found["second"] else "minute" if found["hour"] else "day"
    return Span(low, low + {"second": 1, "minute": 60, "day": 86_400}[finest] * 1_000_000_000)


def _zone(text: str | None) -> tzinfo | None:
    if not text or text == "Z":
        return UTC if text else None
    return datetime.strptime(text, "%z").tzinfo


def _nanoseconds(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 1000


def network(value: Value) -> Network | None:
    """Read `10.0.0.0/8` or `fe80::/10`; None for any other text. Host bits may be set, as operators write them."""
    if value.quoted or not re.fullmatch(r"[0-9A-Fa-f:.]+/\d{1,3}", value.text, re.ASCII):
        return None
    try:
        return ipaddress.ip_network(value.text, strict=False)
    except ValueError as error:
        raise QueryError(f"{value.shown} is no network: {error}", value.column, "write 10.0.0.0/8") from error


def address(text: str) -> Address | None:
    """Read an address as events print it, an IPv4 address inside IPv6 as what it is; None for any other text."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
