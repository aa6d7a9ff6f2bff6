"""Make the parts of a change again from its facts in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tetratui.core.apply import agent_block_part, cluster_part, manager_part, sensor_part
from tetratui.core.apply.agent_block_part import AgentBlockPart
from tetratui.core.apply.agent_control import AgentControl, SystemdAgent
from tetratui.core.apply.change import AppliedChange
from tetratui.core.apply.change_part import ChangePart
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.container_machine import ContainerMachine
from tetratui.core.apply.machine import LocalMachine, Machine
from tetratui.core.apply.sensor_part import SensorPart
from tetratui.core.errors import SourceError


def rebuild_parts(change: AppliedChange, clock: Clock, secret: str = "") -> list[ChangePart]:
    """Return the parts of a change, in order. Raises SourceError for one of a newer tetratui."""
    return [_rebuild(facts, clock, secret) for facts in change.parts]


def _rebuild(facts: dict[str, Any], clock: Clock, secret: str) -> ChangePart:
    try:
        match facts["kind"]:
            case sensor_part.KIND:
                machine, control = reach_sensor(facts["control"], facts["unit"], Path(facts["root"]))
                return SensorPart.from_facts(facts, machine, control, clock)
            case agent_block_part.KIND:
                return AgentBlockPart.from_facts(facts, LocalMachine(Path(facts["root"])), clock)
            case cluster_part.KIND:
                return cluster_part.ClusterPart.from_facts(facts, LocalMachine(), clock)
            case manager_part.KIND:
                # httpx is needed only where a manager was changed.
                return manager_part.ManagerPart.from_facts(facts, secret)
    except (KeyError, TypeError) as error:
        remedy = "go back by hand: its backups lie beside it"
        raise SourceError(f"the journal lacks {error} of a part", remedy) from error
    raise SourceError(f"this tetratui knows no part {facts['kind']!r}", "use the one that made the change")


def needs_password(change: AppliedChange) -> bool:
    """Return whether the parts of a change can be made only with the password of a manager."""
    return any(facts.get("kind") == manager_part.KIND for facts in change.parts)


def reach_sensor(kind: str, unit: str, root: Path) -> tuple[Machine, AgentControl]:
    """Return the machine of a sensor and what restarts it: a unit of systemd, or a container of the engine `kind`.

    Raises:
        SourceError: there is no such container.
    """
    if kind == SystemdAgent.kind:
        machine = LocalMachine(root)
        return machine, SystemdAgent(machine, unit)
    container = ContainerMachine(kind, unit)
    return container, container.agent
