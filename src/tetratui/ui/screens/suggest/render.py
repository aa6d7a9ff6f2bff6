"""Draw the Suggest screen: the request, the proposed exclusions with their risk, and what was left out."""

from __future__ import annotations

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover.suggestion import Proposal, SuggestionRequest
from tetratui.ui.render.bars import bar


def request_line(request: SuggestionRequest) -> Content:
    """Describe what is asked for."""
    if request.rows:
        target = f"hide {format_count(len(request.rows), 'event')} marked noise"
        collateral = f"other events hidden: {request.collateral} max"
    else:
        target = f"hide {request.share:.0%} of events, regular jobs only"
        collateral = f"rare events hidden: {request.collateral} max"
    return Content.styled(f"{target}; scopes up to {request.max_scope}; {collateral}", "bold")


def result_line(proposal: Proposal) -> Content:
    """Sum up a proposal."""
    cover = proposal.cover
    facts = ["no safe exclusion left"]
    if cover.chosen:
        facts = [f"{format_count(len(cover.chosen), 'exclusion')} would hide {cover.share:.1%} {bar(cover.share, 12)}"]
    if cover.missed:
        facts.append(f"{format_count(cover.missed, 'marked event')} left")
    if cover.full:
        facts.append("limit reached: accept, then c for more")
    return Content("; ".join([*facts, "no kept event, no known attack hidden"]))


def proposal_lines(request: SuggestionRequest, proposal: Proposal) -> list[Content]:
    """List the exclusions with what they hide and risk, then the best of those left out."""
    cover = proposal.cover
    lines = []
    if cover.chosen:
        others = "others" if request.rows else "rare"
        lines.append(Content.styled(f"   events {others:>6} attacks  scope, command ← parent", "bold"))
    for candidate, risk in zip(cover.chosen, proposal.risks, strict=True):
        attacks = risk.context.tried - risk.context.visible
        needs_reason = "!" if risk.needs_reason else " "
        counts = f"{int(candidate.mask.sum()):>9,} {candidate.collateral:>6,} {attacks:>7,}{needs_reason}"
        lines.append(Content(visible(f"{counts} {candidate.brief}")))
    if cover.chosen:
        tried = proposal.risks[0].context.tried
        text = f"attacks: test attacks of {tried} that would be hidden; ! reason required"
        lines.append(Content.styled(text, "$text-muted"))
    if cover.alternatives:
        lines.append(Content.styled("left out, with the events that each would hide in addition", "bold"))
    left_out = (f"{other.more:>9,}  {other.reason}: {other.candidate.brief}" for other in cover.alternatives)
    lines += [Content(visible(other)) for other in left_out]
    if cover.left:
        lines.append(Content.styled("left visible, why, and what would include it", "bold"))
    left_visible = (f"{group.events:>9,}  {group.group}: {group.reason}: {group.include}" for group in cover.left)
    return lines + [Content(visible(group)) for group in left_visible]
