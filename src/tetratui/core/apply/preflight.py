"""Look at a sensor before anything is changed: what stands in the way, and what the operator should know."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.amounts import format_count
from tetratui.core.apply.agent_control import AgentState
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.log_record import AgentStart
from tetratui.core.apply.marker import MarkerRun, choose_marker
from tetratui.core.apply.printed_lists import compare_printed
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import SourceError
from tetratui.core.export.atomic_write import staging_folder
from tetratui.core.tetragon import FilterList, Panic, Version, canonical_text, read
from tetratui.core.tetragon.agent.agent_config import CONFIG_FOLDER, POLICY_FOLDER
from tetratui.core.tetragon.agent.policy_names import find_same_policies
from tetratui.core.tetragon.format.versions import ALL_FEATURES
from tetratui.core.tetragon.lint.lints import lint

EXPORT_WAIT = 30.0
"""Seconds in which an agent that exports must write a marker."""
_LOOK_AGAIN = 0.1
_ROOM = 1 << 20
"""Bytes that must be free beside what is written."""
_LOG_ROOM = 64 << 20
"""Bytes on the disk of the export file below which its end is near."""
_STARTS_NEEDED = 3
"""Starts that a change and going back may need within a unit's interval."""
_FATAL_FAULTS = frozenset({"same-option-twice", "config-dir-missing", "yaml-broken"})


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a change is not made."""

    code: str
    message: str
    remedy: str
    refused: bool = False
    """Whether the files are refused (exit code 1), not the target (exit code 3)."""


@dataclass(slots=True)
class Preflight:
    """What was found out about a sensor and a list for it."""

    hindrances: list[Hindrance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    starts: list[AgentStart] = field(default_factory=list)
    state: AgentState | None = None

    def refuse(self, code: str, message: str, remedy: str = "", *, refused: bool = False) -> None:
        """Add a hindrance."""
        self.hindrances.append(Hindrance(code, message, remedy, refused))


def examine_sensor(sensor: Sensor, new: FilterList, clock: Clock, report: Callable[[str], None]) -> Preflight:
    """Return what stands in the way of putting a list in force on a sensor. Nothing is changed.

    Harmless processes of our own are started, to see whether the agent exports now.
    """
    found = Preflight()
    check_new_list(found, sensor, new)
    check_layers(found, sensor)
    check_policies(found, sensor)
    check_access(found, sensor)
    check_room(found, sensor, len(new.source))
    try:
        found.state = sensor.control.state()
        found.starts = sensor.control.starts()
    except SourceError as error:
        found.refuse("agent-unknown", error.message, error.remedy)
        return found
    check_former_list(found, sensor)
    check_agent(found, sensor, found.state)
    if not found.hindrances:
        report("does the sensor export now? a process of ours must appear in its export file")
        check_export(found, sensor, clock)
    return found


def check_new_list(found: Preflight, sensor: Sensor, new: FilterList) -> None:
    """Refuse a list that the agent would not take, that is dangerous, or that newly hides an attack sample."""
    _check_accepted(found, new)
    if new.accepted:
        _check_attack_samples(found, sensor, new)


def _check_accepted(found: Preflight, new: FilterList) -> None:
    for error in new.errors:
        where = f"line {error.line}, column {error.column}" if error.line else f"entry {error.entry}"
        found.refuse("list-refused", f"the list: {where}: {error.message}", error.remedy, refused=True)
    for result in lint(new):
        if result.severity == "error":
            found.refuse(result.code, f"the list: entry {result.entry}: {result.message}", result.fix, refused=True)
    form = "entry {} of the list can be neither checked nor answered here: {}"
    found.notes += [form.format(entry, reason) for entry, reason in new.unknown]


def _check_attack_samples(found: Preflight, sensor: Sensor, new: FilterList) -> None:
    # Only needed here, and it reads the samples.
    import orjson

    from tetratui.core.tuning.safety.attack_samples import recorded

    known = set(map(canonical_text, sensor.denylist_now().filters))
    for sample in recorded():
        try:
            entry = new.first_match(orjson.loads(sample.line))
        except Panic:
            continue
        if entry is None:
            continue
        text = f"entry {entry} of the list hides the attack sample {sample.technique} {sample.name}"
        if canonical_text(new.filters[entry]) in known:
            found.notes.append(f"{text}; it is in force already")
        else:
            found.refuse("attack-sample", text, "tetratui check --attack-samples names them all", refused=True)


def check_list_alone(data: bytes, version: Version) -> list[Hindrance]:
    """Return why a list is refused, whatever sensor it is for."""
    found = Preflight()
    _check_accepted(found, read(data, version, ALL_FEATURES))
    return found.hindrances


def check_layers(found: Preflight, sensor: Sensor) -> None:
    """Refuse where the file would not decide: a higher layer wins, or layers are broken."""
    setting = sensor.beaten_by
    if setting is not None:
        found.refuse(
            "beaten",
            f"{setting.location} sets export-denylist and wins over {sensor.list_path}",
            "put the list there, or take it out of there",
        )
    for code, message, remedy in sensor.install.faults:
        if code in _FATAL_FAULTS:
            found.refuse(code, message, remedy)
    if sensor.export_file is None:
        found.refuse("no-export", "the sensor has no export-filename: it writes no events", "set export-filename")
    for path, use in ((sensor.list_path, "the list"), (sensor.export_file, "the export file")):
        if path is not None and not sensor.machine.is_mounted(path):
            text = f"{use} lies inside {sensor.machine.name}, where nothing is mounted: what is written there is lost"
            found.refuse("not-mounted", text, f"mount a folder of this machine on that of {path.name} in the container")
    if not sensor.install.settings:
        found.refuse("not-installed", f"no Tetragon was found under {sensor.machine.root}", "name it with --host")
    elif sensor.install.value(CONFIG_FOLDER):
        found.notes.append(f"config-dir is set: the list goes to {sensor.list_path}")


def check_policies(found: Preflight, sensor: Sensor) -> None:
    """Refuse where two policies of the policy folder have one name: the agent would not start again."""
    for name, files in find_same_policies(sensor.machine.root / POLICY_FOLDER).items():
        paths = " and ".join(map(str, files))
        found.refuse(
            "same-policy-twice", f"{paths} hold one policy name, {name!r}: the agent would not start", "move one away"
        )


def check_access(found: Preflight, sensor: Sensor) -> None:
    """Refuse where permissions are missing, all at once: nothing asks for a password in the middle."""
    path, export = sensor.list_path, sensor.export_file
    needed = []
    folder = path.parent if path.parent.exists() else path.parent.parent
    if not os.access(folder, os.W_OK) or (path.parent.exists() and not os.access(staging_folder(path), os.W_OK)):
        needed.append(f"write {path}")
    if path.exists() and not os.access(path, os.R_OK):
        needed.append(f"read {path}")
    if export is not None and export.exists() and not os.access(export, os.R_OK):
        needed.append(f"read {export}")
    if os.geteuid() != 0 and sensor.control.kind == "systemd":
        needed.append(sensor.control.restart_command())
    if needed:
        found.refuse("no-permission", f"you may not {', '.join(needed)}", "run it with sudo")


def check_room(found: Preflight, sensor: Sensor, size: int) -> None:
    """Refuse where the disk has no room for the list, and say where the export file's disk is nearly full."""
    for folder in dict.fromkeys((staging_folder(sensor.list_path), sensor.list_path.parent)):
        if (free := _free(folder)) is not None and free < 4 * size + _ROOM:
            found.refuse("no-room", f"only {free:,} bytes are free in {folder}", "make room first")
    export = sensor.export_file
    free = _free(export.parent) if export is not None else None
    if free is not None and free < _LOG_ROOM:
        found.notes.append(f"only {free:,} bytes are free on the disk of the export file")


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def check_former_list(found: Preflight, sensor: Sensor) -> None:
    """Refuse where the agent would not start with the list on the disk; note where another one runs."""
    now = sensor.denylist_now()
    if now.errors:
        found.refuse(
            "former-refused",
            f"{sensor.list_path} holds a list that Tetragon refuses: there is nothing to go back to",
            "repair it first: tetratui doctor",
        )
        return
    drift = find_drift(sensor, found.starts)
    if drift:
        found.notes.append(f"what runs differs from the disk: {drift}; a restart puts all of the disk in force")


def find_drift(sensor: Sensor, starts: list[AgentStart]) -> str:
    """Return how the list that runs differs from the one on the disk; empty if it does not, or if it is not known."""
    request = starts[-1].request if starts else None
    difference = compare_printed(request, sensor.denylist_now()) if request is not None else ""
    return difference.replace("that was written", "on the disk").replace("that were written", "on the disk")


def check_agent(found: Preflight, sensor: Sensor, state: AgentState) -> None:
    """Refuse to touch an agent that is not healthy."""
    last = found.starts[-1] if found.starts else None
    remedy = f"repair it first: tetratui doctor, and the log of {sensor.control.unit}"
    if not state.active:
        found.refuse("unhealthy", f"the agent does not run: {state.words}", remedy)
    elif last is not None and last.failure:
        found.refuse("unhealthy", f"the agent does not start: {last.failure}", remedy)
    elif last is not None and last.listening is None and sensor.says_lists:
        loop = f", after {format_count(state.restarts, 'restart')}" if state.restarts else ""
        found.refuse("unhealthy", f"the agent has not come to listen since its last start{loop}", remedy)
    if last is None:
        found.notes.append("the log does not go back to the agent's last start")
    if state.restarts:
        found.notes.append(f"the agent was started again by itself {format_count(state.restarts, 'time')}")
    if 0 < state.start_limit < _STARTS_NEEDED:
        found.notes.append(
            f"the unit allows {format_count(state.start_limit, 'start')} in its interval; going back resets that count"
        )
    if not sensor.says_lists:
        found.notes.append("the agent's log level hides its start: only a process of ours in the export file is proof")


def check_export(found: Preflight, sensor: Sensor, clock: Clock) -> None:
    """Refuse to touch an agent that exports nothing: then nothing could be proved afterwards either."""
    if sensor.export_file is None:
        return
    if is_exporting(sensor, sensor.export_file, clock):
        return
    found.refuse(
        "unhealthy",
        f"the agent runs, but nothing of ours reached {sensor.export_file} within {EXPORT_WAIT:.0f} s",
        "repair it first: restart it by hand, and see whether new events are written",
    )


def is_exporting(sensor: Sensor, export: Path, clock: Clock) -> bool:
    """Return whether a process of ours, or where its list lets none through any event, reaches the export file."""
    marker = choose_marker(sensor.machine, [sensor.denylist_now()], sensor.allowlist())
    with closing(sensor.machine.follow(export)) as file:
        markers = MarkerRun(sensor.machine, clock, file, marker)
        end = clock.uptime() + EXPORT_WAIT
        while clock.uptime() < end:
            markers.start()
            for _ in range(2):
                markers.look()
                if markers.seen or (marker is None and markers.lines):
                    return True
                clock.sleep(_LOOK_AGAIN)
    return False
