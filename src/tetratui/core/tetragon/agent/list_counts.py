"""Count how many of the events held each entry of a list would hide: of the lists in force, and of the Helm chart's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tetratui.core.tetragon.agent.agent_config import ALLOWLIST, DENYLIST, Installation
from tetratui.core.tetragon.agent.diagnosis import enabled_features
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS
from tetratui.core.tetragon.manifest.list_location import ListRole
from tetratui.core.tetragon.match.filter_list import read

if TYPE_CHECKING:
    from tetratui.core.table import EventTable

_OPTIONS: dict[ListRole, str] = {"denylist": DENYLIST, "allowlist": ALLOWLIST}


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many of the events held a list would hide."""

    role: ListRole
    origin: str
    """Where the list comes from: a file, `command line`, `chart default`."""
    hidden: int
    events: int
    entries: tuple[tuple[str, int], ...]
    """Each entry with the events that it is the first to match: hidden by a denylist, kept by an allowlist."""


def count_hidden(install: Installation, version: Version, table: EventTable) -> list[ListCount]:
    """Return the counts of the lists in force and of both defaults of the chart, over all events of a table.

    The export file holds only what the lists in force let through. Of events from `tetra getevents` nothing is missing.
    """
    counts = []
    for role, option in _OPTIONS.items():
        setting = install.effective(option)
        texts = [(setting.location, setting.value)] if setting is not None and setting.value else []
        for origin, text in [*texts, ("chart default", CHART_DEFAULTS[role])]:
            count = _count(install, version, table, role, origin, text)
            if count is not None:
                counts.append(count)
    return counts


def _count(
    install: Installation, version: Version, table: EventTable, role: ListRole, origin: str, text: str
) -> ListCount | None:
    """Return the counts of one list, None for a list that the agent refuses."""
    # Counting needs numpy, which the diagnosis of options does not.
    import numpy as np

    from tetratui.core.events.kinds import PAST_THE_LISTS

    filters = read(text, version, enabled_features(install, version), role == "allowlist")
    if not filters.accepted:
        return None
    first = filters.first_matches(table)
    past = np.isin(table.kind, list(PAST_THE_LISTS))
    hidden = (first < 0) & ~past if role == "allowlist" else first >= 0
    entries = tuple(
        (canonical_text(filter_), int((first == number).sum())) for number, filter_ in enumerate(filters.filters)
    )
    return ListCount(role, origin, int(hidden.sum()), len(table), entries)
