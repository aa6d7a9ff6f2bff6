"""A draft: one exclusion in the making, what it covers and why; it becomes Tetragon filters and Wazuh rules."""

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
    """What it hides: any of them (one Tetragon filter each)."""
    scope: str
    """How general it is: `0` to `5`, `n0` to `n2` (docs/drafts.md, "the scopes")."""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None
    """The last day on which the exclusion is wanted."""
    hosts: tuple[str, ...] = ()
    """The `node_name`s of the events it was made from; exclusions without hosts of their own take these."""
