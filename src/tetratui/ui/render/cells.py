"""The columns of a list of events and their texts: as the event has them, so hostile; `EventGrid` makes them safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.table import Event

NANO = 1_000_000_000
WriteTime = Callable[[int], str]
"""Writes nanoseconds since the epoch as the operator wants to see times."""
_LETTERS = {
    Kind.EXEC: "x+",
    Kind.EXIT: "x-",
    Kind.KPROBE: "k.",
    Kind.TRACEPOINT: "t.",
    Kind.LOADER: "l.",
    Kind.UPROBE: "u.",
    Kind.THROTTLE: "!.",
    Kind.LSM: "s.",
    Kind.USDT: "d.",
    Kind.TEST: "?.",
    Kind.RATE_LIMIT: "!.",
    Kind.UNKNOWN: "??",
}
LEGEND = (
    "x+ exec  x- exit  n> network  k. kprobe  t. tracepoint  l. loader  u. uprobe  s. lsm  d. usdt  !. lost  ?? unknown"
)
"""What the letters of the column `type` mean."""


_WORDS = {
    Kind.TRACEPOINT: "trace",
    Kind.RATE_LIMIT: "lost",
}
"""Short words for the kinds whose own word is too long for a column."""


def letters(event: Event) -> str:
    """Return the kind in two characters: `x+` exec, `x-` exit, `n>` a hook that saw a socket, `k.` another hook."""
    return "n>" if is_network(event) else _LETTERS[Kind(event.kind)]


def short_word(event: Event) -> str:
    """Return the kind in a short word: `exec`, `exit`, `net`, `kprobe`."""
    return "net" if is_network(event) else _WORDS.get(Kind(event.kind)) or Kind(event.kind).word


def is_network(event: Event) -> bool:
    """Return whether the event is a kprobe that saw a socket."""
    return event.kind == Kind.KPROBE and event.family is not None


def style_of(event: Event) -> str:
    """Return the theme's colour of an event: the part after `event-`."""
    return "network" if is_network(event) else Kind(event.kind).word.replace("_", "-")


def moment(time: int, zone: tzinfo | None) -> str:
    """Return nanoseconds since the epoch with date and zone."""
    if time < 0:
        return "unknown"
    at = datetime.fromtimestamp(time // NANO, UTC).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{time % NANO // 1_000_000:03d} {at:%Z}"


def lasted(nanoseconds: int) -> str:
    """Return a length of time in the unit that keeps it short: `2ms`, `3.1s`, `4m10s`, `2h05m`."""
    seconds = nanoseconds / NANO
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02d}m"


def lifetime(event: Event) -> int | None:
    """Return the nanoseconds from the start of an exited process to its end; None for other kinds and unknown times."""
    if event.kind != Kind.EXIT or event.start is None or event.start < 0 or event.time < event.start:
        return None
    return event.time - event.start


def destination(event: Event) -> str:
    """Return where a socket leads: `10.0.0.7:443`; hooks that run before the address is set report none or zeros."""
    if not event.daddr:
        return "not reported" if event.family is not None else ""
    if event.daddr in {"0.0.0.0", "::"} and not event.dport:  # noqa: S104 - an address read, none bound
        return f"not reported ({event.daddr})" if event.family is not None else ""
    address = f"[{event.daddr}]" if ":" in event.daddr else event.daddr
    return address if event.dport is None else f"{address}:{event.dport}"


def rate_limited(event: Event) -> str:
    """Return how many events the agent's rate limit dropped."""
    if event.dropped is None:
        return "the rate limit dropped events, how many is unknown"
    return f"the rate limit dropped {format_count(event.dropped, 'event')}"


def summarize(event: Event) -> str:
    """Return what happened in one line: arguments, exit status and lifetime, destination, file or function."""
    if event.kind == Kind.EXIT:
        end = f"signal {event.signal}" if event.signal else f"exit {event.status or 0}"
        nanoseconds = lifetime(event)
        return end if nanoseconds is None else f"{end}  {lasted(nanoseconds)}"
    if event.family is not None:
        return f"{destination(event)} {(event.proto or '').lower().removeprefix('ipproto_')}".rstrip()
    if event.kind == Kind.EXEC:
        return event.arguments or ""
    if event.kind == Kind.RATE_LIMIT:
        return rate_limited(event)
    if event.kind == Kind.THROTTLE:
        return " ".join(part for part in (event.action, event.file) if part)
    return " ".join(part for part in (event.function, event.file) if part) or event.arguments or event.policy or ""


def short(path: str | None) -> str:
    """Return the last part of a path; the detail shows all of it."""
    return "" if not path else PurePosixPath(path).name or path


@dataclass(frozen=True, slots=True)
class CellColumn:
    """One column of a list of events."""

    name: str
    """Its title."""
    width: int
    """Cells it takes at least."""
    text: Callable[[Event, WriteTime], str]
    field: Callable[[Event], tuple[str, str]]
    """The query field behind the cell, and its value: what `i` and `x` ask for."""
    grow: int = 0
    """Its share of the cells that are left over."""
    most: int = 400
    """Cells it takes at most."""
    whole: bool = False
    """Whether its texts are never cut: half a time would be another time."""
    leave: int = 0
    """The order in which columns leave a narrow screen; 0 never leaves."""
    optional: bool = False
    """Whether it shows only when an event has a text for it."""
    sort: str = ""
    """The query field it sorts by; empty: it cannot."""
    wide_text: Callable[[Event, WriteTime], str] | None = None
    """The text on a wide terminal; None: the same."""

    def for_wide_terminal(self) -> CellColumn:
        """Return the column with its longer text."""
        return self if self.wide_text is None else replace(self, text=self.wide_text)


def _summary_field(event: Event) -> tuple[str, str]:
    if event.kind == Kind.EXIT:
        return ("signal", event.signal) if event.signal else ("status", str(event.status or 0))
    if event.family is not None:
        return "daddr", event.daddr or ""
    if event.kind == Kind.EXEC:
        return "args", event.arguments or ""
    if event.kind == Kind.RATE_LIMIT:
        return "dropped", _number(event.dropped)
    return ("file", event.file) if event.file else ("func", event.function or "")


def _number(value: int | None) -> str:
    return "" if value is None or value < 0 else str(value)


def user(event: Event) -> str:
    """Return the user's name, or the number where the agent does not resolve names."""
    return event.user or _number(event.uid)


def _user_field(event: Event) -> tuple[str, str]:
    return ("user", event.user) if event.user else ("uid", _number(event.uid))


def _time_text(event: Event, write: WriteTime) -> str:
    text = write(event.time)
    return f"~{text[:-1]}" if event.approximate else text


TIME = CellColumn(
    "time",
    12,
    _time_text,
    lambda e: ("time", moment(e.time, UTC)[:19].replace(" ", "T") + "Z"),
    most=20,
    whole=True,
    sort="time",
)
KIND = CellColumn(
    "type",
    4,
    lambda e, _: letters(e),
    lambda e: ("kind", Kind(e.kind).word),
    most=8,
    sort="kind",
    wide_text=lambda e, _: short_word(e),
)
PID = CellColumn("pid", 7, lambda e, _: _number(e.pid), lambda e: ("pid", _number(e.pid)), leave=3, sort="pid")


def _host(event: Event) -> str:
    return event.host or event.node or ""


HOST = CellColumn("host", 8, lambda e, _: _host(e), lambda e: ("host", _host(e)), most=20, leave=6, sort="host")
USER = CellColumn("user", 8, lambda e, _: user(e), _user_field, most=16, leave=2, sort="user")
BINARY = CellColumn(
    "binary", 12, lambda e, _: short(e.binary), lambda e: ("bin", e.binary or ""), grow=1, most=28, sort="bin"
)
PATH = CellColumn(
    "binary", 16, lambda e, _: e.binary or "", lambda e: ("bin", e.binary or ""), grow=2, most=40, sort="bin"
)
SUMMARY = CellColumn("arguments", 18, lambda e, _: summarize(e), _summary_field, grow=6, sort="args")
PARENT = CellColumn(
    "parent",
    10,
    lambda e, _: short(e.parent_binary),
    lambda e: ("parent", e.parent_binary or ""),
    grow=1,
    most=24,
    leave=1,
    sort="parent",
)
TO = CellColumn(
    "destination", 22, lambda e, _: destination(e), lambda e: ("daddr", e.daddr or ""), grow=3, most=46, sort="daddr"
)
PORT = CellColumn(
    "dport", 5, lambda e, _: _number(e.dport), lambda e: ("dport", _number(e.dport)), leave=5, sort="dport"
)
PROTO = CellColumn(
    "proto",
    5,
    lambda e, _: (e.proto or "").lower().removeprefix("ipproto_"),
    lambda e: ("proto", e.proto or ""),
    leave=4,
    sort="proto",
)
FUNCTION = CellColumn(
    "function", 16, lambda e, _: e.function or "", lambda e: ("func", e.function or ""), grow=1, most=30, sort="func"
)
POLICY = CellColumn(
    "policy", 12, lambda e, _: e.policy or "", lambda e: ("policy", e.policy or ""), grow=1, most=24, leave=1
)

WORKLOAD = CellColumn(
    "workload",
    14,
    lambda e, _: "/".join(filter(None, (e.namespace, e.workload or e.pod))),
    lambda e: ("workload", e.workload or ""),
    grow=1,
    most=32,
    leave=1,
    optional=True,
    sort="workload",
)
CONTAINER = CellColumn(
    "container",
    10,
    lambda e, _: e.container or "",
    lambda e: ("container", e.container or ""),
    most=20,
    leave=1,
    optional=True,
    sort="container",
)

PROCESS_COLUMNS = (TIME, KIND, PID, USER, CONTAINER, WORKLOAD, BINARY, SUMMARY, PARENT)
NETWORK_COLUMNS = (
    TIME,
    KIND,
    PID,
    USER,
    WORKLOAD,
    BINARY,
    TO,
    PROTO,
    replace(FUNCTION, leave=1),
    replace(PARENT, leave=2),
)
HOOK_COLUMNS = (TIME, KIND, PID, USER, WORKLOAD, BINARY, SUMMARY, POLICY)
ALL_COLUMNS = PROCESS_COLUMNS


def add_host(columns: tuple[CellColumn, ...]) -> tuple[CellColumn, ...]:
    """Return the columns with that of the host after the kind."""
    after = columns.index(KIND) + 1
    return (*columns[:after], HOST, *columns[after:])
