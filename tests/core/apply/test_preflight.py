"""What stands in the way of a change is found before it begins, all of it, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sensor.agent_world import CONF, DENYLIST, LOG, UNIT, AgentWorld, Scenario
from sensor.stand_in_machine import StandInMachine
from sensor.sweep import OLD
from sensor.world_clock import StandingClock
from tetratui.core.apply import preflight
from tetratui.core.apply.agent_control import SystemdAgent
from tetratui.core.apply.preflight import Preflight, examine_sensor
from tetratui.core.apply.sensor import Sensor
from tetratui.core.tetragon import LATEST

NEW = b'{"binary_regex":["^/usr/bin/cut$"]}\n'
NOTHING: Callable[[AgentWorld], object] = lambda world: None  # noqa: E731


def look(
    tmp_path: Path,
    new: bytes = NEW,
    change: Callable[[AgentWorld], object] = NOTHING,
    scenario: Scenario = Scenario(),  # noqa: B008
    wait: float = 30.0,
) -> Preflight:
    clock = StandingClock(tmp_path / "clock")
    world = AgentWorld(tmp_path, clock)
    world.create(scenario, OLD)
    program = world.root / "usr/bin/true"
    program.write_bytes(b"")
    program.chmod(0o755)
    change(world)
    clock.sleep(wait)
    machine = StandInMachine(world)
    sensor = Sensor.find(machine, SystemdAgent(machine), LATEST)
    return examine_sensor(sensor, sensor.read_list(new), clock, lambda text: None)  # type: ignore[arg-type]


def codes(found: Preflight) -> set[str]:
    return {hindrance.code for hindrance in found.hindrances}


def write(name: str, text: str) -> Callable[[AgentWorld], object]:
    def change(world: AgentWorld) -> None:
        path = world.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


def run_with(name: bytes) -> Callable[[AgentWorld], object]:
    def change(world: AgentWorld) -> None:
        (world.root / DENYLIST).write_bytes(b'{"binary_regex":["^/usr/bin/%s$"]}\n' % name)
        world.restart()

    return change


def test_nothing_stands_in_the_way_of_a_healthy_sensor(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found.hindrances == []
    assert found.notes == []
    assert found.state is not None


@pytest.mark.parametrize("wait", [0.95, 1.6, 5.0, 30.0])
def test_a_crash_loop_is_seen_at_every_moment(tmp_path: Path, wait: float) -> None:
    assert codes(look(tmp_path, change=run_with(b"agent-refuses"), wait=wait)) >= {"unhealthy"}


def test_an_agent_that_exports_nothing_is_not_touched(tmp_path: Path) -> None:
    found = look(tmp_path, change=run_with(b"agent-is-silent"))
    assert codes(found) == {"unhealthy"}
    assert "nothing of ours reached" in found.hindrances[0].message


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (b'{"binary_regexp":["x"]}', "list-refused"),
        (b'{"binary_regex":["("]}', "list-refused"),
        (b"{}", "matches-everything"),
        (b'{"binary_regex":["^/usr/bin/curl$"]}', "attack-sample"),
    ],
)
def test_a_list_that_check_refuses(tmp_path: Path, new: bytes, code: str) -> None:
    found = look(tmp_path, new)
    assert all(hindrance.refused for hindrance in found.hindrances)
    assert code in codes(found) or (code == "matches-everything" and found.hindrances)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (UNIT, "[Service]\nExecStart=/usr/bin/tetragon --export-denylist=x\n", "beaten"),
        (UNIT, '[Service]\nExecStart=/t\nEnvironment=TETRAGON_EXPORT_DENYLIST={"pid":[1]}\n', "beaten"),
        (f"{CONF}/EXPORT-DENYLIST", "", "same-option-twice"),
        (f"{CONF}/export-filename", "", "no-export"),
        (f"{CONF}/config-dir", "/nowhere", "config-dir-missing"),
        ("etc/tetragon/tetragon.yaml", "a: 'x", "yaml-broken"),
        (DENYLIST, "[{}]", "former-refused"),
    ],
)
def test_a_configuration_in_which_the_file_does_not_decide(tmp_path: Path, name: str, text: str, code: str) -> None:
    assert code in codes(look(tmp_path, change=write(name, text)))


def test_two_policies_of_one_name_are_named(tmp_path: Path) -> None:
    def change(world: AgentWorld) -> None:
        for name in ("a.yaml", "b.yaml"):
            write(f"etc/tetragon/tetragon.tp.d/{name}", "metadata:\n  name: net\nspec: {}\n")(world)

    found = look(tmp_path, change=change)
    assert codes(found) == {"same-policy-twice"}
    assert "a.yaml and" in found.hindrances[0].message


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_free", lambda folder: 1000)
    found = look(tmp_path)
    assert codes(found) == {"no-room"}
    assert any("export file" in note for note in found.notes)


def test_a_log_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    found = look(tmp_path, scenario=replace(Scenario(), journal_permission=False))
    assert codes(found) == {"agent-unknown"}
    assert "you may not read the journal" in found.hindrances[0].message


def test_permissions_are_named_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.os, "access", lambda path, mode: "true" in str(path))
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 1000)
    (hindrance,) = look(tmp_path).hindrances
    assert hindrance.code == "no-permission"
    for what in ("write ", "read ", LOG, "systemctl restart tetragon"):
        assert what in hindrance.message


def test_drift_is_noted(tmp_path: Path) -> None:
    found = look(tmp_path, change=write(DENYLIST, '{"binary_regex":["^/usr/bin/id$"]}'))
    assert found.hindrances == []
    assert any("what runs differs from the disk" in note for note in found.notes)


def test_a_folder_that_is_not_there_yet_is_no_hindrance(tmp_path: Path) -> None:
    def change(world: AgentWorld) -> None:
        lower = world.root / "usr/local/lib/tetragon/tetragon.conf.d"
        lower.parent.mkdir(parents=True, exist_ok=True)
        (world.root / CONF).rename(lower)
        (lower / "export-denylist").write_bytes(OLD)

    assert look(tmp_path, change=change).hindrances == []
