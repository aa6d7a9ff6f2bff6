"""What the agent itself says it left out: events beyond its rate limit, and cgroups whose processes it throttled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.table.event_table import EventTable

BEGAN = "THROTTLE_START"
"""The type of a throttle event from which on the events of a cgroup are left out."""


class Losses(NamedTuple):
    """Sums over events."""

    rate_limited: int
    """Events that the rate limit kept out."""
    throttled: dict[str, int]
    """Cgroups that were throttled, the most often throttled first, and how often."""


def losses_of(table: EventTable, mask: NDArray[np.bool_] | None = None) -> Losses:
    """Sum over all held events, or over those of a mask."""
    table = table.still()
    events = slice(None) if mask is None else mask
    kind, own = table.kind[events], table.context[events]
    dropped = table.contexts.dropped[own[kind == Kind.RATE_LIMIT]]
    throttles = own[kind == Kind.THROTTLE]
    rows, counts = np.unique(throttles, return_counts=True)
    throttled: dict[str, int] = {}
    for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
        if table.contexts.text("action", row) == BEGAN:
            cgroup = table.contexts.text("file", row) or ""
            throttled[cgroup] = throttled.get(cgroup, 0) + count
    # Counts are whole numbers of the agent: a sum of them may pass 64 bits.
    return Losses(
        sum(dropped[dropped > 0].tolist()), dict(sorted(throttled.items(), key=lambda one: (-one[1], one[0])))
    )
