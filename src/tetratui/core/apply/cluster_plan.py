"""Plan the change of a cluster's list: with kubectl, or only the commands that do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tetratui.core.apply.change import AppliedChange
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.cluster_part import KEY, KIND, ClusterPart, ClusterTarget
from tetratui.core.apply.machine import LocalMachine, Machine, digest
from tetratui.core.apply.plan import ApplyPlan, PlannedFile
from tetratui.core.apply.preflight import check_list_alone
from tetratui.core.apply.revert import revert_list
from tetratui.core.errors import UsageError
from tetratui.core.export.difference import describe_difference
from tetratui.core.tetragon import Version

SCHEME = "k8s://"
_MOST_WORDS = 3


def parse_cluster(host: str) -> ClusterTarget:
    """Return the cluster that `k8s://NAMESPACE` or `k8s://CONTEXT/NAMESPACE[/DAEMONSET]` names. Raises UsageError."""
    words = host.removeprefix(SCHEME).rstrip("/").split("/")
    if not all(words) or len(words) > _MOST_WORDS:
        raise UsageError(f"{host} names no cluster", "k8s://NAMESPACE or k8s://CONTEXT/NAMESPACE[/DAEMONSET]")
    if len(words) == 1:
        return ClusterTarget(words[0])
    return ClusterTarget(words[1], words[2] if len(words) == _MOST_WORDS else "tetragon", words[0])


def plan_cluster(
    plan: ApplyPlan,
    host: str,
    data: bytes,
    version: Version,
    journal: ChangeJournal,
    clock: Clock,
    machine: Machine | None = None,
    *,
    may_run: bool,
) -> None:
    """Add to a plan what putting a list on every node of a cluster would do; without `may_run` only the commands.

    Raises:
        UsageError: the host names no cluster.
        SourceError: kubectl does not show the ConfigMap.
    """
    cluster = parse_cluster(host)
    plan.version = str(version)
    plan.hindrances += check_list_alone(data, version)
    if not may_run:
        plan.notes += [f"run it: {command}" for command in cluster.commands(plan.source)]
        plan.in_force_already.append("without --kubectl nothing is done in a cluster: these commands do it")
        return
    part = ClusterPart(
        machine or LocalMachine(), cluster, clock, version, "", digest(data), journal.backups(plan.id), data
    )
    former = part.read_list()
    if former == data:
        plan.in_force_already.append(f"{cluster.config_map} holds this list already")
        return
    _add(plan, part, former)


def plan_cluster_revert(
    plan: ApplyPlan, change: AppliedChange, facts: dict[str, Any], journal: ChangeJournal, clock: Clock
) -> None:
    """Add to a plan what taking a change of a cluster's list back would do. Raises RefusedError, SourceError."""
    part = ClusterPart.from_facts(facts, LocalMachine(), clock)
    current = part.read_list()
    part.data = revert_list(change, current, KIND)
    part.after = digest(part.data) if part.data is not None else ""
    part.backups = journal.backups(plan.id)
    _add(plan, part, current)


def _add(plan: ApplyPlan, part: ClusterPart, current: bytes | None) -> None:
    part.before = digest(current) if current is not None else ""
    name = f"{part.cluster.namespace}/{part.cluster.config_map}/{KEY}"
    diff = describe_difference(name, current or b"", part.data or b"")
    plan.files.append(PlannedFile(Path(name), part.before, part.after, diff))
    plan.parts.append(part)
