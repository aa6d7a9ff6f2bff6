"""Doctor sees how the agent runs, not only how it is configured."""

from __future__ import annotations

from pathlib import Path

from sensor.agent_world import DENYLIST, AgentWorld, Scenario
from sensor.stand_in_machine import StandInMachine
from sensor.sweep import OLD
from sensor.world_clock import StandingClock
from tetratui.core.apply.agent_control import SystemdAgent
from tetratui.core.apply.running_agent import diagnose_sensor
from tetratui.core.apply.sensor import Sensor
from tetratui.core.tetragon import LATEST


def diagnose(tmp_path: Path, binary: str = "", restart: bool = True, **scenario: bool) -> dict[str, str]:
    clock = StandingClock(tmp_path / "clock")
    world = AgentWorld(tmp_path, clock)
    world.create(Scenario(**scenario), OLD)  # type: ignore[arg-type]
    program = world.root / "usr/bin/true"
    program.write_bytes(b"")
    program.chmod(0o755)
    if binary:
        (world.root / DENYLIST).write_text(f'{{"binary_regex":["^/usr/bin/{binary}$"]}}\n')
    if restart:
        world.restart()
    clock.sleep(20.0)
    machine = StandInMachine(world)
    sensor = Sensor.find(machine, SystemdAgent(machine), LATEST)
    return {finding.code: finding.message for finding in diagnose_sensor(sensor, clock)}  # type: ignore[arg-type]


def test_a_healthy_agent_has_nothing_wrong(tmp_path: Path) -> None:
    assert diagnose(tmp_path) == {}


def test_a_crash_loop_is_an_error_though_it_is_active(tmp_path: Path) -> None:
    assert set(diagnose(tmp_path, "agent-refuses")) == {"agent-unhealthy"}


def test_an_agent_that_exports_nothing_is_an_error(tmp_path: Path) -> None:
    assert "it exports nothing" in diagnose(tmp_path, "agent-is-silent")["exports-nothing"]


def test_drift_is_a_warning(tmp_path: Path) -> None:
    assert "entry 0 of the list" in diagnose(tmp_path, "cut", restart=False)["drift"]


def test_a_log_without_permission_is_told(tmp_path: Path) -> None:
    assert "you may not read the journal" in diagnose(tmp_path, journal_permission=False)["agent-unknown"]
