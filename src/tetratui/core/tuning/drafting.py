"""Drafts without a screen: from selected events to exclusions, and the events that get none, by name.

Nothing that the rung cannot be built from is built more broadly instead, and what would hide a needle or a *keep* is
left out command by command, so that one such event does not stop the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.caution import needs_reason
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.ladder import Ground
from tetratui.core.tuning.refusals import Refusal
from tetratui.core.tuning.rungs import SOCKET_ARM

Indexes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator says about the drafts to be made."""

    rung: str | None = None
    """`0` to `5`, `n0` to `n2`; None takes the narrowest that fits each event."""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None


@dataclass(slots=True)
class Drafted:
    """The drafts of a selection, and what could not be drafted."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    blocked: int = 0
    """Events refused because a needle or a *keep* would go dark."""
    summary: str = ""


def drafted(ground: Ground, rows: Sequence[int] | NDArray[np.int64], wish: Wish | None = None) -> Drafted:
    """Make drafts for these row ids; every row is either covered by one or counted under a refusal."""
    wish = wish or Wish()
    indexes = ground.columns.indexes(rows)
    found = Drafted(summary=ground.summary(indexes))
    counts: Counter[str] = Counter()
    for rung, members in _pieces(ground, indexes, wish.rung, counts):
        exclusions = _safe(ground, rung, members, wish.reason, counts, found)
        if exclusions:
            hosts = tuple(sorted({host for exclusion in exclusions for host in exclusion.hosts}))
            number = f"d{len(found.drafts) + 1}"
            found.drafts.append(Draft(number, exclusions, rung, wish.reason, wish.owner, wish.expiry, hosts))
    found.refused = [Refusal(reason, events) for reason, events in counts.most_common()]
    return found


def _pieces(ground: Ground, indexes: Indexes, rung: str | None, counts: Counter[str]) -> list[tuple[str, Indexes]]:
    """Sort events by the rung each is drafted on; what is closed to it is counted."""
    if rung is not None:
        return _open(ground, rung, indexes, counts)
    never = ground.blockers.nothing | ground.blockers.bare
    sockets = ground.sockets(indexes) & ~never[indexes]
    plain = indexes[~sockets]
    bare_parent = ground.blockers.any("0")[plain] & ~ground.blockers.any("1")[plain]
    pieces = _open(ground, "0", plain[~bare_parent], counts)
    pieces += _open(ground, "1", plain[bare_parent], counts)
    return pieces + _open(ground, "n0", indexes[sockets], counts)


def _open(ground: Ground, rung: str, indexes: Indexes, counts: Counter[str]) -> list[tuple[str, Indexes]]:
    for refusal in ground.reasons(rung, indexes):
        counts[refusal.reason + _remedy(refusal.reason)] += refusal.events
    members = indexes[~ground.closed(rung, indexes)]
    return [(rung, members)] if len(members) else []


def _remedy(reason: str) -> str:
    """Name the rung that does not ask for what is missing."""
    if reason.startswith("arguments"):
        return "; rungs 3 and 4 ask for no arguments"
    if reason.startswith("an address"):
        return "; rung n2 asks for no address"
    return "; rungs 1 and 2 ask for no parent" if "parent" in reason else ""


def _safe(
    ground: Ground, rung: str, members: Indexes, reason: str, counts: Counter[str], found: Drafted
) -> tuple[Exclusion, ...]:
    """Build the exclusions of a piece; commands that may not be hidden are left out and counted."""
    exclusions = ground.builder.build(rung, members)
    if _why_not(ground, exclusions, reason) is None:
        return exclusions
    kept = []
    for command in _commands(ground, rung, members):
        why = _why_not(ground, ground.builder.build(rung, command), reason)
        if why is None:
            kept.append(command)
            continue
        told, blocked = why
        counts[told] += len(command)
        found.blocked += len(command) if blocked else 0
    return ground.builder.build(rung, np.concatenate(kept)) if kept else ()


def _why_not(ground: Ground, exclusions: Sequence[Exclusion], reason: str) -> tuple[str, bool] | None:
    """Say why these may not stand, and whether that is a needle or a *keep*; None if they may."""
    if not reason.strip():
        typed = next(filter(None, map(needs_reason, exclusions)), None)
        if typed is not None:
            return f"{typed}: needs a typed reason (--reason)", False
    dark = ground.shield.refuses(exclusions)
    return None if dark is None else (dark, True)


def _commands(ground: Ground, rung: str, members: Indexes) -> list[Indexes]:
    """Cut events into those that the rung cannot tell apart more finely: one command, caller and destination each."""
    text = ground.columns.text
    fields = [text[name].codes[members] for name in ("bin", "args", "parent", "pargs", "policy", "func")]
    fields += [ground.columns.kind[members].astype(np.int64)] if rung not in {"4", "5"} else []
    if rung in SOCKET_ARM:
        fields += [text["daddr"].codes[members], ground.columns.dport[members]]
    _, places = np.unique(np.stack(fields), axis=1, return_inverse=True)
    order = np.argsort(places.reshape(-1), kind="stable")
    cuts = np.flatnonzero(np.diff(places.reshape(-1)[order])) + 1
    return list(np.split(members[order], cuts))
