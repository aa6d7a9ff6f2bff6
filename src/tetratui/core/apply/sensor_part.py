"""The part of a change that is the sensor's list: back up, write, restart, prove; and the same with the former list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tetratui.core.apply.agent_control import AgentControl
from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.file_swap import FileSwap
from tetratui.core.apply.machine import Machine
from tetratui.core.apply.marker import MarkerRun, choose_marker
from tetratui.core.apply.metrics import describe_losses
from tetratui.core.apply.preflight import is_exporting
from tetratui.core.apply.printed_lists import compare_printed
from tetratui.core.apply.restart_watch import NotProvedError, RestartWatch, choose_wait
from tetratui.core.apply.sensor import Sensor
from tetratui.core.errors import SourceError
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

    file: FileSwap
    control: AgentControl
    clock: Clock
    version: Version
    kind: str = KIND
    _watch: RestartWatch | None = field(default=None, init=False)
    _wait: float = field(default=0.0, init=False)
    """How long a start may take; read from the log once, which may take seconds."""

    @classmethod
    def from_facts(cls, facts: dict[str, Any], machine: Machine, control: AgentControl, clock: Clock) -> SensorPart:
        """Return the part that the journal describes."""
        return cls(FileSwap.from_facts(facts, machine), control, clock, Version.parse(facts["version"]))

    @property
    def machine(self) -> Machine:
        """The machine of the sensor."""
        return self.file.machine

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back."""
        agent = {"control": self.control.kind, "unit": self.control.unit, "version": str(self.version)}
        return {"kind": self.kind, **agent, **self.file.facts()}

    def steps(self) -> list[ChangeStep]:
        """Return the steps that put the new list in force."""
        restart = self.control.restart_command()
        wait = self._choose_wait()
        return [
            self.file.back_up_step(BACK_UP),
            self.file.write_step(WRITE),
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
            steps.append(self.file.put_back_step(PUT_BACK))
        if RESTART in touched:
            wait = self._choose_wait()
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

    def _choose_wait(self) -> float:
        if not self._wait:
            self._wait = choose_wait(self.control.starts())
        return self._wait

    def check(self) -> None:
        """Raise if the agent died since it was proved, or its file changed. Raises TargetError."""
        if self._watch is not None:
            self._watch.check_health()

    def finish(self) -> None:
        """Remove what lies beside the list."""
        self.machine.tidy(self.file.path)
        if self._watch is not None:
            self._watch.markers.file.close()

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
        if not self.file.after:
            return self._sensor().denylist_without_file()
        return self._sensor().read_list(self.machine.read(self.file.new_copy) or b"")

    def _former_list(self) -> FilterList:
        """Return the list that was in force: that of the former file, or of the layers below it."""
        sensor = self._sensor()
        former = self.file.former()
        return sensor.denylist_without_file() if former is None else sensor.read_list(former)

    def _sensor(self) -> Sensor:
        return Sensor.find(self.machine, self.control, self.version)
