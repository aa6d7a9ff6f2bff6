"""`tetratui blind`: what the lists hide now, by entry, from the unfiltered stream beside the export file."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tetratui.core.apply.blind_spot import BlindSpot
    from tetratui.core.tetragon import FilterList

_RAREST = 5
_SHOWN = 20
_LATE = 45.0
"""Seconds that an event may wait in the agent before it is written: 15 tries, 2 s apart, for an unknown parent."""


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("export", metavar="FILE", required=False, type=click.Path(path_type=Path))
@click.option("--for", "duration", default="5m", show_default=True, metavar="TIME", help="How long to look.")
@click.option("--list", "list_path", type=click.Path(path_type=Path), help="The denylist; default: the installed one.")
@click.option("--rules", multiple=True, type=click.Path(path_type=Path), help="Wazuh rules: name blind detections.")
@click.option("--tetragon", "version", metavar="VERSION", help="The sensor's version, when it cannot be found out.")
@click.option("--root", default="/", metavar="DIR", help="Look for the sensor under this folder instead of /.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    source: str,
    export: Path | None,
    duration: str,
    list_path: Path | None,
    rules: tuple[Path, ...],
    version: str | None,
    root: str,
    as_json: bool,
) -> int:
    """Compare the unfiltered stream with the export file: what the lists hide now, by entry, rarest first.

    SOURCE is the export file, beside which `tetra getevents` is run; or `-` (or a file) with the unfiltered events, and
    FILE the export file.
    """
    # The expression engines are needed to match; `--help` does not need them.
    from tetratui.cli.status import parse_duration
    from tetratui.core.apply.blind_spot import compare_streams

    lists = _read_list(list_path, version, Path(root)), _read_allowlist(version, Path(root))
    seconds = parse_duration(duration)
    if export is not None:
        unfiltered, exported = list(_read_lines(source)), list(_read_lines(str(export)))
    else:
        if source == "-":
            raise UsageError("the export file is not named", "tetra getevents -o json | tetratui blind - FILE")
        unfiltered, exported = _look(Path(source), seconds, lists)
    spot = compare_streams(unfiltered, exported, *lists, _find_threats(export or Path(source)))
    if not spot.events:
        say("tetratui: no line of the unfiltered stream was an event")
        return ExitCode.REFUSED
    detections = _find_detections(spot, rules)
    if as_json:
        put_json(_make_document(spot, detections))
    else:
        _print_spot(spot, detections)
    return ExitCode.DONE


def _read_list(path: Path | None, version: str | None, root: Path) -> FilterList:
    from tetratui.core.tetragon import read
    from tetratui.core.tetragon.agent.installed_list import read_installed_list
    from tetratui.core.workspace.target import resolve_target

    target = resolve_target(version, None, root=root)
    if path is None:
        installed = read_installed_list(root)
        return read(installed.data if installed is not None else b"", target.version, target.features)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "name a denylist") from error
    filters = read(data, target.version, target.features)
    if filters.errors:
        raise UsageError(f"{path}: Tetragon refuses this list: {filters.errors[0].message}", f"tetratui check {path}")
    return filters


def _read_allowlist(version: str | None, root: Path) -> FilterList | None:
    from tetratui.core.tetragon import read
    from tetratui.core.tetragon.agent.agent_config import ALLOWLIST, examine
    from tetratui.core.workspace.target import resolve_target

    value = examine(root).value(ALLOWLIST)
    target = resolve_target(version, None, root=root)
    return read(value, target.version, target.features, as_allowlist=True) if value else None


def _read_lines(source: str) -> Iterator[bytes]:
    from tetratui.core.sources import SourceRegistry, expand, read_all

    for chunk in read_all(expand([source]), SourceRegistry()):
        yield from chunk.lines


def _look(export: Path, seconds: float, lists: tuple[FilterList, FilterList | None]) -> tuple[list[bytes], list[bytes]]:
    """Return the lines of both sides over a while; late ones of the file are waited for."""
    from tetratui.cli.apply_terminal import StopSignals
    from tetratui.core.apply.machine import LocalMachine
    from tetratui.core.apply.unfiltered_stream import collect, find_tetra, open_stream

    if not export.is_file():
        raise SourceError(f"{export} is not a file", "name the export file that the agent writes")
    file = LocalMachine().follow(export)
    tell = _make_teller()
    parts: list[bytes] = []

    def pause(seconds: float) -> None:
        time.sleep(seconds)
        parts.append(file.read_new())

    def exported() -> list[bytes]:
        return b"".join(parts).split(b"\n")

    with StopSignals().handle() as stop, open_stream(find_tetra()) as stream:
        collect(stream, seconds, pause, time.monotonic, stop, tell)
        lines = list(stream.lines)
        end = time.monotonic() + _LATE
        while time.monotonic() < end and not stop() and _is_incomplete(lines, exported(), lists):
            tell(f"waiting up to {end - time.monotonic():.0f} s for events that the agent writes late")
            pause(5.0)
    file.close()
    return lines, exported()


def _is_incomplete(unfiltered: list[bytes], exported: list[bytes], lists: tuple[FilterList, FilterList | None]) -> bool:
    """Return whether events are missing that no list hides: they may still come."""
    from tetratui.core.apply.blind_spot import compare_streams

    return bool(compare_streams(unfiltered, exported, *lists).unexplained)


def _make_teller() -> Any:
    last = 0.0

    def tell(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > (1.0 if sys.stderr.isatty() else 15.0):
            last = time.monotonic()
            say(f"tetratui: {text}")

    return tell


def _find_threats(export: Path) -> set[tuple[Any, str, int]]:
    """Return the events of a source that its session has marked as threats."""
    from tetratui.core.session.session_file import load, name_of
    from tetratui.core.tuning.marks import Verdict

    try:
        session = load(name_of([str(export)]))
    except SourceError as error:
        say(f"tetratui: {error}")
        return set()
    marks = session.workbench.marks if session is not None else ()
    return {mark.key for mark in marks if mark.verdict is Verdict.THREAT}


def _find_detections(spot: BlindSpot, rules: tuple[Path, ...]) -> list[dict[str, Any]]:
    """Return the alerting rules that would have fired on what is hidden."""
    if not rules:
        return []
    from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

    session = Ruleset.load(list(rules)).session()
    counts: dict[tuple[int, int], int] = {}
    for _, event in spot.hidden:
        line = reserialise(event.line)
        verdict = session.match(line) if line is not None else None
        if verdict is not None and verdict.alert and verdict.rule is not None:
            key = verdict.rule, verdict.level or 0
            counts[key] = counts.get(key, 0) + 1
    return [{"rule": rule, "level": level, "events": count} for (rule, level), count in sorted(counts.items())]


def _make_document(spot: BlindSpot, detections: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "events": spot.events,
        "exported": spot.exported,
        "hidden": len(spot.hidden),
        "not_allowed": spot.not_allowed,
        "entries": [
            {
                "entry": number,
                "filter": entry.filter,
                "events": entry.events,
                "rarest": [[text, count] for text, count in _rarest(entry.commands)],
            }
            for number, entry in enumerate(spot.entries)
        ],
        "idle": spot.idle,
        "called_out": [
            {"why": why, "entry": entry, "command": " ".join(event.command).strip()}
            for why, entry, event in spot.called_out
        ],
        "detections": detections,
        "unexplained": [" ".join(event.command).strip() for event in spot.unexplained],
        "not_hidden": [
            {"entry": entry, "command": " ".join(event.command).strip()} for entry, event in spot.not_hidden
        ],
    }


def _rarest(commands: Any) -> list[tuple[str, int]]:
    return sorted(commands.items(), key=lambda item: (item[1], item[0]))[:_RAREST]


def _print_spot(spot: BlindSpot, detections: list[dict[str, Any]]) -> None:
    put(f"{spot.events:,} events, {spot.exported:,} in the file, {len(spot.hidden):,} hidden by the list")
    if spot.not_allowed:
        put(f"not let through by the allowlist: {spot.not_allowed:,}")
    for why, entry, event in spot.called_out[:_SHOWN]:
        put(f"LOOK      entry {entry} hides {' '.join(event.command).strip()}: {why}")
    if len(spot.called_out) > _SHOWN:
        put(f"          and {len(spot.called_out) - _SHOWN} more (--json lists them)")
    for detection in detections:
        put(f"DETECTION rule {detection['rule']} level {detection['level']} is blind to {detection['events']} events")
    ranked = sorted(enumerate(spot.entries), key=lambda item: item[1].events)
    for number, hit in ranked:
        if hit.events:
            put(f"entry {number} hid {hit.events:,}: {hit.filter}")
            for text, count in _rarest(hit.commands):
                put(f"    {count:>6} {text}")
    if spot.idle:
        put(f"hid nothing in this time: {len(spot.idle)} of {len(spot.entries)} entries")
    if spot.not_hidden:
        numbers = sorted({entry for entry, _ in spot.not_hidden})
        put(f"NOT IN FORCE: {len(spot.not_hidden):,} events are in the file though entries {numbers} match them")
    if spot.unexplained:
        put(f"not in the file, and no entry hides them: {len(spot.unexplained):,} events (lost, late, or not compared)")
