"""The part of a change that is the Wazuh agent's `<localfile>` block on this host: write, restart, prove by its log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.file_swap import FileSwap
from tetratui.core.apply.machine import GrowingFile, Machine
from tetratui.core.errors import TargetError

KIND = "wazuh-agent"
CONFIGURATION = "var/ossec/etc/ossec.conf"
LOG = "var/ossec/logs/ossec.log"
UNIT = "wazuh-agent"
BACK_UP, WRITE, RESTART = "back up ossec.conf", "write the localfile block", "restart the Wazuh agent"
PUT_BACK, RESTART_AGAIN = "put the former ossec.conf back", "restart the Wazuh agent again"
_WAIT = 120.0
"""Seconds in which the agent must say which files it reads."""
_TICK = 0.25
_LOCALFILE = re.compile(rb"<localfile>.*?</localfile>", re.DOTALL)
_LOCATION = re.compile(rb"<location>\s*(.*?)\s*</location>", re.DOTALL)
_IS_AGENT = re.compile(rb"<client>.*?<(?:address|server)\b", re.DOTALL)


def is_agent(configuration: bytes) -> bool:
    """Return whether an ossec.conf is that of an agent, not of a manager."""
    return _IS_AGENT.search(configuration) is not None


def find_location(block: bytes) -> bytes:
    """Return the file that a `<localfile>` block reads, empty if it names none."""
    match = _LOCATION.search(block)
    return match[1] if match else b""


def add_block(configuration: bytes, block: bytes) -> bytes:
    """Return an ossec.conf that reads what a block names: the same bytes where it does already.

    An `ossec.conf` may hold several `<ossec_config>`, so that the block is added at the end. Where a block for the same
    file is there, that one is replaced if it was written by us, as it differs then by its `<ignore>` lines only.
    """
    wanted = _LOCALFILE.search(block)
    location = find_location(block)
    if wanted is None or not location:
        return configuration
    for match in _LOCALFILE.finditer(configuration):
        if find_location(match[0]) == location:
            return configuration[: match.start()] + wanted[0] + configuration[match.end() :]
    between = b"" if configuration.endswith(b"\n") or not configuration else b"\n"
    return configuration + between + block


@dataclass(slots=True)
class AgentBlockPart:
    """The change of one agent's ossec.conf."""

    file: FileSwap
    location: str
    """The export file that the agent is to read."""
    clock: Clock
    kind: str = KIND
    _log: GrowingFile | None = field(default=None, init=False)

    @classmethod
    def from_facts(cls, facts: dict[str, Any], machine: Machine, clock: Clock) -> AgentBlockPart:
        """Return the part that the journal describes."""
        return cls(FileSwap.from_facts(facts, machine), facts["location"], clock)

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back."""
        return {"kind": self.kind, "location": self.location, **self.file.facts()}

    def steps(self) -> list[ChangeStep]:
        """Return the steps that let the agent read the export file."""
        return [
            self.file.back_up_step(BACK_UP),
            self.file.write_step(WRITE),
            ChangeStep(
                RESTART,
                f"systemctl restart {UNIT}",
                f"its log: Analyzing file: '{self.location}'",
                f"systemctl restart {UNIT}, with the former file",
                lambda report: self._restart(report, self.location),
                _WAIT + 60.0,
            ),
        ]

    def undo_steps(self, touched: frozenset[str]) -> list[ChangeStep]:
        """Return the steps that put the former configuration in force."""
        steps = [self.file.put_back_step(PUT_BACK)] if WRITE in touched else []
        if RESTART in touched:
            title, proof = f"systemctl restart {UNIT}", "its log says that it has started"
            run = ChangeStep(RESTART_AGAIN, title, proof, "", lambda report: self._restart(report, ""), _WAIT + 60.0)
            steps.append(run)
        return steps

    def check(self) -> None:
        """Do nothing: an agent that reads the file goes on."""

    def finish(self) -> None:
        """Remove what lies beside the configuration."""
        self.file.machine.tidy(self.file.path)

    def _restart(self, report: Report, location: str) -> str:
        machine = self.file.machine
        log = machine.follow(machine.root / LOG)
        try:
            report(f"systemctl restart {UNIT}")
            result = machine.run(["systemctl", "restart", UNIT])
            if result.code != 0:
                raise TargetError(f"systemctl restart {UNIT} failed: {result.reason}", "run it with sudo")
            return self._wait(log, location, report)
        finally:
            log.close()

    def _wait(self, log: GrowingFile, location: str, report: Report) -> str:
        wanted = f"Analyzing file: '{location}'" if location else "Started (pid:"
        text, end = b"", self.clock.uptime() + _WAIT
        while wanted.encode() not in text:
            text += log.read_new()
            if b"CRITICAL:" in text:
                reason = text.partition(b"CRITICAL:")[2].partition(b"\n")[0].decode("utf-8", "replace").strip()
                raise TargetError(f"the Wazuh agent does not start: {reason}", "read its ossec.log")
            if self.clock.uptime() > end:
                raise TargetError(f"the Wazuh agent did not say {wanted!r} within {_WAIT:.0f} s", "read its ossec.log")
            report("waiting for the agent's log")
            self.clock.sleep(_TICK)
        return f"the agent says: {wanted}" if location else "the agent has started with its former configuration"
