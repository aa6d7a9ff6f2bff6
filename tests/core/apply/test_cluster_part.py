"""The list of a cluster by kubectl: patched, restarted, proved by every pod's log, taken back; or the commands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sensor.agent_world import to_prototext
from sensor.world_clock import StandingClock
from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.cluster_plan import parse_cluster, plan_cluster, plan_cluster_revert
from tetratui.core.apply.machine import COMMAND_TIMEOUT, LocalMachine, ProgramResult
from tetratui.core.apply.operation import Dialogue, Operation
from tetratui.core.apply.plan import ApplyPlan
from tetratui.core.errors import UsageError
from tetratui.core.tetragon import LATEST

OLD = '{"binary_regex":["^/usr/bin/date$"]}\n'
NEW = OLD + '{"binary_regex":["^/usr/bin/%s$"]}\n'


class ClusterWorld(LocalMachine):
    """A cluster of three nodes whose agents restart one after another, a second each; a refused list stops that."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__()
        self.clock = clock
        self.data: dict[str, str] = {"export-denylist": OLD}
        self.restarted = -1000.0
        self.running = [OLD] * 3
        self.log: list[list[tuple[float, str]]] = [[], [], []]
        self.calls: list[str] = []

    def run(self, words: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> ProgramResult:
        assert list(words[:3]) == ["kubectl", "--context=lab", "--namespace=kube-system"]
        verb = words[3:]
        self.calls.append(" ".join(verb[:2]))
        self._go_on()
        match verb[0], verb[1]:
            case "get", "configmap":
                return self._answer(json.dumps({"data": self.data}))
            case "get", "pods":
                return self._answer(json.dumps({"items": [{"metadata": {"name": f"tetragon-{n}"}} for n in range(3)]}))
            case "patch", "configmap":
                changes = json.loads(verb[-1].partition("=")[2])["data"]
                self.data = {key: value for key, value in {**self.data, **changes}.items() if value is not None}
                return self._answer("patched")
            case "rollout", "restart":
                self._begin_rollout()
                return self._answer("restarted")
            case "rollout", "status":
                done = all(lines and "Listening" in lines[-1][1] for lines in self.log)
                return self._answer("successfully rolled out" if done else "Waiting for daemon set")
        assert verb[0] == "logs"
        since = verb[-1].partition("=")[2]
        lines = [f"{self._stamp(time)} {text}\n" for time, text in self.log[int(verb[1][-1])]]
        return self._answer("".join(line for line in lines if line.split(" ")[0] >= since[:23]))

    @staticmethod
    def _answer(text: str) -> ProgramResult:
        return ProgramResult(0, text.encode(), b"")

    @staticmethod
    def _stamp(time: float) -> str:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")

    def _begin_rollout(self) -> None:
        self.restarted, self.log = self.clock.now(), [[], [], []]

    def _go_on(self) -> None:
        text = self.data.get("export-denylist", "")
        for node in range(3):
            at = self.restarted + node + 0.5
            if self.restarted < 0 or self.clock.now() < at or self.log[node]:
                continue
            request = json.dumps(to_prototext([json.loads(line) for line in text.splitlines()]))
            self.log[node] = [
                (at, 'level=info msg="Starting tetragon" version=v1.7.0'),
                (at, f'level=info msg="Starting JSON exporter" request={request}'),
            ]
            if "agent-refuses" in text:
                self.log[node].append((at, 'level=error msg="Failed to execute tetragon" error="no"'))
                return
            self.log[node].append((at, 'level=info msg="Listening for events..."'))
            self.running[node] = text


class Site:
    def __init__(self, tmp_path: Path) -> None:
        self.clock = StandingClock(tmp_path / "clock")
        self.world = ClusterWorld(self.clock)
        self.journal = ChangeJournal(tmp_path / "changes")

    def plan(self, data: str, may_run: bool = True) -> ApplyPlan:
        plan = ApplyPlan("1", "k8s://lab/kube-system", Path("/out"))
        plan_cluster(
            plan,
            plan.host,
            data.encode(),
            LATEST,
            self.journal,
            self.clock,  # type: ignore[arg-type]
            self.world,
            may_run=may_run,
        )
        return plan

    def run(self, plan: ApplyPlan, answer: bool | None = True) -> AppliedChange:
        operation = Operation(
            self.journal,
            plan,
            Operator("tester", "here"),
            "",
            5.0,
            clock=self.clock,  # type: ignore[arg-type]
            start_keeper=lambda change, journal, secret: secret,
        )
        with self.journal.lock():
            return operation.run(Dialogue(ask=lambda left: answer))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_without_kubectl_the_commands_are_shown_and_nothing_is_run(site: Site) -> None:
    plan = site.plan(NEW % "cut", may_run=False)
    assert plan.is_empty
    assert site.world.calls == []
    assert any("rollout restart daemonset/tetragon" in note for note in plan.notes)


def test_every_node_runs_with_the_new_list(site: Site) -> None:
    change = site.run(site.plan(NEW % "cut"))
    assert change.state is ChangeState.CONFIRMED
    assert site.world.running == [NEW % "cut"] * 3
    assert "3 nodes printed the list as written" in change.steps[-1].message


@pytest.mark.parametrize(("binary", "answer"), [("agent-refuses", True), ("cut", None), ("cut", False)])
def test_the_former_list_returns_to_every_node(site: Site, binary: str, answer: bool | None) -> None:
    change = site.run(site.plan(NEW % binary), answer)
    assert change.state is ChangeState.REVERTED
    assert site.world.data["export-denylist"] == OLD
    assert site.world.running == [OLD] * 3


def test_a_list_that_is_refused_is_not_sent(site: Site) -> None:
    plan = site.plan("[{}]")
    assert [hindrance.code for hindrance in plan.hindrances] == ["list-refused"]


def test_names() -> None:
    assert parse_cluster("k8s://kube-system").kubectl("get")[1:] == ["--namespace=kube-system", "get"]
    assert parse_cluster("k8s://lab/ns/agents").config_map == "agents-config"
    for wrong in ("k8s://", "k8s://a//b", "k8s://a/b/c/d"):
        with pytest.raises(UsageError):
            parse_cluster(wrong)


def test_a_confirmed_change_is_taken_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    change = site.run(site.plan(NEW % "cut"))
    monkeypatch.setattr("tetratui.core.apply.cluster_plan.LocalMachine", lambda: site.world)
    plan = ApplyPlan("2", "k8s://lab/kube-system", Path("/out"))
    plan_cluster_revert(plan, change, change.parts[0], site.journal, site.clock)  # type: ignore[arg-type]
    assert site.run(plan).state is ChangeState.CONFIRMED
    assert site.world.running == [OLD] * 3
