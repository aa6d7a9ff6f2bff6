"""Drafts without a screen: from selected events to exclusions, and to reasons for the events that get none.

Events that a scope cannot be built from are never covered by a broader one instead. Events that must stay visible are
left out command by command, so that one of them does not stop the rest.
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
from tetratui.core.tuning.tuning_context import Indexes, TuningContext

WOULD_HIDE = "would hide events that are left out of the draft; a narrower scope, or --include, may help"

_WITHOUT_KIND = frozenset({"subtree", "binary", "probe", "namespace"})
"""Scopes whose exclusions are not told apart by kind."""


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What the operator wants of the drafts."""

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
    """One sentence for each draft that pins what changes from run to run."""


def draft_events(
    context: TuningContext,
    rows: Sequence[int] | NDArray[np.int64],
    request: DraftRequest | None = None,
    protected: Mask | None = None,
) -> DraftResult:
    """Make drafts for these row ids; every row is either covered by one or counted under a refusal.

    No draft hides a held event of the mask `protected` (`Lesson.protected`).
    """
    request = request or DraftRequest()
    if protected is not None:
        context = context.without_learning(protected)
    indexes = context.columns.indexes(rows)
    result = DraftResult(summary=context.summary(indexes))
    refused: Counter[str] = Counter()
    for scope, members in _by_scope(context, indexes, request.scope, refused):
        exclusions = _safe_exclusions(_Guard(context, request.reason, protected), scope, members, refused, result)
        if exclusions:
            hosts = tuple(sorted({host for exclusion in exclusions for host in exclusion.hosts}))
            number = f"d{len(result.drafts) + 1}"
            result.notes += _notes(context, scope, members)
            result.drafts.append(Draft(number, exclusions, scope, request.reason, request.owner, request.expiry, hosts))
    result.refused = [Refusal(reason, events) for reason, events in refused.most_common()]
    return result


def _by_scope(
    context: TuningContext, indexes: Indexes, scope: str | None, refused: Counter[str]
) -> list[tuple[str, Indexes]]:
    """Divide events by the scope that each is drafted on; those that no scope is open to are counted as refused."""
    if scope is not None:
        members = _open_to(context, scope, indexes, refused)
        return [(scope, members)] if len(members) else []
    never = context.blockers.nothing | context.blockers.bare
    sockets = context.sockets(indexes) & ~never[indexes]
    plain = indexes[~sockets]
    # The exact scope needs a usable parent, the scope command does not.
    without_parent = context.blockers.any("exact")[plain] & ~context.blockers.any("command")[plain]
    divided = []
    for scopes, members in (
        (("exact", "command", "template", "caller"), plain[~without_parent]),
        (("command", "template"), plain[without_parent]),
        (BY_SOCKET, indexes[sockets]),
    ):
        usable = _open_to(context, scopes[0], members, refused)
        divided += _narrowest_that_hold(context, scopes, usable) if len(usable) else []
    return divided


def _open_to(context: TuningContext, scope: str, indexes: Indexes, refused: Counter[str]) -> Indexes:
    """Return the events that a scope can be built from; the others are counted as refused."""
    for refusal in context.refusals(scope, indexes):
        refused[refusal.reason + _remedy(refusal.reason)] += refusal.events
    return indexes[~context.closed(scope, indexes)]


def _remedy(reason: str) -> str:
    """Return which scopes do not need what is missing."""
    if reason.startswith("arguments"):
        return "; the scopes caller and subtree need no arguments"
    if reason.startswith("an address"):
        return "; the scope policy needs no address"
    return "; the scopes command and template need no parent" if "parent" in reason else ""


def _narrowest_that_hold(context: TuningContext, scopes: Sequence[str], members: Indexes) -> list[tuple[str, Indexes]]:
    """Divide events by the narrowest of these scopes that hides the later half of their kind as well as the first.

    Where none does, it is the narrowest: a broader one would hide more and hold no better.
    """
    divided: dict[str, Indexes] = {}
    left, repeats = members, context.repeats(members)
    for scope in scopes:
        holding = members[repeats.holding(partial(context.build, scope))]
        holding = holding[~context.closed(scope, holding) & ~_risky(context, scope, holding)]
        divided[scope] = np.intersect1d(left, holding)
        left = np.setdiff1d(left, divided[scope])
    divided[scopes[0]] = np.union1d(divided[scopes[0]], left)
    return [(scope, indexes) for scope, indexes in divided.items() if len(indexes)]


def _risky(context: TuningContext, scope: str, indexes: Indexes) -> NDArray[np.bool_]:
    """Return for which of these events the scope caller would hide a shell or the like whatever its arguments."""
    binary = context.columns.text["bin"]
    if scope != "caller":
        return np.zeros(len(indexes), dtype=np.bool_)
    codes, inverse = np.unique(binary.codes[indexes], return_inverse=True)
    risky = [dangerous_alone(binary.texts[code]) is not None for code in codes.tolist()]
    return np.array(risky, dtype=np.bool_)[inverse.reshape(-1)]


def _notes(context: TuningContext, scope: str, members: Indexes) -> list[str]:
    """Warn of a draft that will hide less of the next run than of this one."""
    halves = context.repeats(members).judge(partial(context.build, scope))
    if halves is None or halves.hold:
        return []
    share = (
        f"learned from the first half of its events, it hides {halves.second:.0%} of those that repeat in the second"
    )
    return [f"a draft on scope {scope} pins what changes from run to run: {share}"]


@dataclass(frozen=True, slots=True)
class _Guard:
    """Refuses exclusions that hide too much."""

    context: TuningContext
    reason: str
    protected: Mask | None

    def refusal(self, exclusions: Sequence[Exclusion]) -> tuple[str, bool] | None:
        """Return why these are refused, and whether that is for an event that must stay visible; None if they stand."""
        if not self.reason.strip():
            risk = next(filter(None, map(needs_reason, exclusions)), None)
            if risk is not None:
                return f"{risk}: needs a typed reason (--reason)", False
        if self.protected is not None and (self.context.matcher.any(exclusions) & self.protected).any():
            return WOULD_HIDE, True
        refusal = self.context.shield.refuses(exclusions)
        return None if refusal is None else (refusal, True)


def _safe_exclusions(
    guard: _Guard, scope: str, members: Indexes, refused: Counter[str], result: DraftResult
) -> tuple[Exclusion, ...]:
    """Build exclusions for these events; commands that may not be hidden are left out and counted as refused."""
    build = guard.context.builder.build
    exclusions = build(scope, members)
    if guard.refusal(exclusions) is None:
        return exclusions
    safe = []
    for command in _commands(guard.context, scope, members):
        refusal = guard.refusal(build(scope, command))
        if refusal is None:
            safe.append(command)
            continue
        reason, blocked = refusal
        refused[reason] += len(command)
        result.blocked += len(command) if blocked else 0
    return build(scope, np.concatenate(safe)) if safe else ()


def _commands(context: TuningContext, scope: str, members: Indexes) -> list[Indexes]:
    """Divide events into the smallest parts that exclusions of the scope tell apart: command, caller, destination."""
    text = context.columns.text
    fields = [text[name].codes[members] for name in ("bin", "args", "parent", "pargs", "policy", "func")]
    fields += [context.columns.kind[members].astype(np.int64)] if scope not in _WITHOUT_KIND else []
    if scope in BY_SOCKET:
        fields += [text["daddr"].codes[members], context.columns.dport[members]]
    inverse = np.unique(np.stack(fields), axis=1, return_inverse=True)[1].reshape(-1)
    order = np.argsort(inverse, kind="stable")
    starts = np.flatnonzero(np.diff(inverse[order])) + 1
    return list(np.split(members[order], starts))
