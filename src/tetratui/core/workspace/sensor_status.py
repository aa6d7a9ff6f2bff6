"""What is in force on this host: the list, since when, predicted against measured, drift, and the journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tetratui.core.apply.agent_control import AgentControl, AgentState
from tetratui.core.apply.change import AppliedChange
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.log_record import AgentStart
from tetratui.core.apply.measure import Measure, measure_since
from tetratui.core.apply.metrics import AgentMetrics, read_metrics
from tetratui.core.apply.preflight import find_drift
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import TetratuiError
from tetratui.core.tetragon import FilterList


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """What is known of a sensor and its changes at one moment."""

    host: str
    filters: FilterList
    list_location: str
    """The file, or `environment`, or `command line`, that sets the list; empty if there is no list."""
    measure: Measure | None
    drift: tuple[str, ...]
    """How what runs differs from what should: one sentence each."""
    unknown: tuple[str, ...]
    """What could not be found out, and why."""
    changes: tuple[AppliedChange, ...]
    """The journal, newest first."""
    metrics: AgentMetrics | None
    start: AgentStart | None
    """The agent's last start, None if its log does not go back so far."""


def read_status(sensor: Sensor, journal: ChangeJournal, clock: Clock, since: float | None = None) -> SensorStatus:
    """Return the status of a sensor, measured over the last `since` seconds, or since the newest change in force."""
    unknown: list[str] = []
    changes = journal.changes()
    filters = sensor.denylist_now()
    starts, state = _read_agent(sensor.control, unknown)
    measure = _measure(sensor, filters, changes, clock, since, unknown)
    setting = sensor.install.effective("export-denylist")
    return SensorStatus(
        sensor.machine.name,
        filters,
        setting.location if setting is not None else "",
        measure,
        tuple(_find_drift(sensor, starts, state, changes)),
        tuple(unknown),
        tuple(changes),
        read_metrics(sensor.metrics_address) if sensor.metrics_address else None,
        starts[-1] if starts else None,
    )


def _read_agent(control: AgentControl, unknown: list[str]) -> tuple[list[AgentStart], AgentState | None]:
    try:
        return control.starts(), control.state()
    except TetratuiError as error:
        unknown.append(f"how the agent runs: {error}")
        return [], None


def _measure(
    sensor: Sensor,
    filters: FilterList,
    changes: list[AppliedChange],
    clock: Clock,
    since: float | None,
    unknown: list[str],
) -> Measure | None:
    export = sensor.export_file
    if export is None:
        unknown.append("what is measured: the sensor has no export file")
        return None
    now = clock.now()
    in_force = next((change for change in changes if change.in_force), None)
    begin = now - since if since is not None else (in_force.ended or in_force.when) if in_force is not None else 0.0
    try:
        return measure_since(export, filters, changes, begin, now)
    except TetratuiError as error:
        unknown.append(f"what is measured: {error}")
        return None


def _find_drift(
    sensor: Sensor, starts: list[AgentStart], state: AgentState | None, changes: list[AppliedChange]
) -> list[str]:
    drift = []
    if state is not None and not state.active:
        drift.append(f"the agent does not run: {state.words}")
    if starts and starts[-1].failure:
        drift.append(f"the agent does not start: {starts[-1].failure}")
    difference = find_drift(sensor, starts)
    if difference:
        drift.append(difference)
    return drift + _find_changed_file(sensor, changes)


def _find_changed_file(sensor: Sensor, changes: list[AppliedChange]) -> list[str]:
    """Return where the file is no longer what the newest change left."""
    for change in changes:
        for facts in change.parts:
            if facts.get("path") == str(sensor.list_path) and change.state.is_finished:
                left = facts["after"] if change.in_force else facts["before"]
                if sensor.machine.state(Path(facts["path"])).sha256 != left:
                    return [f"{facts['path']} was changed after change {change.id}, not by tetratui"]
                return []
    return []
