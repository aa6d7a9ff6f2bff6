"""Find what recurs in pods because Kubernetes repeats it, and the pods in which something looks like an attack.

Kubernetes starts a probe every few seconds and a cron job in a new pod each time. So a probe needs to be seen twice
only, and a call of a cron job in two of its pods. The container runtime starts whatever a pod runs, as init does on a
host: what else it started says nothing of a habit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.interner import number_combinations
from tetratui.core.tuning.learning.learnable_events import suspect_events
from tetratui.core.tuning.learning.suspicious_commands import EVERY, Suspicion

_FEWEST = 2
"""Starts of a probe, or pods of a cron job, that show a habit."""


@dataclass(frozen=True, slots=True)
class PodHabits:
    """What is known of the held events because they ran in pods; nothing where no pod was seen."""

    repeated: Mask
    """Events that Kubernetes itself repeats."""
    by_runtime: Mask
    """Events whose caller starts containers."""


def find_pod_habits(columns: Columns, call: NDArray[np.int64], caller: NDArray[np.int64]) -> PodHabits:
    """Find the habits; `call` and `caller` number what ran and what started it, event by event."""
    in_container = columns.text["docker"].codes > 0
    return PodHabits(
        repeated=_probes(columns) | _cron_jobs(columns, call),
        by_runtime=_by_runtime(columns, caller, in_container),
    )


def _probes(columns: Columns) -> Mask:
    """Return the flagged events of commands that were started at least twice in their workload."""
    probe = columns.probe
    if not probe.any():
        return probe
    text = columns.text
    names = ("ns", "workload_kind", "workload", "container", "bin", "args")
    inverse, _ = number_combinations([text[name].codes[probe] for name in names])
    starts = np.bincount(inverse[columns.kind[probe] == Kind.EXEC], minlength=int(inverse.max()) + 1)
    repeated: Mask = np.zeros_like(probe)
    repeated[probe] = starts[inverse] >= _FEWEST
    return repeated


def _cron_jobs(columns: Columns, call: NDArray[np.int64]) -> Mask:
    """Return the events of calls that a cron job made in two pods at least, and of those whose pod came too late."""
    text = columns.text
    is_cron = np.array([kind == "CronJob" for kind in text["workload_kind"].texts])[text["workload_kind"].codes]
    repeated: Mask = np.zeros(len(columns), dtype=np.bool_)
    if not is_cron.any():
        return repeated
    job, _ = number_combinations([call[is_cron], text["ns"].codes[is_cron], text["workload"].codes[is_cron]])
    _, first = number_combinations([job, text["pod"].codes[is_cron]])
    pods = np.bincount(job[first], minlength=int(job.max()) + 1)
    repeated[is_cron] = pods[job] >= _FEWEST
    late = (text["docker"].codes > 0) & (text["ns"].codes == 0)
    return np.asarray(repeated | (late & np.isin(call, call[repeated])))


def _by_runtime(columns: Columns, caller: NDArray[np.int64], in_container: Mask) -> Mask:
    """Return the events of callers that started the first process of a container, which they are outside of."""
    docker = np.asarray(columns.processes.docker)
    entries = in_container & columns.has_parent & (docker[columns.parent] == 0)
    return np.isin(caller, np.unique(caller[entries])) & columns.has_parent


def attacked_pods(columns: Columns, recurring: Mask) -> Mask:
    """Return all events of the pods in which something that does not recur looks like an attack."""
    text = columns.text
    in_pod = text["ns"].codes > 0
    if not in_pod.any():
        return in_pod
    suspects = (suspect_events(columns) & int(EVERY & ~Suspicion.SHELL_CODE)) != 0
    pods = (text["ns"].codes << 32) | text["pod"].codes
    return np.isin(pods, np.unique(pods[in_pod & suspects & ~recurring])) & in_pod
