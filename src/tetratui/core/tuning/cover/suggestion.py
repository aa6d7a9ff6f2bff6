"""A suggestion: the fewest exclusions for a share of the events or for chosen ones, with risk and how it lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.candidates import Candidate
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.cover.recurrence import Bounds
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.learning.halves import Halves, judge_halves
from tetratui.core.tuning.learning.learnable_events import Lesson
from tetratui.core.tuning.safety.risk import Risk, risk
from tetratui.core.tuning.tuning_context import TuningContext

REGULAR_JOBS = "regular job: recurs, no rare event and no attack sample hidden"
MARKED_EVENTS = "marked noise; no kept event and no attack sample hidden"
"""How an exclusion was chosen, for a draft whose reason nobody had to type."""


@dataclass(frozen=True, slots=True)
class SuggestionRequest:
    """What is wanted of a suggestion."""

    share: float
    """Share of the decoded events to hide, 0 to 1; of no account where events were chosen."""
    max_scope: str
    """The broadest scope to use."""
    collateral: int
    """The most other events that one exclusion may hide, or all of them together where events were chosen."""
    runs: int = Bounds().runs
    """In how many runs of its script a habit must have been seen."""
    rows: tuple[int, ...] = ()
    """Row ids of events chosen to be hidden; empty when a share of all events is."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to draft, and whether it holds."""

    cover: Cover
    halves: Halves
    """What the earlier half of the events teaches hides of each half."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to draft, and the risk of each exclusion."""

    cover: Cover
    risks: tuple[Risk, ...]
    """The risk of each chosen exclusion, in the order of `cover.chosen`."""


def make_suggestion(context: TuningContext, request: SuggestionRequest, lesson: Lesson | None = None) -> Suggestion:
    """Return the fewest safe exclusions for habits, or for what a lesson from a query teaches."""

    def cover(context: TuningContext, lesson: Lesson | None) -> Cover:
        if lesson is None:
            return _cover(context, request)
        rows = np.flatnonzero(lesson.taught) + context.columns.first
        return _cover(context, request, rows, protected=lesson.protected)

    def learn(half: NDArray[np.int64]) -> list[Exclusion]:
        part = cover(context.part(half), lesson and lesson.part(half))
        return [candidate.exclusion for candidate in part.chosen]

    wanted = np.ones(len(context.columns), dtype=np.bool_) if lesson is None else lesson.taught
    halves = judge_halves(context.columns, context.matcher, wanted, learn)
    return Suggestion(cover(context, lesson), halves)


def propose(context: TuningContext, request: SuggestionRequest, drafted: Iterable[Exclusion]) -> Proposal:
    """Return the fewest exclusions that meet a request, beside those already drafted."""
    already = context.matcher.any(drafted)
    if request.rows:
        indexes = context.columns.indexes(request.rows)
        cover = _cover(context, request, indexes[~already[indexes]] + context.columns.first)
    else:
        cover = _cover(context, request, already=already)
    return Proposal(cover, tuple(risk([candidate.exclusion], candidate.scope) for candidate in cover.chosen))


def _cover(
    context: TuningContext,
    request: SuggestionRequest,
    rows: NDArray[np.int64] | None = None,
    *,
    protected: Mask | None = None,
    already: Mask | None = None,
) -> Cover:
    if rows is not None:
        return select_cover(context, rows, request.max_scope, request.collateral, protected)
    bounds = Bounds(runs=request.runs)
    return suggest(context, request.share, request.max_scope, request.collateral, bounds, already=already)


def draft_cover(cover: Cover, reason: str = "", owner: str = "", expiry: date | None = None) -> list[Draft]:
    """Return a draft for each exclusion of a cover: `s1`, `s2`, …"""
    return [
        draft_candidate(candidate, f"s{number}", reason, owner, expiry)
        for number, candidate in enumerate(cover.chosen, 1)
    ]


def draft_candidate(candidate: Candidate, name: str, reason: str, owner: str = "", expiry: date | None = None) -> Draft:
    """Return the draft of one exclusion, with this id."""
    return Draft(name, (candidate.exclusion,), candidate.scope, reason, owner, expiry, candidate.exclusion.hosts)
