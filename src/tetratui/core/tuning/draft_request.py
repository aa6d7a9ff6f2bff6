"""Drafts without a screen: from selected events to exclusions, and the events that get none, by name.

Nothing that the scope cannot be built from is built more broadly instead, and what would hide an attack sample or a
*keep* is left out command by command, so that one such event does not stop the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.safety.risky_binaries import dangerous_alone, needs_reason
from tetratui.core.tuning.scopes.refusals import Refusal
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET
from tetratui.core.tuning.scopes.scopes import TuningContext

Indexes = NDArray[np.int64]
WOULD_HIDE = "would hide events that are left out of the draft; a narrower scope, or --include, may do"


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
    """Events refused because an event that must stay visible would be hidden."""
    summary: str = ""
    notes: list[str] = field(default_factory=list)
    """Drafts that pin what changes from run to run, one sentence each."""


def draft_events(
    context: TuningContext,
    rows: Sequence[int] | NDArray[np.int64],
    wish: DraftRequest | None = None,
    protected: Mask | None = None,
) -> DraftResult:
    """Make drafts for these row ids; every row is either covered by one or counted under a refusal.

    `protected` says per held event that no draft may hide it (`learning.Lesson`).
    """
    wish = wish or DraftRequest()
    if protected is not None:
        context = context.untaught(protected)
    indexes = context.columns.indexes(rows)
    found = DraftResult(summary=context.summary(indexes))
    counts: Counter[str] = Counter()
    for scope, members in _pieces(context, indexes, wish.scope, counts):
        exclusions = _safe(_Judge(context, wish.reason, protected), scope, members, counts, found)
        if exclusions:
            hosts = tuple(sorted({host for exclusion in exclusions for host in exclusion.hosts}))
            number = f"d{len(found.drafts) + 1}"
            found.notes += _pinned(context, scope, members)
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
    pieces = []
    for scopes, members in (
        (("exact", "command", "template", "caller"), plain[~bare_parent]),
        (("command", "template"), plain[bare_parent]),
        (BY_SOCKET, indexes[sockets]),
    ):
        for open_to in _open(context, scopes[0], members, counts):
            pieces += _steady(context, scopes, open_to[1])
    return pieces


def _steady(context: TuningContext, scopes: Sequence[str], members: Indexes) -> list[tuple[str, Indexes]]:
    """Give each event the narrowest of these scopes that hides the later half of its like as well as the first.

    Where none does, it is the narrowest: a broader one would hide more and hold no better.
    """
    pieces: dict[str, Indexes] = {}
    left, repeats = members, context.repeats(members)
    for scope in scopes:
        holding = members[repeats.holding(partial(context.built, scope))]
        holding = holding[~context.closed(scope, holding) & ~_risky(context, scope, holding)]
        pieces[scope] = np.intersect1d(left, holding)
        left = np.setdiff1d(left, pieces[scope])
    pieces[scopes[0]] = np.union1d(pieces[scopes[0]], left)
    return [(scope, found) for scope, found in pieces.items() if len(found)]


def _pinned(context: TuningContext, scope: str, members: Indexes) -> list[str]:
    """Say that a draft will hide less of the next run than of this one."""
    halves = context.repeats(members).judge(partial(context.built, scope))
    if halves is None or halves.hold:
        return []
    told = f"what the first half of its events teaches hides {halves.second:.0%} of their like in the second"
    return [f"a draft on scope {scope} pins what changes from run to run: {told}"]


def _risky(context: TuningContext, scope: str, indexes: Indexes) -> NDArray[np.bool_]:
    """Say for which of these events a caller scope would hide a shell or its kind whatever its arguments."""
    binary = context.columns.text["bin"]
    if scope != "caller":
        return np.zeros(len(indexes), dtype=np.bool_)
    codes, places = np.unique(binary.codes[indexes], return_inverse=True)
    risky = [dangerous_alone(binary.texts[code]) is not None for code in codes.tolist()]
    return np.array(risky, dtype=np.bool_)[places.reshape(-1)]


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
    judge: _Judge, scope: str, members: Indexes, counts: Counter[str], found: DraftResult
) -> tuple[Exclusion, ...]:
    """Build the exclusions of a piece; commands that may not be hidden are left out and counted."""
    build = judge.context.builder.build
    exclusions = build(scope, members)
    if judge.why_not(exclusions) is None:
        return exclusions
    kept = []
    for command in _commands(judge.context, scope, members):
        why = judge.why_not(build(scope, command))
        if why is None:
            kept.append(command)
            continue
        told, blocked = why
        counts[told] += len(command)
        found.blocked += len(command) if blocked else 0
    return build(scope, np.concatenate(kept)) if kept else ()


@dataclass(frozen=True, slots=True)
class _Judge:
    """What exclusions may not hide."""

    context: TuningContext
    reason: str
    protected: Mask | None

    def why_not(self, exclusions: Sequence[Exclusion]) -> tuple[str, bool] | None:
        """Say why these may not stand, and whether that is an event that must stay visible; None if they may."""
        if not self.reason.strip():
            typed = next(filter(None, map(needs_reason, exclusions)), None)
            if typed is not None:
                return f"{typed}: needs a typed reason (--reason)", False
        if self.protected is not None and (self.context.matcher.any(exclusions) & self.protected).any():
            return WOULD_HIDE, True
        hidden = self.context.shield.refuses(exclusions)
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
