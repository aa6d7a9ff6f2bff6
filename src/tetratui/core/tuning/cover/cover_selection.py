"""Loose marks and single lines: few exclusions that cover all marked events, and a scope with lines split out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.cover import Candidate, Cover, left_out
from tetratui.core.tuning.draft_request import WOULD_HIDE
from tetratui.core.tuning.safety.risky_binaries import needs_reason
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET, NAMES
from tetratui.core.tuning.scopes.scopes import TuningContext

NARROWER = {
    "template": "command",
    "binary": "command",
    "caller": "exact",
    "subtree": "exact",
    "network": "destination",
    "policy": "destination",
}
"""The scope that says what is left of a scope when lines are split out of it."""


def select_cover(
    context: TuningContext,
    rows: Sequence[int] | NDArray[np.int64],
    max_scope: str = "subtree",
    collateral: int = 0,
    protected: Mask | None = None,
) -> Cover:
    """Cover all marked events (row ids) with few exclusions that hide at most `collateral` others in all.

    Nothing that hides a *keep*, a threat, a recorded attack sample or a `protected` event (`learning.Lesson`) is
    proposed, nor what would need a typed reason by form.
    In the cover, the collateral (`rare`) are events that were not marked, and `missed` counts marked ones left visible.
    """
    if protected is not None:
        context = context.untaught(protected)
    indexes = context.columns.indexes(rows)
    marked: Mask = np.zeros(len(context.columns), dtype=np.bool_)
    marked[indexes] = True
    candidates, refused = _candidates(context, indexes, marked, max_scope, protected)
    hidden: Mask = np.zeros_like(marked)
    chosen: list[Candidate] = []
    while (marked & ~hidden).any():
        within = [one for one in candidates if int(((hidden | one.mask) & ~marked).sum()) <= collateral]
        best = max(within, key=lambda one: _worth(one, marked & ~hidden), default=None)
        if best is None or not (best.mask & marked & ~hidden).any():
            break
        chosen.append(best)
        hidden |= best.mask
    for one in sorted(chosen, key=lambda one: int(one.mask.sum())):
        others: Mask = np.logical_or.reduce([other.mask for other in chosen if other is not one] or [~marked])
        if not (one.mask & marked & ~others).any():
            chosen.remove(one)
    hidden = np.logical_or.reduce([one.mask for one in chosen] or [np.zeros_like(marked)])
    spare = [one for one in candidates if one not in chosen]
    reasons = [
        f"would hide {format_count(one.rare, 'event')} not marked" if one.rare else "not needed" for one in spare
    ]
    left = left_out([*refused, *zip(spare, reasons, strict=True)], hidden)
    return Cover(tuple(chosen), _share(hidden), hidden, marked, left, int((marked & ~hidden).sum()))


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _worth(one: Candidate, wanted: Mask) -> tuple[float, float, str]:
    return int((one.mask & wanted).sum()) / one.cost, -NAMES.index(one.scope), repr(one.exclusion)


def _candidates(
    context: TuningContext, indexes: NDArray[np.int64], marked: Mask, max_scope: str, protected: Mask | None
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    found: dict[Exclusion, Candidate] = {}
    refused: list[tuple[Candidate, str]] = []
    socket = context.sockets(indexes)
    for scope in NAMES:
        members = indexes[socket] if scope in BY_SOCKET else indexes[~socket]
        if scope not in BY_SOCKET and NAMES.index(scope) > NAMES.index(max_scope):
            continue
        usable = members[~context.closed(scope, members)]
        for exclusion in context.builder.build(scope, usable) if len(usable) else ():
            if exclusion in found:
                continue
            mask = context.matcher.mask(exclusion)
            one = Candidate(exclusion, scope, mask, int((mask & ~marked).sum()))
            reason = needs_reason(exclusion) or context.shield.refuses([exclusion])
            if protected is not None and (mask & protected).any():
                reason = WOULD_HIDE
            if reason is None:
                found[exclusion] = one
            else:
                refused.append((one, reason))
    return list(found.values()), refused


def split_out(
    context: TuningContext, scope: str, indexes: NDArray[np.int64], lines: Sequence[tuple[str, str]]
) -> tuple[Exclusion, ...]:
    """Hide what a scope built from these indexes hides, but leave these command lines (binary, arguments) visible.

    A filter cannot say "but not": the rest is said by the exact scope of the same side. Hidden stays what was held;
    what the template would have matched later stays visible.
    """
    closed = context.closed(scope, indexes)
    mask = context.matcher.any(context.builder.build(scope, indexes[~closed]))
    text = context.columns.text
    kept: Mask = np.zeros_like(mask)
    for binary, arguments in lines:
        codes = [
            [code for code, one in enumerate(text[name].texts) if one == value]
            for name, value in (("bin", binary), ("args", arguments))
        ]
        kept |= np.isin(text["bin"].codes, codes[0]) & np.isin(text["args"].codes, codes[1])
    exact = NARROWER.get(scope, scope)
    left = np.flatnonzero(mask & ~kept)
    left = left[~context.closed(exact, left)]
    return context.builder.build(exact, left) if len(left) else ()
