"""A sensor in a container: the list is written where it is mounted from, and the container is restarted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensor.agent_world import CONF, DENYLIST, AgentWorld, Scenario
from sensor.stand_in_machine import StandInMachine
from sensor.sweep import OLD, InlineCall
from sensor.world_clock import StandingClock
from tetratui.core.apply import restart_watch
from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.container_machine import ContainerMachine
from tetratui.core.apply.operation import Dialogue, Operation
from tetratui.core.apply.plan import ApplyPlan, plan_sensor
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import SourceError, TargetError
from tetratui.core.tetragon import LATEST

NEW = OLD + b'{"binary_regex":["^/usr/bin/%s$"]}\n'


class Engine:
    """A world whose agent runs in a container named tetragon."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = StandingClock(tmp_path / "clock")
        self.world = AgentWorld(tmp_path, self.clock)
        self.world.create(Scenario(), OLD)
        program = self.world.root / "usr/bin/true"
        program.write_bytes(b"")
        program.chmod(0o755)
        self.journal = ChangeJournal(tmp_path / "changes")
        self.machine = ContainerMachine("docker", "tetragon", StandInMachine(self.world))

    def plan(self, data: bytes) -> ApplyPlan:
        sensor = Sensor.find(self.machine, self.machine.agent, LATEST)
        plan = ApplyPlan("1", "docker://tetragon", Path("/out"))
        plan_sensor(plan, sensor, data, self.journal, self.clock, lambda text: None)  # type: ignore[arg-type]
        return plan

    def apply(self, data: bytes, answer: bool | None = True) -> AppliedChange:
        operation = Operation(
            self.journal,
            self.plan(data),
            Operator("tester", "here"),
            "",
            5.0,
            clock=self.clock,  # type: ignore[arg-type]
            start_keeper=lambda change, journal, secret: secret,
        )
        with self.journal.lock():
            return operation.run(Dialogue(ask=lambda left: answer))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(restart_watch, "_RestartCall", InlineCall)
    return Engine(tmp_path)


def test_the_list_is_written_behind_the_mount(engine: Engine) -> None:
    change = engine.apply(NEW % b"cut")
    assert change.state is ChangeState.CONFIRMED
    assert (engine.world.root / DENYLIST).read_bytes() == NEW % b"cut" == engine.world.list_in_force()
    assert change.parts[0]["path"] == str((engine.world.root / DENYLIST).resolve())
    assert [call for call in engine.machine.agent._machine.calls if call[1] == "restart"] == [  # type: ignore[attr-defined]
        ["docker", "restart", "tetragon"]
    ]
    assert {path.name for path in (engine.world.root / CONF).iterdir()} == {"export-denylist", "export-filename"}


@pytest.mark.parametrize(("binary", "answer"), [(b"agent-refuses", True), (b"cut", False), (b"cut", None)])
def test_it_is_taken_back(engine: Engine, binary: bytes, answer: bool | None) -> None:
    change = engine.apply(NEW % binary, answer)
    assert change.state is ChangeState.REVERTED
    assert (engine.world.root / DENYLIST).read_bytes() == OLD == engine.world.list_in_force()
    assert engine.world.is_exporting()
    assert not list(engine.world.folder.rglob(".*.tetratui-*"))


def test_a_list_from_the_environment_is_named(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    container = engine.world.container()
    container["Config"]["Env"] = ['TETRAGON_EXPORT_DENYLIST={"pid":[1]}']
    monkeypatch.setattr(engine.world, "container", lambda: container)
    engine.machine = ContainerMachine("docker", "tetragon", StandInMachine(engine.world))
    with pytest.raises(TargetError, match="environment sets export-denylist"):
        engine.plan(NEW % b"cut").check()


def test_without_a_mount_nothing_is_written(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    container = engine.world.container()
    container["Mounts"] = container["Mounts"][1:]
    monkeypatch.setattr(engine.world, "container", lambda: container)
    engine.machine = ContainerMachine("docker", "tetragon", StandInMachine(engine.world))
    with pytest.raises(TargetError, match="where nothing is mounted"):
        engine.plan(NEW % b"cut").check()


def test_no_such_container(engine: Engine) -> None:
    with pytest.raises(SourceError, match="docker does not show nowhere"):
        ContainerMachine("docker", "nowhere", StandInMachine(engine.world))
