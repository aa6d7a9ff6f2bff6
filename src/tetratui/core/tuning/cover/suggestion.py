"""A suggestion and how well it lasts: the drafts, and what the earlier half of the events alone would have taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.cover.recurrence import Bounds
from tetratui.core.tuning.learning.halves import Halves, judge_halves
from tetratui.core.tuning.learning.learnable_events import Lesson
from tetratui.core.tuning.tuning_context import TuningContext


@dataclass(frozen=True, slots=True)
class SuggestionRequest:
    """What is wanted of a suggestion."""

    share: float
    """Of the decoded events, from 0 to 1; a suggestion for what a query selects covers all of that instead."""
    max_scope: str
    """The broadest scope to use."""
    collateral: int
    """Events that nobody asked to hide and that one filter may hide all the same."""
    runs: int
    """In how many runs of its script a habit must have been seen."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to draft, and whether it holds."""

    cover: Cover
    halves: Halves
    """What the earlier half of the events teaches hides of each half."""


def make_suggestion(context: TuningContext, request: SuggestionRequest, lesson: Lesson | None = None) -> Suggestion:
    """Return the fewest safe exclusions for habits, or for what a lesson from a query teaches."""

    def learn(half: NDArray[np.int64]) -> list[Exclusion]:
        part = context.part(half)
        return [one.exclusion for one in _cover(part, request, lesson and lesson.part(half)).chosen]

    wanted = np.ones(len(context.columns), dtype=np.bool_) if lesson is None else lesson.taught
    halves = judge_halves(context.columns, context.matcher, wanted, learn)
    return Suggestion(_cover(context, request, lesson), halves)


def _cover(context: TuningContext, request: SuggestionRequest, lesson: Lesson | None) -> Cover:
    if lesson is None:
        return suggest(context, request.share, request.max_scope, request.collateral, Bounds(runs=request.runs))
    rows = np.flatnonzero(lesson.taught) + context.columns.first
    return select_cover(context, rows, request.max_scope, request.collateral, lesson.protected)
