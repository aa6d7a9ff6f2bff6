"""Propose exclusions to an operator: the fewest for marked events or for a share of all events, each with its risk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.safety.risk import Risk, risk
from tetratui.core.tuning.tuning_context import TuningContext

_REGULAR_JOBS = "regular job: recurs, no rare event and no attack sample hidden"
_MARKED_EVENTS = "marked noise; no kept event and no attack sample hidden"


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What the operator wants proposed."""

    rows: tuple[int, ...]
    """Row ids to hide; empty when a share of all events is to be hidden."""
    share: float
    """Share of all events to hide, 0 to 1."""
    max_scope: str
    """The broadest scope that may be used."""
    collateral: int
    """The most events that may be hidden beside those asked for."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set of exclusions, and the risk of each."""

    cover: Cover
    risks: tuple[Risk, ...]
    """The risk of each chosen exclusion, in the order of `cover.chosen`."""


def propose(context: TuningContext, request: ProposalRequest, drafted: Iterable[Exclusion]) -> Proposal:
    """Return the fewest exclusions that meet a request, beside those already drafted."""
    already = context.matcher.any(drafted)
    if request.rows:
        indexes = context.columns.indexes(request.rows)
        rows = indexes[~already[indexes]] + context.columns.first
        cover = select_cover(context, rows, request.max_scope, request.collateral)
    else:
        cover = suggest(context, request.share, request.max_scope, request.collateral, already=already)
    return Proposal(cover, tuple(risk([candidate.exclusion], candidate.scope) for candidate in cover.chosen))


def draft_cover(cover: Cover, used_ids: Collection[str], reason: str, *, marked: bool) -> tuple[Draft, ...]:
    """Return a draft for each exclusion of a cover, with ids that are not used yet.

    Without a reason each draft says how the exclusion was chosen: from `marked` events or from regular jobs.
    """
    numbers = range(1, len(used_ids) + len(cover.chosen) + 1)
    ids = (name for number in numbers if (name := f"d{number}") not in used_ids)
    text = reason or (_MARKED_EVENTS if marked else _REGULAR_JOBS)
    return tuple(
        Draft(name, (candidate.exclusion,), candidate.scope, text, hosts=candidate.exclusion.hosts)
        for name, candidate in zip(ids, cover.chosen, strict=False)
    )
