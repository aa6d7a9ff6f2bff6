"""What is wrong with an agent as it runs: a crash loop, nothing exported, another list than the one on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tetratui.core.apply.agent_control import SystemdAgent
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.machine import LocalMachine
from tetratui.core.apply.preflight import Preflight, check_agent, find_drift, is_exporting
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import SourceError
from tetratui.core.tetragon import Version
from tetratui.core.tetragon.agent.finding import Finding

_SYSTEMD = Path("/run/systemd/system")


def diagnose_running_agent(version: Version, clock: Clock | None = None, unit: str = "tetragon") -> list[Finding]:
    """Return what is wrong with the agent that runs on this machine; nothing where systemd does not run it.

    A harmless process is started, to see whether the agent exports.
    """
    if not _SYSTEMD.is_dir():
        return []
    machine = LocalMachine()
    return diagnose_sensor(Sensor.find(machine, SystemdAgent(machine, unit), version), clock or Clock())


def diagnose_sensor(sensor: Sensor, clock: Clock) -> list[Finding]:
    """Return what is wrong with a sensor as it runs."""
    return list(_find(sensor, clock))


def _find(sensor: Sensor, clock: Clock) -> Iterator[Finding]:
    found = Preflight()
    try:
        state = sensor.control.state()
    except SourceError:
        # There is no such unit, or no systemd: an agent that is not there has no fault.
        return
    try:
        found.starts = sensor.control.starts()
    except SourceError as error:
        yield Finding("warning", "agent-unknown", f"how the agent runs is not known: {error.message}", error.remedy)
        return
    check_agent(found, sensor, state)
    for hindrance in found.hindrances:
        yield Finding("error", "agent-unhealthy", hindrance.message, f"read the log of {sensor.control.unit}")
    drift = find_drift(sensor, found.starts)
    if drift:
        yield Finding("warning", "drift", f"what runs differs from the disk: {drift}", "restart the agent")
    export = sensor.export_file
    if found.hindrances or export is None:
        return
    try:
        exports = is_exporting(sensor, export, clock)
    except SourceError:
        return
    if not exports and _may_read(export):
        text = f"the agent listens, but no process of ours reached {export}: it exports nothing"
        yield Finding("error", "exports-nothing", text, "restart the agent, and see whether new events are written")


def _may_read(path: Path) -> bool:
    try:
        with open(path, "rb"):
            return True
    except OSError:
        return False
