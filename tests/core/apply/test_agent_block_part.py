"""The Wazuh agent's block: added once, in place of an older one, proved by the agent's own log, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sensor.world_clock import StandingClock
from tetratui.core.apply.agent_block_part import CONFIGURATION, LOG, add_block
from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.machine import COMMAND_TIMEOUT, LocalMachine, ProgramResult
from tetratui.core.apply.manager_plan import plan_agent_block
from tetratui.core.apply.operation import Dialogue, Operation
from tetratui.core.apply.plan import ApplyPlan
from tetratui.core.wazuh.write.agent_blocks import write_host_block

FORMER = (
    b"<ossec_config>\n  <client>\n    <server>\n      <address>m</address>\n    </server>\n  </client>\n"
    b"</ossec_config>\n"
)
BLOCK = write_host_block()


class AgentMachine(LocalMachine):
    """Its agent says in its log what it reads, and refuses a configuration with the word REFUSED."""

    def run(self, words: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> ProgramResult:
        assert list(words) == ["systemctl", "restart", "wazuh-agent"]
        configuration = (self.root / CONFIGURATION).read_text()
        with open(self.root / LOG, "a") as log:
            if "REFUSED" in configuration:
                log.write("wazuh-agentd: CRITICAL: (1202): Configuration error\n")
            else:
                log.write("wazuh-agentd: INFO: Started (pid: 7).\n")
                if "tetragon.log" in configuration:
                    log.write("logcollector: INFO: (1950): Analyzing file: '/var/log/tetragon/tetragon.log'.\n")
        return ProgramResult(0, b"", b"")


def apply(tmp_path: Path, block: bytes, answer: bool = True) -> tuple[AppliedChange, Path]:
    path = tmp_path / CONFIGURATION
    path.parent.mkdir(parents=True)
    path.write_bytes(FORMER)
    (tmp_path / LOG).parent.mkdir(parents=True)
    (tmp_path / LOG).write_text("old: INFO: Started (pid: 1).\n")
    clock = StandingClock(tmp_path / "clock")
    journal = ChangeJournal(tmp_path / "changes")
    plan = ApplyPlan("1", "here", tmp_path)
    plan_agent_block(plan, AgentMachine(tmp_path), block, journal, clock)  # type: ignore[arg-type]
    operation = Operation(
        journal,
        plan,
        Operator("tester", "here"),
        "",
        clock=clock,  # type: ignore[arg-type]
        start_keeper=lambda change, journal, secret: secret,
    )
    with journal.lock():
        return operation.run(Dialogue(ask=lambda left: answer)), path


def test_the_block_is_added_and_proved(tmp_path: Path) -> None:
    change, path = apply(tmp_path, BLOCK)
    assert change.state is ChangeState.CONFIRMED
    assert path.read_bytes() == FORMER + BLOCK
    assert "Analyzing file: '/var/log/tetragon/tetragon.log'" in change.steps[-1].message
    assert not list(tmp_path.rglob(".*.tetratui-*"))


@pytest.mark.parametrize(("block", "answer"), [(BLOCK, False), (BLOCK.replace(b"json", b"REFUSED"), True)])
def test_the_former_configuration_returns(tmp_path: Path, block: bytes, answer: bool) -> None:
    change, path = apply(tmp_path, block, answer)
    assert change.state is ChangeState.REVERTED
    assert path.read_bytes() == FORMER
    assert not list(tmp_path.rglob(".*.tetratui-*"))


def test_a_block_for_the_same_file_is_replaced_and_no_second_one_added() -> None:
    once = add_block(FORMER, BLOCK)
    assert add_block(once, BLOCK) == once
    ignoring = write_host_block(ignores=["a"])
    assert add_block(once, ignoring).count(b"<localfile>") == 1
    assert b"<ignore" in add_block(once, ignoring)


def test_without_an_agent_nothing_is_planned(tmp_path: Path) -> None:
    plan = ApplyPlan("1", "here", tmp_path)
    journal, clock = ChangeJournal(tmp_path / "changes"), StandingClock(tmp_path / "clock")
    plan_agent_block(plan, LocalMachine(tmp_path), BLOCK, journal, clock)  # type: ignore[arg-type]
    (tmp_path / "var/ossec/etc").mkdir(parents=True)
    (tmp_path / CONFIGURATION).write_bytes(b"<ossec_config>\n</ossec_config>\n")
    plan_agent_block(plan, LocalMachine(tmp_path), BLOCK, journal, clock)  # type: ignore[arg-type]
    assert plan.is_empty
    assert "is not that of an agent" in plan.notes[0]
