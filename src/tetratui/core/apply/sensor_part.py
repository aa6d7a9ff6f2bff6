"""The part of a change that is the sensor's list: back up, write, restart, prove; and the same with the former list."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tetratui.core.apply.agent_control import AgentControl
from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.machine import Machine, digest
from tetratui.core.apply.marker import MarkerRun, choose_marker
from tetratui.core.apply.metrics import describe_losses
from tetratui.core.apply.preflight import is_exporting
from tetratui.core.apply.printed_lists import compare_printed
from tetratui.core.apply.restart_watch import NotProvedError, RestartWatch, choose_wait
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import RefusedError, SourceError, TargetError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.tetragon import FilterList, Version

KIND = "tetragon"
BACK_UP, WRITE, RESTART, PROVE = "back up the list", "write the list", "restart the sensor", "prove the list"
PUT_BACK, RESTART_AGAIN, PROVE_FORMER = (
    "put the former list back",
    "restart the sensor again",
    "prove the former list",
)


@dataclass(slots=True)
class SensorPart:
    """The change of one sensor's denylist."""

    machine: Machine
    control: AgentControl
    clock: Clock
    version: Version
    path: Path
    """The file that holds the list."""
    before: str
    """The digest of the former content; empty if there was no file."""
    after: str
    backups: Path
    """The folder that keeps the former and the new content."""
    data: bytes | None = None
    """The new content; None when the file is taken away, or the change was read from the journal."""
    kind: str = KIND
    _watch: RestartWatch | None = field(default=None, init=False)

    @classmethod
    def from_facts(cls, facts: dict[str, Any], machine: Machine, control: AgentControl, clock: Clock) -> SensorPart:
        """Return the part that `facts` describes."""
        return cls(
            machine,
            control,
            clock,
            Version.parse(facts["version"]),
            Path(facts["path"]),
            facts["before"],
            facts["after"],
            Path(facts["backups"]),
        )

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back."""
        return {
            "kind": self.kind,
            "control": self.control.kind,
            "unit": self.control.unit,
            "root": str(self.machine.root),
            "version": str(self.version),
            "path": str(self.path),
            "before": self.before,
            "after": self.after,
            "backups": str(self.backups),
        }

    @property
    def former_copy(self) -> Path:
        """Where the former content is kept."""
        return self.backups / f"{self.path.name}.before"

    @property
    def new_copy(self) -> Path:
        """Where the content that was applied is kept."""
        return self.backups / f"{self.path.name}.after"

    def steps(self) -> list[ChangeStep]:
        """Return the steps that put the new list in force."""
        restart = self.control.restart_command()
        wait = choose_wait(self.control.starts())
        return [
            ChangeStep(
                BACK_UP,
                f"keep {self.path} in {self.backups}" if self.before else f"note that {self.path} is not there",
                "the copy is read again",
                "nothing to undo: the copy stays",
                self._back_up,
            ),
            ChangeStep(
                WRITE,
                f"{'replace' if self.after else 'remove'} {self.path}",
                "the file is read again",
                "the former file comes back",
                self._write,
            ),
            ChangeStep(
                RESTART,
                f"{restart}; nothing is seen until the agent listens again",
                "its log: Listening for events..., after the restart",
                f"{restart}, with the former list",
                lambda report: self._restart(report, wait),
                wait + 60.0,
            ),
            ChangeStep(
                PROVE,
                "nothing: harmless processes of our own are started",
                "the lists that the agent printed, and one of these processes in the export file",
                "none needed",
                lambda report: self._prove(report, self._new_list()),
                wait + 60.0,
            ),
        ]

    def undo_steps(self, touched: frozenset[str]) -> list[ChangeStep]:
        """Return the steps that put the former list in force."""
        steps = []
        if WRITE in touched:
            title = f"put the former {self.path} back" if self.before else f"remove {self.path}"
            steps.append(ChangeStep(PUT_BACK, title, "the file is read again", "", self._put_back))
        if RESTART in touched:
            wait = choose_wait(self.control.starts())
            restart = self.control.restart_command()
            steps += [
                ChangeStep(
                    RESTART_AGAIN,
                    restart,
                    "its log: Listening for events..., after the restart",
                    "",
                    lambda report: self._restart(report, wait, again=True),
                    wait + 60.0,
                ),
                ChangeStep(
                    PROVE_FORMER,
                    "nothing",
                    "the lists that the agent printed, and a process of ours in the export file",
                    "",
                    lambda report: self._prove(report, self._former_list()),
                    wait + 60.0,
                ),
            ]
        return steps

    def check(self) -> None:
        """Raise if the agent died since it was proved, or its file changed. Raises TargetError."""
        if self._watch is not None:
            self._watch.check_health()

    def finish(self) -> None:
        """Remove what lies beside the list."""
        self.machine.tidy(self.path)
        if self._watch is not None:
            self._watch.markers.file.close()

    def _back_up(self, report: Report) -> str:
        former = self._read_unchanged()
        report(str(self.backups))
        if self.data is not None:
            replace_private(self.new_copy, self.data)
        if former is None:
            return f"{self.path} was not there"
        replace_private(self.former_copy, former)
        if self.former_copy.read_bytes() != former:
            raise TargetError(f"{self.former_copy} does not hold what was written to it", "look at the disk")
        return f"kept as {self.former_copy}"

    def _read_unchanged(self) -> bytes | None:
        former = self.machine.read(self.path)
        if (digest(former) if former is not None else "") != self.before:
            raise RefusedError(
                f"{self.path} has changed since it was shown", "look at the plan again: tetratui apply --dry-run"
            )
        return former

    def _write(self, report: Report) -> str:
        self._read_unchanged()
        report(str(self.path))
        if not self.after:
            self.machine.put_back(self.path, None)
            return f"{self.path} is gone"
        data = self.machine.read(self.new_copy)
        if data is None or digest(data) != self.after:
            raise RefusedError(f"{self.new_copy} does not hold what was shown", "look at the plan again")
        self.machine.replace(self.path, data)
        if self.machine.state(self.path).sha256 != self.after:
            raise TargetError(f"{self.path} does not hold what was written to it", "look at the disk")
        return f"{self.path} holds the new list ({len(data):,} bytes)"

    def _put_back(self, report: Report) -> str:
        report(str(self.path))
        former = self.machine.read(self.former_copy) if self.before else None
        if self.before and (former is None or digest(former) != self.before):
            raise TargetError(
                f"{self.former_copy} does not hold the former list", f"write {self.path} by hand, then restart"
            )
        self.machine.put_back(self.path, former)
        if self.machine.state(self.path).sha256 != self.before:
            raise TargetError(f"{self.path} does not hold the former list", f"copy {self.former_copy} there by hand")
        return f"{self.path} is as it was" if self.before else f"{self.path} is gone, as it was"

    def _restart(self, report: Report, wait: float, *, again: bool = False) -> str:
        sensor = self._sensor()
        export = sensor.export_file
        if export is None:
            raise SourceError("the sensor has no export-filename", "set it: without it nothing is exported")
        now, allowlist = sensor.denylist_now(), sensor.allowlist()
        other = self._former_list() if not again else self._new_list()
        # One that both lists let through shows where the gap begins, too.
        marker = choose_marker(self.machine, [now, other], allowlist) or choose_marker(self.machine, [now], allowlist)
        markers = MarkerRun(self.machine, self.clock, self.machine.follow(export), marker)
        if again:
            self.control.forget_failures()
        self._watch = RestartWatch(self.control, self.clock, markers, wait, report, sensor.says_lists)
        self._watch.begin()
        try:
            return self._watch.wait_for_listening()
        except NotProvedError:
            if not again or not self._runs_with_former_list():
                raise
            self._watch = None
            return "the agent could not be restarted: it has been running with the former list all the time"

    def _prove(self, report: Report, expected: FilterList) -> str:
        if self._watch is None:
            return self._prove_without_restart()
        self._watch.report = report
        return f"{self._watch.prove(expected)}{describe_losses(self._sensor().metrics_address)}"

    def _prove_without_restart(self) -> str:
        sensor = self._sensor()
        if sensor.export_file is None or not is_exporting(sensor, sensor.export_file, self.clock):
            raise NotProvedError("no process of ours reached the export file", f"read the log of {self.control.unit}")
        return "a process of ours was seen in the export file"

    def _runs_with_former_list(self) -> bool:
        """Return whether the agent has come through its last start with the former list, and runs still."""
        try:
            state, starts = self.control.state(), self.control.starts()
        except SourceError:
            return False
        last = starts[-1] if starts else None
        if last is None or last.request is None or last.listening is None or last.pid != state.pid:
            return False
        return state.active and not compare_printed(last.request, self._former_list())

    def _new_list(self) -> FilterList:
        if not self.after:
            return self._sensor().denylist_without_file()
        return self._sensor().read_list(self.machine.read(self.new_copy) or b"")

    def _former_list(self) -> FilterList:
        """Return the list that was in force: that of the former file, or of the layers below it."""
        sensor = self._sensor()
        former = self.machine.read(self.former_copy) if self.before else None
        return sensor.denylist_without_file() if former is None else sensor.read_list(former)

    def _sensor(self) -> Sensor:
        return Sensor.find(self.machine, self.control, self.version)
