"""Plan a change for one host: what the verbs and the screens apply, shown before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tetratui.core.apply.agent_control import AgentControl, SystemdAgent
from tetratui.core.apply.change import AppliedChange
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.cluster_part import KIND as CLUSTER
from tetratui.core.apply.cluster_plan import SCHEME, plan_cluster, plan_cluster_revert
from tetratui.core.apply.machine import LocalMachine, Machine
from tetratui.core.apply.plan import ApplyPlan, plan_sensor, read_folder
from tetratui.core.apply.rebuild import reach_sensor
from tetratui.core.apply.revert import revert_list
from tetratui.core.apply.sensor import Sensor
from tetratui.core.apply.sensor_part import KIND
from tetratui.core.errors import SourceError, UsageError
from tetratui.core.export.instructions import DENYLIST, LOCALFILE, SIDECAR
from tetratui.core.export.sidecar import read as read_sidecar
from tetratui.core.tetragon import LATEST, Version
from tetratui.core.tetragon.agent.agent_config import default_export_file
from tetratui.core.tetragon.agent.agent_version import installed_version
from tetratui.core.wazuh.client.manager import Account
from tetratui.core.wazuh.rule_ids import RULE_FILE

Say = Callable[[str], None]
_ENGINES = ("docker", "podman")


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What an operator wants to be applied, and where."""

    folder: Path
    host: str = ""
    """`docker://NAME`, `podman://NAME`, `k8s://[CONTEXT/]NAMESPACE[/DAEMONSET]`; empty for this machine."""
    only: str = ""
    """`tetragon` or `wazuh`; empty for both."""
    unit: str = "tetragon"
    version: str | None = None
    root: Path = Path("/")
    kubectl: bool = False
    """Whether kubectl may be run; else the commands are only shown."""
    manager: Account | None = None
    """The manager's API; None leaves its rules alone."""


def make_plan(request: ApplyRequest, journal: ChangeJournal, say: Say, clock: Clock | None = None) -> ApplyPlan:
    """Return what applying a folder would do; only harmless processes are started.

    Raises:
        UsageError: a host of a form that is not known.
        SourceError: the folder holds no files of an export, or one cannot be read.
    """
    clock = clock or Clock()
    files = read_folder(request.folder, (DENYLIST, RULE_FILE, LOCALFILE, SIDECAR))
    machine = LocalMachine(request.root)
    plan = ApplyPlan(journal.new_id(clock.now()), request.host or machine.name, request.folder.resolve())
    reasons = read_sidecar(files.get(SIDECAR, b""), str(request.folder / SIDECAR))
    if not request.host:
        plan.reasons = reasons
    if request.only != "tetragon":
        _plan_wazuh(plan, request, files, machine, journal, clock)
    if request.only != "wazuh" and DENYLIST in files and request.host.startswith(SCHEME):
        version = Version.parse(request.version) if request.version else LATEST
        plan_cluster(plan, request.host, files[DENYLIST], version, journal, clock, may_run=request.kubectl)
    elif request.only != "wazuh" and DENYLIST in files:
        sensor = find_sensor(request)
        plan_sensor(plan, sensor, files[DENYLIST], journal, clock, say, reasons)
    elif request.only == "tetragon":
        raise SourceError(f"{request.folder} holds no {DENYLIST}", "leave --only out")
    return plan


def _plan_wazuh(
    plan: ApplyPlan,
    request: ApplyRequest,
    files: dict[str, bytes],
    machine: Machine,
    journal: ChangeJournal,
    clock: Clock,
) -> None:
    # Wazuh comes first: its steps take seconds, and a failure there costs no restart of the sensor.
    from tetratui.core.apply.manager_plan import plan_agent_block, plan_manager

    if RULE_FILE in files and request.manager is not None:
        export = default_export_file(request.root)
        plan_manager(plan, request.manager, RULE_FILE, files[RULE_FILE], journal, export)
    elif RULE_FILE in files:
        plan.notes.append(f"{RULE_FILE} is not applied: no manager was named (--url https://manager:55000)")
    if LOCALFILE in files and not request.host:
        plan_agent_block(plan, machine, files[LOCALFILE], journal, clock)


def find_sensor(request: ApplyRequest) -> Sensor:
    """Return the sensor that a request names.

    Raises:
        UsageError: a host of a form that is not known.
    """
    if request.host.startswith(SCHEME):
        raise UsageError(f"{request.host}: this is asked of one sensor", "name a host, or look with kubectl")
    machine, control = _reach(request)
    return Sensor.find(machine, control, _find_version(request.version, machine.root, control))


def make_revert_plan(
    change: AppliedChange, journal: ChangeJournal, say: Say, clock: Clock | None = None, password: str = ""
) -> ApplyPlan:
    """Return what taking a finished change back would do.

    Raises:
        RefusedError: nothing of it is left to take back.
        SourceError: its backup is gone.
    """
    clock = clock or Clock()
    plan = ApplyPlan(journal.new_id(clock.now()), change.host, Path(change.source))
    for facts in change.parts:
        if facts["kind"] == KIND:
            machine, control = reach_sensor(facts["control"], facts["unit"], Path(facts["root"]))
            sensor = Sensor.find(machine, control, Version.parse(facts["version"]))
            data = revert_list(change, machine.read(sensor.list_path))
            plan_sensor(plan, sensor, data, journal, clock, say)
        elif facts["kind"] == CLUSTER:
            plan_cluster_revert(plan, change, facts, journal, clock)
        else:
            _plan_wazuh_revert(plan, facts, journal, clock, password)
    return plan


def _plan_wazuh_revert(
    plan: ApplyPlan, facts: dict[str, Any], journal: ChangeJournal, clock: Clock, password: str
) -> None:
    from tetratui.core.apply.agent_block_part import AgentBlockPart
    from tetratui.core.apply.manager_part import KIND as RULES
    from tetratui.core.apply.manager_part import ManagerPart
    from tetratui.core.apply.manager_plan import plan_file_back, plan_manager

    if facts["kind"] == RULES:
        part = ManagerPart.from_facts(facts, password)
        plan_manager(plan, part.account, part.name, part.read_former(), journal, None, expected=part.after)
    else:
        plan_file_back(plan, AgentBlockPart.from_facts(facts, LocalMachine(Path(facts["root"])), clock), journal)


def _reach(request: ApplyRequest) -> tuple[Machine, AgentControl]:
    if not request.host:
        return reach_sensor(SystemdAgent.kind, request.unit, request.root)
    scheme, separator, name = request.host.partition("://")
    if not separator or scheme not in _ENGINES or not name:
        raise UsageError(
            f"{request.host} is not a host that a change can be applied to", "docker://NAME, podman://NAME"
        )
    return reach_sensor(scheme, name, request.root)


def _find_version(named: str | None, root: Path, control: AgentControl) -> Version:
    """Return the version that was named, else the installed one, else that of the last start, else the newest."""
    if named is not None:
        return Version.parse(named)
    installed = installed_version(root)
    if installed is not None:
        return installed
    try:
        starts = control.starts()
    except SourceError:
        # The preflight says why the log cannot be read.
        return LATEST
    return Version.parse(starts[-1].version) if starts and starts[-1].version else LATEST
