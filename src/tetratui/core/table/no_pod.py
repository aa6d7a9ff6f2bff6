"""Say of events of processes without a pod what that means: a host, or a container that the sensor knew no pod for.

What an event cannot tell is said to be unknown: a container's pod may not be in Kubernetes at all, or was looked up too
early. Only an event that the agent held back, and wrote late and out of order, shows that it had waited for its pod.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.event_columns import EventColumns
from tetratui.core.table.storage.lookup_path import resolve

WORDS = (
    "",
    "host: no container",
    "container, and no event here has a pod: no Kubernetes, its API is off, or a field filter takes pods away",
    "pause container: it never has a pod",
    "container whose pod the agent waited for in vain, so that the event was written late",
    "container without a pod: Kubernetes does not know it, or its pod came too late",
)
"""What it means that a process has no pod, by code; 0 is for events with a pod, and for those without a process."""
_LATE = 20 * 10**9
"""Nanoseconds by which an event must be older than one written before it to have waited for its pod.

The agent waits 15 times 2 seconds; nothing else holds an event back so long while the agent runs."""
_PAUSE = ("/pause",)
"""The only program of the image that keeps a pod's namespaces."""


@dataclass(frozen=True, slots=True)
class NoPod:
    """For each event, why its process has no pod."""

    codes: NDArray[np.int64]
    """Index into `words`."""
    words: tuple[str, ...] = WORDS


def has_pods(table: EventColumns) -> bool:
    """Return whether the process of any event of a table has a pod."""
    # By the events: texts and settings may be those of events that came after a table was made to stand still.
    return bool((resolve([np.asarray(table.process), *table.processes.lookup_path("namespace")]) > 0).any())


def find_no_pod(table: EventColumns, known: bool | None = None) -> NoPod:
    """Find out for every event of a table or a part of one; `known` says whether events beside the part have pods."""
    processes = table.processes
    process = np.asarray(table.process)
    pod, docker = (resolve([process, *processes.lookup_path(name)]) for name in ("namespace", "docker"))
    bare = resolve([process, *processes.lookup_path("binary")]) == 0
    without = (process > 0) & (pod == 0)
    inside = without & (docker > 0)
    codes = np.zeros(len(table), dtype=np.int64)
    # The exit of an unknown process holds a pid only: where it ran is not known.
    codes[without & (docker == 0) & ~bare] = 1
    known = has_pods(table) if known is None else known
    codes[inside] = 5 if known else 2
    codes[inside & _is_late(table)] = 4 if known else 2
    codes[inside & np.isin(resolve([process, *processes.lookup_path("binary")]), _pause_codes(table))] = 3
    return NoPod(codes)


def _is_late(table: EventColumns) -> NDArray[np.bool_]:
    time = np.asarray(table.time)
    # An unknown time is below all others, so it is never the latest.
    latest = np.maximum.accumulate(time) if len(time) else time
    return np.asarray((time != UNKNOWN_TIME) & (latest - time >= _LATE))


def _pause_codes(table: EventColumns) -> list[int]:
    texts = table.processes.texts["binary"]
    return [code for text in _PAUSE if (code := texts.find(text)) is not None]
