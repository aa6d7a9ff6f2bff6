"""A draft: one exclusion in the making, with its reason; it becomes Tetragon filters and Wazuh rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tetratui.core.exclusion import Exclusion


@dataclass(frozen=True, slots=True)
class Draft:
    """What the operator decided about one piece of noise."""

    id: str
    """Short and unique among the drafts of a session; stable as long as the draft lives."""
    exclusions: tuple[Exclusion, ...]
    """It hides what any of them hides; each becomes one Tetragon filter."""
    scope: str
    """How general it is, `exact` to `policy` (`scopes.scope_builder.NAMES`)."""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None
    """The last day on which the exclusion is wanted."""
    hosts: tuple[str, ...] = ()
    """The `node_name`s of the events it was made from; exclusions without hosts of their own take these."""
