"""Compare the unfiltered stream of a sensor with its export file: exactly what the lists hide, by entry.

Events are matched by kind, exec_id, time and function. Their bytes differ: the agent and its client write JSON with and
without blanks after commas, fixed for each build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tetratui.core.events.kinds import JSON_KEYS, Kind
from tetratui.core.events.times import parse_rfc3339
from tetratui.core.tetragon import FilterList, Panic, canonical_text
from tetratui.core.tuning.learning.suspicious_commands import Suspicion, suspect_command

Key = tuple[str, str, int, str]
"""Kind, exec_id, time (nanoseconds), function, of an event."""
_KIND_OF_KEY = {key: kind for kind, key in JSON_KEYS.items() if key}
_CALLED_OUT = Suspicion.ATTACK_SAMPLE | Suspicion.WRITABLE | Suspicion.DOWNLOAD


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream."""

    key: Key
    line: bytes
    event: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        """What stands under the event's kind."""
        body = self.event.get(self.key[0])
        return body if isinstance(body, dict) else {}

    @property
    def command(self) -> tuple[str, str]:
        """The binary and the arguments of its process."""
        process = self.body.get("process")
        process = process if isinstance(process, dict) else {}
        return str(process.get("binary", "")), str(process.get("arguments", ""))


def read_event(line: bytes) -> StreamEvent | None:
    """Return the event in a line, None if there is none: such a line has nothing to compare by."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(event, dict):
        return None
    kind = next((key for key in event if key in _KIND_OF_KEY), None)
    if kind is None or not isinstance(event[kind], dict):
        return None
    return StreamEvent(_make_key(kind, event[kind], str(event.get("time", ""))), line, event)


def _make_key(kind: str, body: Mapping[str, Any], time: str) -> Key:
    process = body.get("process")
    exec_id = str(process.get("exec_id", "")) if isinstance(process, dict) else ""
    names = [body.get(name) for name in ("function_name", "subsys", "event", "path", "symbol")]
    # A loader event has no time of its own; what it loaded tells it apart.
    function = " ".join(str(name) for name in [*names, body.get("buildid")] if name)
    return kind, exec_id, parse_rfc3339(time) if time else -1, function


@dataclass(slots=True)
class EntryBlindSpot:
    """What one entry of the list hid."""

    filter: str
    events: int = 0
    commands: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class BlindSpot:
    """What the lists hid of a stream."""

    events: int
    """Events of the unfiltered stream."""
    exported: int
    """Those that are in the file."""
    entries: list[EntryBlindSpot]
    unexplained: list[StreamEvent] = field(default_factory=list)
    """Events that are not in the file though no entry hides them: lost, late, or outside of what was compared."""
    not_hidden: list[tuple[int, StreamEvent]] = field(default_factory=list)
    """Events in the file that an entry should have hidden, with the entry: then it is not in force."""
    called_out: list[tuple[str, int, StreamEvent]] = field(default_factory=list)
    """Hidden events that somebody should look at: why, the entry, the event."""
    not_allowed: int = 0
    """Events that an allowlist does not let through, whatever the denylist says."""
    hidden: list[tuple[int, StreamEvent]] = field(default_factory=list)

    @property
    def idle(self) -> list[str]:
        """Entries that hid nothing."""
        return [entry.filter for entry in self.entries if not entry.events]


def compare_streams(
    unfiltered: Iterable[bytes],
    exported: Iterable[bytes],
    filters: FilterList,
    allowlist: FilterList | None = None,
    threats: Collection[tuple[Kind, str, int]] = (),
) -> BlindSpot:
    """Return what a denylist hid: the events of the unfiltered stream that are missing in the exported lines.

    `threats` holds kind, exec_id and time of events that the operator marked as threats.
    """
    keys = Counter(event.key for line in exported if (event := read_event(line)) is not None)
    events = [event for line in unfiltered if (event := read_event(line)) is not None]
    # A list with pid_set remembers the events that it has seen.
    asked = filters.without_memory()
    spot = BlindSpot(len(events), 0, [EntryBlindSpot(canonical_text(each)) for each in filters.filters])
    for event in events:
        entry = _match(asked, event)
        if keys[event.key] > 0:
            keys[event.key] -= 1
            spot.exported += 1
            if entry is not None:
                spot.not_hidden.append((entry, event))
        elif allowlist is not None and not _is_let_through(allowlist, event):
            spot.not_allowed += 1
        elif entry is None:
            spot.unexplained.append(event)
        else:
            _add_hidden(spot, entry, event, threats)
    return spot


def _is_let_through(allowlist: FilterList, event: StreamEvent) -> bool:
    try:
        return allowlist.lets_through(event.event)
    except Panic:
        return False


def _match(filters: FilterList, event: StreamEvent) -> int | None:
    try:
        return filters.first_match(event.event)
    except Panic:
        return None


def _add_hidden(spot: BlindSpot, entry: int, event: StreamEvent, threats: Collection[tuple[Kind, str, int]]) -> None:
    binary, arguments = event.command
    spot.hidden.append((entry, event))
    spot.entries[entry].events += 1
    spot.entries[entry].commands[f"{binary} {arguments}".strip()] += 1
    if (_KIND_OF_KEY[event.key[0]], event.key[1], event.key[2]) in threats:
        spot.called_out.append(("marked as a threat", entry, event))
    suspicion = suspect_command(binary, arguments, "", started_by_script=True) & _CALLED_OUT
    if suspicion:
        spot.called_out.append((suspicion.sentence, entry, event))
