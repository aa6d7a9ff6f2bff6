"""Choose the fewest exclusions that cover all marked events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.candidates import Candidate, hidden_by, rank_alternatives
from tetratui.core.tuning.cover.cover import Cover
from tetratui.core.tuning.draft_request import WOULD_HIDE
from tetratui.core.tuning.safety.risky_binaries import needs_reason
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET, NAMES, reaches
from tetratui.core.tuning.tuning_context import Indexes, TuningContext


def select_cover(
    context: TuningContext,
    rows: Sequence[int] | NDArray[np.int64],
    max_scope: str = "subtree",
    collateral: int = 0,
    protected: Mask | None = None,
) -> Cover:
    """Cover all marked events (row ids) with few exclusions that together hide at most `collateral` others.

    Nothing is proposed that hides a *keep*, a threat, an attack sample or an event of the mask `protected`
    (`Lesson.protected`), nor anything that needs a typed reason by its form. In the cover, `missed` counts the marked
    events that stay visible.
    """
    if protected is not None:
        context = context.without_learning(protected)
    indexes = context.columns.indexes(rows)
    marked: Mask = np.zeros(len(context.columns), dtype=np.bool_)
    marked[indexes] = True
    candidates, refused = _candidates(context, indexes, marked, max_scope, protected)
    chosen = _needed(_choose(candidates, marked, collateral), marked)
    hidden = hidden_by(chosen, np.zeros_like(marked))
    spare = [candidate for candidate in candidates if candidate not in chosen]
    alternatives = rank_alternatives([*refused, *((candidate, _reason(candidate)) for candidate in spare)], hidden)
    share = float(hidden.mean()) if len(hidden) else 0.0
    return Cover(tuple(chosen), share, hidden, marked, alternatives, int((marked & ~hidden).sum()))


def _choose(candidates: Sequence[Candidate], marked: Mask, collateral: int) -> list[Candidate]:
    """Choose greedily what hides most marked events for what it costs to read, within the bound on others."""
    hidden: Mask = np.zeros_like(marked)
    chosen: list[Candidate] = []
    while (marked & ~hidden).any():
        allowed = [
            candidate for candidate in candidates if int(((hidden | candidate.mask) & ~marked).sum()) <= collateral
        ]
        wanted = marked & ~hidden
        best = max(allowed, key=lambda candidate: _worth(candidate, wanted), default=None)
        if best is None or not (best.mask & wanted).any():
            break
        chosen.append(best)
        hidden |= best.mask
    return chosen


def _worth(candidate: Candidate, wanted: Mask) -> tuple[float, float, str]:
    new = int((candidate.mask & wanted).sum())
    return new / candidate.cost, -NAMES.index(candidate.scope), repr(candidate.exclusion)


def _needed(chosen: list[Candidate], marked: Mask) -> list[Candidate]:
    """Drop what the later choices made superfluous, smallest first."""
    for candidate in sorted(chosen, key=lambda candidate: int(candidate.mask.sum())):
        others = [other for other in chosen if other is not candidate]
        if not (candidate.mask & marked & ~hidden_by(others, np.zeros_like(marked))).any():
            chosen = others
    return chosen


def _reason(spare: Candidate) -> str:
    """Return why a safe candidate was not chosen."""
    return f"would hide {format_count(spare.collateral, 'event')} not marked" if spare.collateral else "not needed"


def _candidates(
    context: TuningContext, indexes: Indexes, marked: Mask, max_scope: str, protected: Mask | None
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    """Return the safe candidates, and the refused ones with the reason."""
    safe: dict[Exclusion, Candidate] = {}
    refused: list[tuple[Candidate, str]] = []
    socket = context.sockets(indexes)
    for scope in NAMES:
        members = indexes[socket] if scope in BY_SOCKET else indexes[~socket]
        if scope not in BY_SOCKET and not reaches(max_scope, scope):
            continue
        for exclusion in context.build(scope, members):
            if exclusion in safe:
                continue
            mask = context.matcher.mask(exclusion)
            candidate = Candidate(exclusion, scope, mask, int((mask & ~marked).sum()))
            reason = needs_reason(exclusion) or context.shield.refuses([exclusion])
            if protected is not None and (mask & protected).any():
                reason = WOULD_HIDE
            if reason is None:
                safe[exclusion] = candidate
            else:
                refused.append((candidate, reason))
    return list(safe.values()), refused
