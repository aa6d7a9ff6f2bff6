"""Apply a change in a world and end the process at any point of it; then let the keeper, or the next start, go on.

The change runs in a forked process, so that a kill ends it as a real one does: no handler, no `finally`. Points are the
calls to the operating system that make a difference, and every program that is run.
"""

from __future__ import annotations

import errno
import os
import signal
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sensor.agent_world import DENYLIST, LOG, AgentWorld, Scenario
from sensor.stand_in_machine import StandInMachine
from sensor.world_clock import StandingClock
from tetratui.core.apply import restart_watch
from tetratui.core.apply.agent_control import SystemdAgent
from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.keeper import keep
from tetratui.core.apply.operation import Dialogue, Operation, undo_left_change
from tetratui.core.apply.plan import ApplyPlan, plan_sensor
from tetratui.core.apply.sensor import Sensor
from tetratui.core.apply.sensor_part import SensorPart
from tetratui.core.errors import TetratuiError
from tetratui.core.tetragon import LATEST

OLD = b'{"binary_regex":["^/usr/bin/date$"]}\n'
_WATCHED = ("replace", "link", "unlink", "fsync", "open")
_CRASHED = 99


@dataclass
class Faults:
    """What goes wrong, and at which point; points are counted from 0."""

    at: int | None = None
    what: str = ""
    """`kill`, `term`, `hup`, `int`, `terminal` or `full`."""
    before: bool = True
    """Whether it happens before or after the effect of the point."""
    count: int = 0
    names: list[str] = field(default_factory=list)
    stopping: bool = False
    full: bool = False
    deaf: bool = False

    def point(self, name: str, *, after: bool = False) -> None:
        """Pass a point."""
        if not after:
            self.names.append(name)
            self.count += 1
        if self.at is not None and self.count - 1 == self.at and self.before is not after:
            self._strike()

    def _strike(self) -> None:
        match self.what:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "term" | "hup" | "int":
                self.stopping = True
                self.deaf = self.what == "hup"
            case "terminal":
                self.deaf = True
            case "full":
                self.full = True


class FaultyMachine(StandInMachine):
    """A stand-in whose every program is a point."""

    def __init__(self, world: AgentWorld, faults: Faults) -> None:
        super().__init__(world)
        self._faults = faults

    def run(self, words: Sequence[str], timeout: float = 0.0) -> Any:
        self._faults.point(f"{Path(words[0]).name} {words[1] if len(words) > 1 else ''}")
        result = super().run(words)
        self._faults.point("", after=True)
        return result


class InlineCall(restart_watch._RestartCall):
    """Restarts in the same thread: every run passes the same points."""

    def start(self) -> None:
        self.run()

    @property
    def is_done(self) -> bool:
        return True


def watch_system_calls(faults: Faults, folder: Path, patch: Callable[[Any, str, Any], None]) -> None:
    """Make every call that changes a file of the world a point, and let writes fail once the disk is full."""
    for name in _WATCHED:
        patch(os, name, _watch(name, getattr(os, name), faults, folder))
    write = os.write

    def write_or_fail(handle: int, data: Any) -> int:
        if faults.full and str(folder) in os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    patch(os, "write", write_or_fail)


def _watch(name: str, call: Any, faults: Faults, folder: Path) -> Any:
    def watched(path: Any, *args: Any, **kwargs: Any) -> Any:
        ours = name == "fsync" or (str(folder) in str(path) and "/world." not in str(path))
        if name == "open" and (not args or not args[0] & (os.O_WRONLY | os.O_RDWR)):
            ours = False
        if not ours:
            return call(path, *args, **kwargs)
        faults.point(name)
        result = call(path, *args, **kwargs)
        faults.point(name, after=True)
        return result

    return watched


@dataclass
class Sweep:
    """One world with one change; the operator's answer is `answer` as soon as it is asked."""

    folder: Path
    new: bytes
    scenario: Scenario = field(default_factory=Scenario)
    answer: bool | None = True
    old: bytes | None = OLD

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock = StandingClock(self.folder / "clock")
        self.world = AgentWorld(self.folder, self.clock)
        self.world.create(self.scenario, self.old)
        self.program = self.world.root / "usr/bin/true"
        self.program.write_bytes(b"")
        self.program.chmod(0o755)
        self.journal = ChangeJournal(self.folder / "changes")

    def run(self, faults: Faults) -> int:
        """Apply the change in a process of its own, and return how it ended: its exit status, or minus its signal."""
        child = os.fork()
        if child == 0:
            try:
                os._exit(self._apply(faults))
            except TetratuiError:
                os._exit(3)
            except BaseException:
                traceback.print_exc()
                os._exit(_CRASHED)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def count_points(self) -> int:
        """Apply the change without a fault, and return how many points it passes."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            faults = Faults()
            try:
                self._apply(faults)
                os.write(writer, str(faults.count).encode())
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader) as result:
            return int(result.read() or 0)

    def _apply(self, faults: Faults) -> int:
        patch = pytest.MonkeyPatch()
        patch.setattr(restart_watch, "_RestartCall", InlineCall)
        machine = FaultyMachine(self.world, faults)
        with self.journal.lock():
            plan = ApplyPlan(self.journal.new_id(self.clock.now()), machine.name, self.folder)
            plan_sensor(plan, self.make_sensor(machine), self.new, self.journal, self.clock, lambda text: None)
            operation = Operation(
                self.journal,
                plan,
                Operator("tester", "here"),
                "a test",
                5.0,
                clock=self.clock,  # type: ignore[arg-type]
                start_keeper=self._note_keeper,
            )
            watch_system_calls(faults, self.folder, patch.setattr)
            change = operation.run(self._make_dialogue(faults))
        return {ChangeState.CONFIRMED: 0, ChangeState.REVERTED: 4}.get(change.state, 3)

    def _note_keeper(self, change: AppliedChange, journal: ChangeJournal, secret: str) -> str:
        (self.folder / "keeper").touch()
        return "noted"

    def _make_dialogue(self, faults: Faults) -> Dialogue:
        def report(progress: object) -> None:
            if faults.deaf:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        return Dialogue(report, lambda left: self.answer, lambda: faults.stopping)

    def make_sensor(self, machine: StandInMachine) -> Sensor:
        return Sensor.find(machine, SystemdAgent(machine), LATEST)

    def recover_and_die(self, faults: Faults) -> None:
        """Let the keeper begin, in a process of its own, and be killed too."""
        child = os.fork()
        if child == 0:
            try:
                self.recover(keeper_lives=True, faults=faults)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def recover(self, keeper_lives: bool, faults: Faults | None = None) -> None:
        """Let the keeper end what was left; if it was killed too, the next start takes it back."""
        machine = StandInMachine(self.world) if faults is None else FaultyMachine(self.world, faults)

        def make_parts(change: AppliedChange) -> list[Any]:
            return [
                SensorPart.from_facts(facts, machine, SystemdAgent(machine), self.clock)  # type: ignore[arg-type]
                for facts in change.parts
            ]

        patch = pytest.MonkeyPatch()
        patch.setattr(restart_watch, "_RestartCall", InlineCall)
        if faults is not None:
            watch_system_calls(faults, self.folder, patch.setattr)
        try:
            if keeper_lives and (self.folder / "keeper").exists():
                for change_id in self.journal.ids():
                    keep(self.journal, change_id, self.clock, make_parts)  # type: ignore[arg-type]
            with self.journal.lock():
                for change in self.journal.unfinished():
                    undo_left_change(self.journal, change, make_parts(change), self.clock, Dialogue())  # type: ignore[arg-type]
        finally:
            patch.undo()

    def check(self) -> ChangeState | None:
        """Raise unless all is as it must be, and return how the change ended; None if it did not begin."""
        path = self.world.root / DENYLIST
        on_disk = path.read_bytes() if path.exists() else None
        assert on_disk in {self.old, self.new}, f"neither the old nor the new list is there: {on_disk!r}"
        assert self.world.list_in_force() == (on_disk or b""), "the agent runs with another list than the disk has"
        assert self.world.is_exporting(), "the agent does not export"
        if on_disk is not None and self.old is not None:
            assert path.stat().st_mode & 0o7777 == 0o640, "the list lost its mode"
        left = [file for file in self.folder.rglob(".*") if ".tetratui-" in file.name]
        assert not left, f"temporary files are left: {left}"
        conf = {file.name for file in path.parent.iterdir()}
        assert conf <= {"export-denylist", "export-filename"}, f"something else lies in tetragon.conf.d: {conf}"
        assert self._sees_a_process(), "a process of ours does not reach the export file"
        changes = self.journal.changes()
        if not changes:
            assert on_disk == self.old
            return None
        (change,) = changes
        assert change.state in {ChangeState.CONFIRMED, ChangeState.REVERTED}, f"the journal says {change.state}"
        assert change.outcome
        assert (change.state is ChangeState.CONFIRMED) == (on_disk == self.new), "the journal tells something else"
        return change.state

    def _sees_a_process(self) -> bool:
        log = self.world.root / LOG
        before = log.stat().st_size
        StandInMachine(self.world).run([str(self.program), "still", "there"])
        return log.stat().st_size > before


def try_apply(
    sweep: Sweep, faults: Faults, keeper_lives: bool, keeper_faults: Faults | None = None
) -> ChangeState | None:
    """Apply with a fault, recover, perhaps with another one, check."""
    code = sweep.run(faults)
    assert code != _CRASHED, "a fault of tetratui itself"
    if keeper_faults is not None:
        sweep.recover_and_die(keeper_faults)
    try:
        sweep.recover(keeper_lives)
    except TetratuiError as error:
        raise AssertionError(f"the recovery failed: {error}") from error
    return sweep.check()
