"""What the journal keeps of one change: who made it, when, why, its steps with their times, and how it ended."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

FORMAT = 1


class ChangeState(StrEnum):
    """How far a change has come."""

    APPLYING = "applying"
    WAITING = "waiting"
    """Applied and proved; it waits for the operator's confirmation."""
    CONFIRMED = "confirmed"
    UNDOING = "undoing"
    REVERTED = "reverted"
    """The former state is in force, and that is proved."""
    STUCK = "stuck"
    """Going back failed: the outcome says what to do by hand."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self in {ChangeState.CONFIRMED, ChangeState.REVERTED}


class StepRecord(msgspec.Struct):
    """One step of a change, or of going back."""

    step: str
    part: str
    """The part of the change that it belongs to: `tetragon`, `wazuh-rules`, …"""
    title: str
    state: str = "pending"
    """`pending`, `running`, `done` or `failed`."""
    began: float | None = None
    """Seconds since the epoch."""
    seconds: float | None = None
    message: str = ""

    @property
    def is_touched(self) -> bool:
        """Whether it may have changed something."""
        return self.state != "pending"


class AddedFilter(msgspec.Struct):
    """One filter that a change brought, with what it was expected to hide."""

    filter: str
    """Its canonical text."""
    reason: str = ""
    owner: str = ""
    scope: str = ""
    events_per_second: float | None = None
    """What it would have hidden before the change; None where that was not measured."""
    bytes_per_second: float | None = None


class Workload(msgspec.Struct):
    """What an export file held over some time."""

    seconds: float
    events: int
    bytes: int
    hidden_events: int = 0
    """Events among them that the new entries would have hidden."""
    hidden_bytes: int = 0


class AppliedChange(msgspec.Struct):
    """One change of what a sensor and a manager do."""

    id: str
    when: float
    who: str
    origin: str
    """The terminal or the address that the operator came from."""
    host: str
    source: str
    """The folder of the files that were applied."""
    reason: str
    plan: str
    """The digest of what was shown."""
    parts: list[dict[str, Any]]
    """For each part what is needed to take it back, without this process."""
    steps: list[StepRecord]
    format: int = FORMAT
    undo: list[StepRecord] = []
    state: ChangeState = ChangeState.APPLYING
    outcome: str = ""
    """What happened and what stands now, in one sentence."""
    in_force: bool = False
    """Whether the new lists were proved to be in force."""
    ended: float | None = None
    confirm_seconds: float | None = None
    """How long the operator has to confirm; None without confirmation."""
    deadline: float | None = None
    """Uptime at which an unconfirmed change is taken back, or at which a step has taken too long."""
    boot: str = ""
    """The boot that `deadline` belongs to."""
    runner: int = 0
    """The process that works on it."""
    added: list[AddedFilter] = []
    removed: list[str] = []
    """Canonical texts of filters that are no longer there."""
    before: Workload | None = None
    reverts: str = ""
    """The change that this one takes back."""

    def touched(self, part: str) -> frozenset[str]:
        """Return the steps of a part that may have changed something."""
        return frozenset(step.step for step in self.steps if step.part == part and step.is_touched)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who makes a change, and from where."""

    name: str
    origin: str

    @classmethod
    def of_this_process(cls) -> Operator:
        """Return who runs this process; behind sudo that is who called it."""
        try:
            name = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            name = str(os.geteuid())
        sudo = os.environ.get("SUDO_USER")
        connection = os.environ.get("SSH_CONNECTION", "").split()
        origin = f"SSH from {connection[0]}" if connection else _terminal() or "no terminal"
        return cls(f"{name} (sudo of {sudo})" if sudo else name, origin)


def _terminal() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""


def read_boot_id() -> str:
    """Return the id of this boot, empty if the kernel does not tell it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
