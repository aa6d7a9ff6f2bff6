"""A proposed exclusion as the operator decides on it: taken or dropped, narrowed, with a reason where it needs one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.suggestion import MARKED_EVENTS, REGULAR_JOBS, Proposal, draft_candidate
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.reason import fault_of_reason
from tetratui.core.tuning.safety.risk import Risk, risk
from tetratui.core.tuning.tuning_context import TuningContext


@dataclass(frozen=True, slots=True)
class ProposedDraft:
    """One proposal, as it would be accepted now."""

    draft: Draft
    impact: Impact
    collateral: int
    """Events that it hides and that were not asked for."""
    risk: Risk
    taken: bool = True
    """Whether it is accepted with the others."""

    @property
    def summary(self) -> str:
        """What it hides, in a few words."""
        return summarise(self.draft.exclusions)

    @property
    def hidden_attacks(self) -> int:
        """Test attacks that would be hidden if they ran under its parents."""
        return self.risk.context.tried - self.risk.context.visible

    @property
    def missing_reason(self) -> str | None:
        """What a person must answer for before it is accepted; None where nothing is missing."""
        answered = fault_of_reason(self.draft.reason) is None
        return None if answered else self.risk.needs_reason

    def with_reason(self, text: str) -> ProposedDraft:
        """Return it with the reason that was typed for it."""
        return replace(self, draft=replace(self.draft, reason=text))

    def switched(self) -> ProposedDraft:
        """Return it dropped if it is taken, else taken."""
        return replace(self, taken=not self.taken)


def list_proposed(context: TuningContext, proposal: Proposal, ids: Sequence[str]) -> list[ProposedDraft]:
    """Return what is proposed, largest first as it was chosen, with these ids; all of it is taken at first."""
    return [
        ProposedDraft(
            draft_candidate(candidate, name, ""), impact_of(context.columns, candidate.mask), candidate.collateral, each
        )
        for candidate, each, name in zip(proposal.cover.chosen, proposal.risks, ids, strict=False)
    ]


def judge_changed(context: TuningContext, proposal: Proposal, draft: Draft) -> ProposedDraft:
    """Return a proposal in the form that the operator has given it."""
    mask = context.matcher.any(draft.exclusions)
    collateral = int((mask & ~proposal.cover.asked).sum())
    return ProposedDraft(draft, impact_of(context.columns, mask), collateral, risk(draft.exclusions, draft.scope))


def hidden_by_taken(proposed: Sequence[ProposedDraft]) -> Mask:
    """Return the events that those which are taken hide together."""
    masks = [each.impact.mask for each in proposed if each.taken]
    return np.logical_or.reduce(masks) if masks else np.zeros(0, dtype=np.bool_)


def accepted_drafts(proposed: Sequence[ProposedDraft], *, marked: bool) -> tuple[Draft, ...]:
    """Return the drafts of those that are taken. One whose reason nobody had to type says how it was chosen."""
    chosen_for = MARKED_EVENTS if marked else REGULAR_JOBS
    return tuple(replace(each.draft, reason=each.draft.reason or chosen_for) for each in proposed if each.taken)
