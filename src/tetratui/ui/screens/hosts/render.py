"""The rows of the Hosts screen, without a widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tetratui.core.events.visible import visible
from tetratui.core.hosts.host_state import HostCondition, HostState
from tetratui.core.hosts.local import HERE
from tetratui.core.workspace.host_activity import HostActivity
from tetratui.ui.render.time_display import day_and_clock

HEADINGS = ("host", "state", "delay", "tetragon", "events/s", "events", "last event", "unreadable", "missed", "list")
_CELL, _LINE = 40, 400
"""Characters of a text that are shown in a cell, and below the list."""
_STYLES = {
    HostCondition.FOLLOWING: "$success",
    HostCondition.LOST: "$error",
    HostCondition.ENDED: "$warning",
    HostCondition.WAITING: "$warning",
}


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host as it is shown; every text is safe."""

    name: str
    cells: tuple[str, ...]
    style: str
    """The colour of its state."""
    details: tuple[str, ...]
    """Lines about it, for below the list."""


def list_hosts(
    states: Sequence[HostState],
    activity: Mapping[str, HostActivity],
    *,
    here: bool,
    zone: tzinfo | None,
    now: float | None = None,
) -> list[HostRow]:
    """Return a row for each host, those that are not reached first; `here` adds this machine."""
    rows = [_describe(state, activity.get(state.name) or HostActivity(), zone, now) for state in states]
    rows.sort(key=lambda row: row.style != _STYLES[HostCondition.LOST])
    if here:
        sums = _sums(activity.get(HERE) or HostActivity(), zone, now)
        rows.append(
            HostRow(HERE, (HERE, "this machine", "", "", *sums, "", ""), "", ("read as files of this machine",))
        )
    return rows


def _describe(state: HostState, sums: HostActivity, zone: tzinfo | None, now: float | None) -> HostRow:
    facts = state.facts
    cells = (
        _cut(state.name),
        state.condition.value,
        "" if state.delay is None else f"{state.delay * 1000:.0f} ms",
        "?" if facts is None or not facts.version else _cut(facts.version),
        *_sums(sums, zone, now),
        f"{state.missed_files:,}",
        "?" if facts is None else _cut(facts.list_hash) or "none",
    )
    details = (
        f"{_cut(state.url, _LINE)}  {_cut(state.path, _LINE)}",
        f"{state.condition.value} since {_write_time(int(state.since * 1e9), zone)}"
        + (f": {_cut(state.detail, _LINE)}" if state.detail else ""),
    )
    return HostRow(state.name, cells, _STYLES.get(state.condition, ""), details)


def _write_time(time: int, zone: tzinfo | None) -> str:
    """Return a time to the second, with its day unless that is today."""
    return day_and_clock(time, zone, datetime.now(zone).date()).partition(".")[0]


def _cut(text: str, most: int = _CELL) -> str:
    """Return a text that came from a host, safe to show and not too long."""
    safe = visible(text[:most])
    return safe if len(text) <= most else f"{safe}…"


def _sums(sums: HostActivity, zone: tzinfo | None, now: float | None) -> tuple[str, ...]:
    last = "–" if sums.last_time < 0 else _write_time(sums.last_time, zone)
    return f"{sums.rate(now):.1f}", f"{sums.events:,}", last, f"{sums.unreadable:,}"


def count_hosts(states: Sequence[HostState]) -> str:
    """Return how many hosts are read, and how many of them are not reached; empty without hosts."""
    lost = sum(state.condition is HostCondition.LOST for state in states)
    if not states:
        return ""
    noun = "host" if len(states) == 1 else "hosts"
    return f"{len(states)} {noun}, {lost} lost" if lost else f"{len(states)} {noun}"
