"""A screen plans and runs a change in threads, and answers from another one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sensor.agent_world import DENYLIST, AgentWorld, Scenario
from sensor.installed_programs import install
from sensor.world_clock import FastClock
from tetratui.core.apply.change import ChangeState
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.workspace.apply_run import ApplyRun, find_unfinished, read_difference
from tetratui.core.workspace.applying import ApplyRequest

OLD = b'{"binary_regex":["^/usr/bin/date$"]}\n'
NEW = OLD + b'{"binary_regex":["^/usr/bin/cut$"]}\n'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgentWorld:
    world = AgentWorld(tmp_path, FastClock())
    world.create(Scenario(stop=0.1, started=0.1, loaded=0.15, exporter=0.15, listening=0.3), OLD)
    for name, value in install(world).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/export-denylist").write_bytes(NEW)
    return world


@pytest.mark.parametrize("keep", [True, False])
def test_planned_run_and_answered(world: AgentWorld, keep: bool) -> None:
    run = ApplyRun(ChangeJournal(world.folder / "changes"))
    asked = threading.Event()
    run.on_countdown = lambda left: asked.set()
    plan = run.make_plan(ApplyRequest(world.folder / "out", root=world.root))
    assert next(step.name for _, step in plan.steps()) == "back up the list"
    steps: list[str] = []
    run.on_progress = lambda progress: steps.append(f"{progress.step} {progress.state}")

    def answer() -> None:
        assert asked.wait(60)
        run.answer(keep)

    other = threading.Thread(target=answer)
    other.start()
    change = run.run("a test", 60.0)
    other.join()
    assert change.state is (ChangeState.CONFIRMED if keep else ChangeState.REVERTED)
    assert (world.root / DENYLIST).read_bytes() == (NEW if keep else OLD) == world.list_in_force()
    assert "prove the list done" in steps
    assert '+{"binary_regex":["^/usr/bin/cut$"]}' in read_difference(change)
    assert find_unfinished(run.journal) == []


def test_going_back_in_the_middle(world: AgentWorld) -> None:
    run = ApplyRun(ChangeJournal(world.folder / "changes"))
    run.make_plan(ApplyRequest(world.folder / "out", root=world.root))
    run.on_progress = lambda progress: run.go_back() if progress.step == "restart the sensor" else None
    change = run.run("a test", 60.0)
    assert change.state is ChangeState.REVERTED
    assert "the operator went back" in change.outcome
    assert world.list_in_force() == OLD
