"""Parse values that are not texts: numbers, durations, times, networks and addresses."""

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
    """The moments from `low` up to, not including, `high` that a time means at the precision it was typed in."""

    low: int
    """Nanoseconds since the epoch, UTC."""
    high: int


def parse_number(value: Value, field: str = "pid") -> int:
    """Return a whole number of a field, written in decimal or as `0x…`."""
    try:
        return int(value.text, 16 if value.text.lower().startswith("0x") else 10)
    except ValueError:
        remedy = f"write digits, as in {field}=712"
        if field == "uid":
            remedy = "root is uid=0; for a name write user: and the name, where Tetragon resolves it"
        raise QueryError(f"not a whole number: {value.shown}", value.column, remedy) from None


def parse_duration(value: Value) -> tuple[float, float]:
    """Return a duration and the step that it is precise to, both in ms: `5ms`, `2.5s`, `1m30s`; a bare number is ms."""
    text = f"{value.text}ms" if re.fullmatch(r"\d+(?:\.\d+)?", value.text, re.ASCII) else value.text
    if not _DURATION.fullmatch(text) or not text.isascii():
        raise QueryError(f"not a duration: {value.shown}", value.column, "write 5ms, 2s or 1m30s")
    parts = re.findall(_PART, text)
    count, unit = parts[-1]
    step: float = _UNITS[unit] / 10 ** len(count.partition(".")[2])
    return sum(float(count) * _UNITS[unit] for count, unit in parts), step


def is_relative(value: Value) -> bool:
    """Return whether a time counts back from now."""
    return value.text.startswith("-")


def parse_time(value: Value, now: datetime, zone: tzinfo | None) -> Span:
    """Return the moments that a time means: `-5m`, `18:04` (today), `2026-11-23`, `2026-11-23T18:04:09.112+01:00`.

    A time without a zone is in `zone`, or where that is None in the zone of this machine.
    """
    if is_relative(value):
        ago, _ = parse_duration(Value(value.text[1:], value.quoted, value.column + 1))
        moment = _nanoseconds(now) - int(ago * 1_000_000)
        return Span(moment, moment)
    match = _TIME.fullmatch(value.text) if value.text.isascii() else None
    if not match or not (match["year"] or match["hour"]):
        raise QueryError(f"not a time: {value.shown}", value.column, "write 18:04, 2026-11-23T18:04:09Z or -5m")
    try:
        return _span(match, now, zone)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"not a time: {value.shown} ({error})", value.column, "check day and hour") from error


def _span(match: re.Match[str], now: datetime, zone: tzinfo | None) -> Span:
    at_zone = _zone(match["zone"]) or zone
    today = now.astimezone(at_zone)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    year, month, day = (
        (int(match[part]) for part in ("year", "month", "day")) if match["year"] else today.timetuple()[:3]
    )
    moment = datetime(year, month, day, hour, minute, second)
    # A naive time is in the zone of this machine, with its summer time on that very day.
    moment = moment.astimezone() if at_zone is None else moment.replace(tzinfo=at_zone)
    fraction = match["fraction"] or ""
    low = _nanoseconds(moment) + (int(fraction.ljust(9, "0")) if fraction else 0)
    if fraction:
        return Span(low, low + 10 ** (9 - len(fraction)))
    finest = "second" if match["second"] else "minute" if match["hour"] else "day"
    return Span(low, low + {"second": 1, "minute": 60, "day": 86_400}[finest] * 1_000_000_000)


def _zone(text: str | None) -> tzinfo | None:
    if not text or text == "Z":
        return UTC if text else None
    return datetime.strptime(text, "%z").tzinfo


def _nanoseconds(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 1000


def parse_network(value: Value) -> Network | None:
    """Return a network, `10.0.0.0/8` or `fe80::/10`, None for any other text. Host bits may be set."""
    if value.quoted or not re.fullmatch(r"[0-9A-Fa-f:.]+/\d{1,3}", value.text, re.ASCII):
        return None
    try:
        return ipaddress.ip_network(value.text, strict=False)
    except ValueError as error:
        raise QueryError(
            f"not a network: {value.shown} ({error})", value.column, "write an address and a prefix length: 10.0.0.0/8"
        ) from error


def parse_address(text: str) -> Address | None:
    """Return an address as events print it, None for any other text; an IPv4 address inside an IPv6 one is IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
