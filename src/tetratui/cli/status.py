"""`tetratui status`: what is in force, since when, predicted against measured, drift, and the journal of changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import put, put_json
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.apply.change import AppliedChange
    from tetratui.core.apply.measure import EntryMeasure
    from tetratui.core.workspace.sensor_status import SensorStatus

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHOWN_CHANGES = 10
_WIDTH = 90


@click.command()
@click.option("--since", metavar="TIME", help="Measure over the last 30m, 1h, 2d; default: since the newest change.")
@click.option("--host", metavar="HOST", help="Where the sensor runs: docker://NAME, podman://NAME; default: here.")
@click.option("--unit", default="tetragon", show_default=True, help="The sensor's unit of systemd.")
@click.option("--tetragon", "version", metavar="VERSION", help="The sensor's version, when it cannot be found out.")
@click.option("--root", default="/", metavar="DIR", help="Look for the sensor under this folder instead of /.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(since: str | None, host: str | None, unit: str, version: str | None, root: str, as_json: bool) -> None:
    """Print what is in force on this host, whether it does what was predicted, and the changes made."""
    # Judging the list needs the expression engines; `--help` does not.
    from tetratui.core.apply.change_journal import ChangeJournal
    from tetratui.core.apply.clock import Clock
    from tetratui.core.workspace.applying import ApplyRequest, find_sensor
    from tetratui.core.workspace.sensor_status import read_status

    seconds = parse_duration(since) if since is not None else None
    sensor = find_sensor(ApplyRequest(Path(), host or "", "", unit, version, Path(root)))
    status = read_status(sensor, ChangeJournal(), Clock(), seconds)
    if as_json:
        put_json(_make_document(status))
    else:
        _print_status(status)


def parse_duration(text: str) -> float:
    """Return the seconds in `30m`, `1h`, `90`. Raises UsageError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise UsageError(f"{text!r} is not a time", "write 90s, 30m, 1h or 2d")
    return float(match[1]) * _UNITS[match[2] or "s"]


def _make_document(status: SensorStatus) -> dict[str, Any]:
    measure = status.measure
    return {
        "host": status.host,
        "list": status.list_location or None,
        "in_force": [_entry_json(entry) for entry in measure.entries] if measure is not None else [],
        "measured_over": round(measure.seconds, 1) if measure is not None else None,
        "events_per_second": measure.events_per_second if measure is not None else None,
        "predicted_events_per_second": measure.predicted_events_per_second if measure is not None else None,
        "hidden_since_start": status.metrics.hidden if status.metrics is not None else None,
        "notes": list(measure.notes) if measure is not None else [],
        "drift": list(status.drift),
        "unknown": list(status.unknown),
        "journal": [_change_json(change) for change in status.changes],
    }


def _entry_json(entry: EntryMeasure) -> dict[str, Any]:
    from tetratui.core.apply.clock import format_time

    predicted = None
    if entry.entry is not None and entry.entry.events_per_second is not None:
        predicted = {
            "events_per_second": entry.entry.events_per_second,
            "bytes_per_second": entry.entry.bytes_per_second,
        }
    return {
        "entry": entry.filter,
        "since": format_time(entry.since) if entry.since else None,
        "predicted": predicted,
        "measured": {"arriving": entry.arriving},
        "reason": entry.entry.reason if entry.entry is not None else "",
    }


def _change_json(change: AppliedChange) -> dict[str, Any]:
    from tetratui.core.apply.clock import format_time

    return {
        "id": change.id,
        "when": format_time(change.when),
        "who": change.who,
        "origin": change.origin,
        "state": str(change.state),
        "outcome": change.outcome,
        "reason": change.reason,
        "source": change.source,
        "reverts": change.reverts or None,
        "added": len(change.added),
        "removed": len(change.removed),
    }


def _print_status(status: SensorStatus) -> None:
    from tetratui.core.apply.agent_control import describe_restart

    put(f"{status.host}: {len(status.filters.filters)} filters in {status.list_location or 'no list'}")
    if status.start is not None:
        put(f"  agent {status.start.version or 'of unknown version'}: {describe_restart(status.start)}")
    _print_measure(status)
    for sentence in status.drift:
        put(f"  DRIFT    {sentence}")
    for sentence in status.unknown:
        put(f"  UNKNOWN  {sentence}")
    for change in status.changes[:_SHOWN_CHANGES]:
        document = _change_json(change)
        put(f"  {document['when']} {change.id} {document['state']} by {change.who}: {change.outcome}")
    if not status.changes:
        put("  no change was applied by tetratui here")


def _print_measure(status: SensorStatus) -> None:
    measure = status.measure
    if measure is None:
        return
    for number, entry in enumerate(measure.entries):
        document = _entry_json(entry)
        since = document["since"] or "before the journal"
        predicted = document["predicted"]
        pace = f"{predicted['events_per_second']:.2f} events/s predicted" if predicted else "not predicted"
        text = entry.filter if len(entry.filter) <= _WIDTH else f"{entry.filter[: _WIDTH - 1]}…"
        put(f"  {number:>3} since {since}: {pace}, {entry.arriving} still arrived: {text}")
    if measure.events_per_second is not None:
        predicted_pace = measure.predicted_events_per_second
        against = "" if predicted_pace is None else f", {predicted_pace:.2f} predicted"
        put(f"  exported: {measure.events_per_second:.2f} events/s over {measure.seconds:.0f} s{against}")
    if status.metrics is not None:
        losses = [f"{count:,} {where}" for where, count in status.metrics.losses.items()]
        put(f"  since the agent's start: {status.metrics.hidden:,} hidden; lost: {', '.join(losses) or 'none'}")
    for note in measure.notes:
        put(f"  note: {note}")
