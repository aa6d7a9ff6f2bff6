"""The part of a change that is the list of a whole cluster: its ConfigMap, the restart of its agents node after node.

The agents never read the ConfigMap again, so they are restarted. A list that they refuse stops the rollout at the first
node; the others keep the former list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tetratui.core.amounts import format_count
from tetratui.core.apply.agent_control import parse_engine_log
from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.clock import Clock, format_time
from tetratui.core.apply.log_record import AgentStart, read_starts
from tetratui.core.apply.machine import Machine, digest
from tetratui.core.apply.printed_lists import compare_printed
from tetratui.core.errors import RefusedError, SourceError, TargetError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.tetragon import FilterList, Version, read
from tetratui.core.tetragon.format.versions import ALL_FEATURES

KIND = "kubernetes"
KEY = "export-denylist"
BACK_UP, WRITE, RESTART = "back up the ConfigMap", "write the ConfigMap", "restart the agents of all nodes"
PUT_BACK, RESTART_AGAIN = "put the former list back", "restart the agents again"
ROLLOUT_WAIT = 1800.0
"""Seconds in which all nodes must run with the list; they restart one after another."""
_TICK = 2.0


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """Where Tetragon runs in a cluster, by the names of its chart."""

    namespace: str = "kube-system"
    daemonset: str = "tetragon"
    context: str = ""

    @property
    def config_map(self) -> str:
        """The name of the ConfigMap."""
        return f"{self.daemonset}-config"

    def kubectl(self, *words: str) -> list[str]:
        """Return the words of a command for this namespace."""
        return [
            "kubectl",
            *([f"--context={self.context}"] if self.context else []),
            f"--namespace={self.namespace}",
            *words,
        ]

    def commands(self, folder: Path) -> list[str]:
        """Return the commands that an operator runs instead, to be shown."""
        prefix = " ".join(self.kubectl())
        patch = f"{prefix} patch configmap {self.config_map} --type=merge"
        key = f"jq -Rs '{{data:{{\"{KEY}\":.}}}}'"
        return [
            f"{prefix} get configmap {self.config_map} -o json > before.json",
            f"{key} {folder / KEY} > patch.json; {patch} --patch-file patch.json",
            f"{prefix} rollout restart daemonset/{self.daemonset}",
            f"{prefix} rollout status daemonset/{self.daemonset}",
            f"{prefix} logs -l app.kubernetes.io/name=tetragon -c tetragon --tail=-1 | grep -e Listening -e exporter",
            f'# back: jq \'{{data:{{"{KEY}":(.data["{KEY}"] // "")}}}}\' before.json > patch.json, and the same again',
        ]


@dataclass(slots=True)
class ClusterPart:
    """The change of the list of a cluster, by kubectl."""

    machine: Machine
    cluster: ClusterTarget
    clock: Clock
    version: Version
    before: str
    """The digest of the former list; empty where the key was not there."""
    after: str
    backups: Path
    data: bytes | None = None
    kind: str = KIND
    _restarted: float = field(default=0.0, init=False)

    @classmethod
    def from_facts(cls, facts: dict[str, Any], machine: Machine, clock: Clock) -> ClusterPart:
        """Return the part that the journal describes."""
        cluster = ClusterTarget(facts["namespace"], facts["daemonset"], facts["context"])
        version = Version.parse(facts["version"])
        return cls(machine, cluster, clock, version, facts["before"], facts["after"], Path(facts["backups"]))

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back."""
        cluster = self.cluster
        where = {"namespace": cluster.namespace, "daemonset": cluster.daemonset, "context": cluster.context}
        contents = {"before": self.before, "after": self.after, "backups": str(self.backups), "name": KEY}
        return {"kind": self.kind, "version": str(self.version), **where, **contents}

    def steps(self) -> list[ChangeStep]:
        """Return the steps that put the new list in force on every node."""
        name = f"{self.cluster.namespace}/{self.cluster.config_map}"
        restart = " ".join(self.cluster.kubectl("rollout", "restart", f"daemonset/{self.cluster.daemonset}"))
        return [
            ChangeStep(
                BACK_UP, f"keep the list of {name} in {self.backups}", "read again", "the copy stays", self._back_up
            ),
            ChangeStep(WRITE, f"{KEY} of {name}", "read again", "the former list comes back", self._write),
            ChangeStep(
                RESTART,
                f"{restart}; each node is not watched while its agent starts",
                "every pod's log: Listening for events..., and the lists that it printed",
                f"{restart}, with the former list",
                lambda report: self._restart(report, self._list("after")),
                ROLLOUT_WAIT + 60.0,
            ),
        ]

    def undo_steps(self, touched: frozenset[str]) -> list[ChangeStep]:
        """Return the steps that put the former list in force on every node."""
        steps = [ChangeStep(PUT_BACK, KEY, "read again", "", self._put_back)] if WRITE in touched else []
        if RESTART in touched:
            title, proof = f"restart {self.cluster.daemonset}", "every pod's log"
            steps.append(
                ChangeStep(
                    RESTART_AGAIN,
                    title,
                    proof,
                    "",
                    lambda r: self._restart(r, self._list("before")),
                    ROLLOUT_WAIT + 60.0,
                )
            )
        return steps

    def check(self) -> None:
        """Raise if a pod's agent has failed since. Raises TargetError."""
        self._look_at_pods(self._list("after"))

    def finish(self) -> None:
        """Do nothing: nothing of ours is left in the cluster."""

    def read_list(self) -> bytes | None:
        """Return the list in the ConfigMap, None if it has none. Raises SourceError."""
        document = self._ask("get", "configmap", self.cluster.config_map, "--output=json")
        value = (document.get("data") or {}).get(KEY)
        return value.encode() if isinstance(value, str) else None

    def _back_up(self, report: Report) -> str:
        report(self.cluster.config_map)
        former = self._read_unchanged()
        if self.data is not None:
            replace_private(self._copy("after"), self.data)
        if former is not None:
            replace_private(self._copy("before"), former)
        return f"kept in {self.backups}"

    def _read_unchanged(self) -> bytes | None:
        former = self.read_list()
        if (digest(former) if former is not None else "") != self.before:
            raise RefusedError("the ConfigMap has changed since it was shown", "look at the plan again")
        return former

    def _write(self, report: Report) -> str:
        report(self.cluster.config_map)
        self._read_unchanged()
        return self._put(self._read_copy("after"), self.after)

    def _put_back(self, report: Report) -> str:
        report(self.cluster.config_map)
        return self._put(self._read_copy("before") if self.before else None, self.before)

    def _put(self, data: bytes | None, wanted: str) -> str:
        patch = orjson.dumps(
            {"data": {KEY: None if data is None else data.decode("utf-8", "surrogateescape")}}
        ).decode()
        words = self.cluster.kubectl("patch", "configmap", self.cluster.config_map, "--type=merge", f"--patch={patch}")
        result = self.machine.run(words)
        if result.code != 0:
            raise TargetError(f"kubectl patch failed: {result.reason}", "kubectl auth can-i patch configmap")
        current = self.read_list()
        if (digest(current) if current is not None else "") != wanted:
            raise TargetError("the ConfigMap does not hold what was written to it", "does an operator manage it?")
        return f"{self.cluster.config_map} holds {f'{len(data):,} bytes' if data is not None else 'no list'}"

    def _restart(self, report: Report, expected: FilterList) -> str:
        self._restarted = self.clock.now()
        result = self.machine.run(self.cluster.kubectl("rollout", "restart", f"daemonset/{self.cluster.daemonset}"))
        if result.code != 0:
            raise TargetError(f"kubectl rollout restart failed: {result.reason}", "")
        end = self.clock.uptime() + ROLLOUT_WAIT
        while True:
            ready, pods = self._look_at_pods(expected)
            report(f"{ready} of {pods} nodes run with the list")
            if ready == pods > 0 and self._is_rolled_out():
                return f"{format_count(pods, 'node')} printed the list as written; whether they export was not tried"
            if self.clock.uptime() > end:
                raise TargetError(f"only {ready} of {pods} nodes run with the list after {ROLLOUT_WAIT:.0f} s", "")
            self.clock.sleep(_TICK)

    def _is_rolled_out(self) -> bool:
        words = self.cluster.kubectl("rollout", "status", f"daemonset/{self.cluster.daemonset}", "--watch=false")
        return b"successfully rolled out" in self.machine.run(words).stdout

    def _look_at_pods(self, expected: FilterList) -> tuple[int, int]:
        """Return how many pods run with a list, and how many there are. Raises TargetError where one does not start."""
        document = self._ask("get", "pods", "--selector=app.kubernetes.io/name=tetragon", "--output=json")
        names = [str(pod["metadata"]["name"]) for pod in document.get("items") or ()]
        starts = {name: self._last_start(name) for name in names}
        for name, start in starts.items():
            if start is not None and start.failure:
                raise TargetError(f"{name}: the agent does not start: {start.failure}", "")
        fresh = [start for start in starts.values() if start is not None and start.began >= self._restarted]
        ready = [start for start in fresh if start.listening is not None]
        for start in ready:
            difference = compare_printed(start.request or "", expected)
            if difference:
                raise TargetError(difference, "does tetragon.extraArgs or another layer set export-denylist?")
        return len(ready), len(names)

    def _last_start(self, pod: str) -> AgentStart | None:
        since = f"--since-time={format_time(self._restarted)}"
        result = self.machine.run(
            self.cluster.kubectl("logs", pod, "--container=tetragon", "--timestamps", "--tail=-1", since)
        )
        starts = read_starts(parse_engine_log(result.stdout)) if result.code == 0 else []
        return starts[-1] if starts else None

    def _ask(self, *words: str) -> dict[str, Any]:
        result = self.machine.run(self.cluster.kubectl(*words))
        try:
            document = orjson.loads(result.stdout) if result.code == 0 else None
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise SourceError(f"kubectl {' '.join(words)} failed: {result.reason}", "check context and namespace")
        return document

    def _copy(self, side: str) -> Path:
        return self.backups / f"{KEY}.{side}"

    def _read_copy(self, side: str) -> bytes:
        data = self.machine.read(self._copy(side))
        if data is None or digest(data) != (self.after if side == "after" else self.before):
            raise TargetError(f"{self._copy(side)} does not hold what it should", "write the list by hand")
        return data

    def _list(self, side: str) -> FilterList:
        wanted = self.after if side == "after" else self.before
        return read(self._read_copy(side) if wanted else b"", self.version, ALL_FEATURES)
