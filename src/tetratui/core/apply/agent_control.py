"""Restart an agent and ask how it runs, under systemd or in a container."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson

from tetratui.core.apply.clock import format_time
from tetratui.core.apply.log_record import STARTING, AgentRecord, AgentStart, read_journal, read_starts
from tetratui.core.apply.machine import Machine, ProgramResult
from tetratui.core.errors import SourceError, TargetError

RESTART_TIMEOUT = 300.0
"""Seconds; systemd itself kills an agent that does not stop after TimeoutStopSec, 90 by default."""
_HISTORY_LINES = 4000
_PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "MainPID",
    "NRestarts",
    "ExecMainStatus",
    "StartLimitBurst",
    "TimeoutStopUSec",
)
_SECRET_LOG = re.compile(r"insufficient permissions|not seeing messages", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AgentState:
    """How an agent runs, as the service manager or the container engine says."""

    active: bool
    """Whether it is said to be running, which a crash loop is too."""
    words: str
    pid: int
    restarts: int
    """How often it was started again by itself."""
    ended: bool = False
    """Whether it is down and stays down."""
    start_limit: int = 0
    """Most starts within the unit's interval; 0 if there is no limit or it is not known."""


class AgentControl(Protocol):
    """What a change needs of the program that runs an agent."""

    kind: str
    """`systemd` or `docker`, as the journal of changes has it."""
    unit: str
    """The unit, or the container."""

    def state(self) -> AgentState:
        """Return how the agent runs. Raises SourceError."""
        ...

    def restart(self) -> None:
        """Restart it, which takes as long as it needs to stop. Raises TargetError."""
        ...

    def forget_failures(self) -> None:
        """Let it be started again though it failed too often."""
        ...

    def cursor(self) -> str:
        """Return the end of its log. Raises SourceError if the log cannot be read."""
        ...

    def records_since(self, cursor: str) -> list[AgentRecord]:
        """Return what was logged after a cursor. Raises SourceError."""
        ...

    def starts(self) -> list[AgentStart]:
        """Return its starts as far as the log goes back, oldest first. Raises SourceError."""
        ...

    def restart_command(self) -> str:
        """Return the command that restarts it, for an operator to read."""
        ...


class SystemdAgent:
    """An agent that runs as a unit of systemd."""

    kind = "systemd"

    def __init__(self, machine: Machine, unit: str = "tetragon") -> None:
        self._machine, self.unit = machine, unit

    def state(self) -> AgentState:
        """Return what `systemctl show` says."""
        result = self._machine.run(["systemctl", "show", self.unit, f"--property={','.join(_PROPERTIES)}"])
        if result.code != 0:
            raise SourceError(f"systemctl does not answer: {result.reason}", "is systemd running here?")
        lines = result.stdout.decode("utf-8", "replace").splitlines()
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        if values.get("LoadState") == "not-found":
            raise SourceError(f"systemd knows no unit {self.unit}", "name it with --unit")
        active, sub = values.get("ActiveState", "unknown"), values.get("SubState", "unknown")
        return AgentState(
            active == "active" and sub == "running",
            f"{active} ({sub}), result {values.get('Result', 'unknown')}",
            _number(values.get("MainPID")),
            _number(values.get("NRestarts")),
            active in {"failed", "inactive"},
            _number(values.get("StartLimitBurst")),
        )

    def restart(self) -> None:
        """Restart the unit. That this returns says nothing of the agent."""
        _check(self._machine.run(["systemctl", "restart", self.unit], RESTART_TIMEOUT), self.restart_command())

    def forget_failures(self) -> None:
        """Reset the unit's count of starts."""
        self._machine.run(["systemctl", "reset-failed", self.unit])

    def cursor(self) -> str:
        """Return the cursor of the unit's last record."""
        records = self._journal(["--lines=1"])
        return records[-1].cursor if records else ""

    def records_since(self, cursor: str) -> list[AgentRecord]:
        """Return the unit's records after a cursor."""
        return self._journal([f"--after-cursor={cursor}"] if cursor else [])

    def starts(self) -> list[AgentStart]:
        """Return the starts among the unit's last records."""
        return read_starts(self._journal([f"--lines={_HISTORY_LINES}"]))

    def restart_command(self) -> str:
        """Return the command that restarts it."""
        return f"systemctl restart {self.unit}"

    def _journal(self, options: Sequence[str]) -> list[AgentRecord]:
        # Without --all journalctl leaves out fields of more than 4,096 bytes, and the lists are longer.
        command = ["journalctl", f"--unit={self.unit}", "--output=json", "--all", "--no-pager", *options]
        result = self._machine.run(command)
        error = result.stderr.decode("utf-8", "replace")
        if _SECRET_LOG.search(error):
            raise SourceError(
                f"you may not read the journal of {self.unit}", "run it with sudo, or join the group systemd-journal"
            )
        if result.code != 0:
            raise SourceError(f"journalctl does not answer: {result.reason}", "is journald running here?")
        return read_journal(result.stdout)


class DockerAgent:
    """An agent that runs in a container of Docker or Podman."""

    kind = "docker"

    def __init__(self, machine: Machine, unit: str, engine: str = "docker") -> None:
        self._machine, self.unit, self.engine = machine, unit, engine
        self.kind = engine
        self._start = 1

    def inspect(self) -> dict[str, Any]:
        """Return what the engine knows of the container. Raises SourceError."""
        result = self._machine.run([self.engine, "inspect", self.unit])
        if result.code != 0:
            raise SourceError(f"{self.engine} does not show {self.unit}: {result.reason}", f"{self.engine} ps -a")
        try:
            document = orjson.loads(result.stdout)
        except orjson.JSONDecodeError:
            document = []
        if not isinstance(document, list) or not document or not isinstance(document[0], dict):
            raise SourceError(f"{self.engine} inspect {self.unit} printed no container", "")
        return document[0]

    def state(self) -> AgentState:
        """Return what the engine says of the container."""
        container = self.inspect()
        state = container.get("State") or {}
        status = str(state.get("Status", "unknown"))
        return AgentState(
            status == "running",
            f"{status}, exit code {state.get('ExitCode', 'unknown')}",
            int(state.get("Pid") or 0),
            int(container.get("RestartCount") or 0),
            status in {"exited", "dead", "created"},
        )

    def restart(self) -> None:
        """Restart the container."""
        _check(self._machine.run([self.engine, "restart", self.unit], RESTART_TIMEOUT), self.restart_command())

    def forget_failures(self) -> None:
        """Do nothing: engines have no count that stops a restart by hand."""

    def cursor(self) -> str:
        """Return the time of the last line of the log."""
        records = self._logs(["--tail=1"])
        return records[-1].cursor if records else ""

    def records_since(self, cursor: str) -> list[AgentRecord]:
        """Return the lines after the cursor, which is the time of a line."""
        records = self._logs([f"--since={cursor}"] if cursor else [])
        numbered = _number_starts([record for record in records if record.cursor > cursor], self._start)
        self._start = numbered[-1].pid if numbered else self._start
        return numbered

    def starts(self) -> list[AgentStart]:
        """Return the starts among the last lines."""
        return read_starts(_number_starts(self._logs([f"--tail={_HISTORY_LINES}"]), 1))

    def restart_command(self) -> str:
        """Return the command that restarts it."""
        return f"{self.engine} restart {self.unit}"

    def _logs(self, options: Sequence[str]) -> list[AgentRecord]:
        result = self._machine.run([self.engine, "logs", "--timestamps", *options, self.unit])
        if result.code != 0:
            raise SourceError(f"{self.engine} logs {self.unit}: {result.reason}", "run it with sudo")
        return _read_log_lines(result.stdout + b"\n" + result.stderr)


def parse_engine_log(output: bytes) -> list[AgentRecord]:
    """Return the lines that an engine or kubectl printed with time stamps, each with the number of its start as pid."""
    return _number_starts(_read_log_lines(output), 1)


def _read_log_lines(output: bytes) -> list[AgentRecord]:
    records = [record for line in output.split(b"\n") if (record := _read_log_line(line)) is not None]
    records.sort(key=lambda record: record.cursor)
    return records


def _read_log_line(line: bytes) -> AgentRecord | None:
    stamp, blank, text = line.decode("utf-8", "replace").partition(" ")
    if not blank:
        return None
    try:
        # Nanoseconds, of which Python takes six digits.
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", stamp.replace("Z", "+00:00"))).timestamp()
    except ValueError:
        return None
    return AgentRecord(0, time, text, stamp)


def _number_starts(records: list[AgentRecord], start: int) -> list[AgentRecord]:
    """Give every record the number of its start in place of a pid, which engines do not log."""
    numbered = []
    for record in records:
        start += record.message == STARTING
        numbered.append(AgentRecord(start, record.time, record.text, record.cursor))
    return numbered


def _check(result: ProgramResult, command: str) -> None:
    if result.code != 0:
        raise TargetError(f"{command} failed: {result.reason}", "run it with sudo, or look at its status")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def describe_restart(start: AgentStart) -> str:
    """Return when a start began and how long it took to listen."""
    if start.listening is None:
        return f"started {format_time(start.began)}, never listening since"
    return f"started {format_time(start.began)}, listening after {start.listening - start.began:.1f} s"
