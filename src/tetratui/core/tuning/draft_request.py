"""Drafts without a screen: from selected events to exclusions, and the events that get none, by name.

Nothing that the scope cannot be built from is built more broadly instead, and what would hide an attack sample or a *keep* is
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
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.safety.risky_binaries import needs_reason
from tetratui.core.tuning.scopes.refusals import Refusal
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET
from tetratui.core.tuning.scopes.scopes import TuningContext

Indexes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What the operator says about the drafts to be made."""

    scope: str | None = None
    """The name of a scope; None takes the narrowest that fits each event."""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None


@dataclass(slots=True)
class DraftResult:
    """The drafts of a selection, and what could not be drafted."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    blocked: int = 0
    """Events refused because an attack sample or a *keep* would be hidden."""
    summary: str = ""


def draft_events(
    context: TuningContext, rows: Sequence[int] | NDArray[np.int64], wish: DraftRequest | None = None
) -> DraftResult:
    """Make drafts for these row ids; every row is either covered by one or counted under a refusal."""
    wish = wish or DraftRequest()
    indexes = context.columns.indexes(rows)
    found = DraftResult(summary=context.summary(indexes))
    counts: Counter[str] = Counter()
    for scope, members in _pieces(context, indexes, wish.scope, counts):
        exclusions = _safe(context, scope, members, wish.reason, counts, found)
        if exclusions:
            hosts = tuple(sorted({host for exclusion in exclusions for host in exclusion.hosts}))
            number = f"d{len(found.drafts) + 1}"
            found.drafts.append(Draft(number, exclusions, scope, wish.reason, wish.owner, wish.expiry, hosts))
    found.refused = [Refusal(reason, events) for reason, events in counts.most_common()]
    return found


def _pieces(
    context: TuningContext, indexes: Indexes, scope: str | None, counts: Counter[str]
) -> list[tuple[str, Indexes]]:
    """Sort events by the scope each is drafted on; what is closed to it is counted."""
    if scope is not None:
        return _open(context, scope, indexes, counts)
    never = context.blockers.nothing | context.blockers.bare
    sockets = context.sockets(indexes) & ~never[indexes]
    plain = indexes[~sockets]
    bare_parent = context.blockers.any("exact")[plain] & ~context.blockers.any("command")[plain]
    pieces = _open(context, "exact", plain[~bare_parent], counts)
    pieces += _open(context, "command", plain[bare_parent], counts)
    return pieces + _open(context, "destination", indexes[sockets], counts)


def _open(context: TuningContext, scope: str, indexes: Indexes, counts: Counter[str]) -> list[tuple[str, Indexes]]:
    for refusal in context.reasons(scope, indexes):
        counts[refusal.reason + _remedy(refusal.reason)] += refusal.events
    members = indexes[~context.closed(scope, indexes)]
    return [(scope, members)] if len(members) else []


def _remedy(reason: str) -> str:
    """Name the scope that does not ask for what is missing."""
    if reason.startswith("arguments"):
        return "; scopes 3 and 4 ask for no arguments"
    if reason.startswith("an address"):
        return "; scope policy asks for no address"
    return "; scopes 1 and 2 ask for no parent" if "parent" in reason else ""


def _safe(
    context: TuningContext, scope: str, members: Indexes, reason: str, counts: Counter[str], found: DraftResult
) -> tuple[Exclusion, ...]:
    """Build the exclusions of a piece; commands that may not be hidden are left out and counted."""
    exclusions = context.builder.build(scope, members)
    if _why_not(context, exclusions, reason) is None:
        return exclusions
    kept = []
    for command in _commands(context, scope, members):
        why = _why_not(context, context.builder.build(scope, command), reason)
        if why is None:
            kept.append(command)
            continue
        told, blocked = why
        counts[told] += len(command)
        found.blocked += len(command) if blocked else 0
    return context.builder.build(scope, np.concatenate(kept)) if kept else ()


def _why_not(context: TuningContext, exclusions: Sequence[Exclusion], reason: str) -> tuple[str, bool] | None:
    """Say why these may not stand, and whether that is an attack sample or a *keep*; None if they may."""
    if not reason.strip():
        typed = next(filter(None, map(needs_reason, exclusions)), None)
        if typed is not None:
            return f"{typed}: needs a typed reason (--reason)", False
    hidden = context.shield.refuses(exclusions)
    return None if hidden is None else (hidden, True)


def _commands(context: TuningContext, scope: str, members: Indexes) -> list[Indexes]:
    """Cut events into those that the scope cannot tell apart more finely: one command, caller and destination each."""
    text = context.columns.text
    fields = [text[name].codes[members] for name in ("bin", "args", "parent", "pargs", "policy", "func")]
    fields += [context.columns.kind[members].astype(np.int64)] if scope not in {"subtree", "binary"} else []
    if scope in BY_SOCKET:
        fields += [text["daddr"].codes[members], context.columns.dport[members]]
    _, places = np.unique(np.stack(fields), axis=1, return_inverse=True)
    order = np.argsort(places.reshape(-1), kind="stable")
    cuts = np.flatnonzero(np.diff(places.reshape(-1)[order])) + 1
    return list(np.split(members[order], cuts))
