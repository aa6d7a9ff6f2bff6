"""Draw the Suggest screen: the request, a line for each proposed exclusion, and what one hides and risks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover.proposed_draft import ProposedDraft, hidden_by_taken
from tetratui.core.tuning.cover.suggestion import Proposal, SuggestionRequest
from tetratui.ui.render.block_bars import block_bar, rest_bar
from tetratui.ui.render.daily_size import daily_sentence
from tetratui.ui.theme.severity_styles import PLAIN, Styles

_BAR = 5
"""Cells of the bar of a proposal."""
_FRAME = 6
"""Cells of the border, of the scroll bar, and around the widest column."""
_WIDTHS = {"": 1, "scope": 11, "events": 14, "%": 6, "others": 6, "attacks": 7, "verdict": 18}


def request_line(request: SuggestionRequest) -> Content:
    """Describe what is asked for."""
    if request.rows:
        target = f"hide {format_count(len(request.rows), 'event')} marked noise"
        collateral = f"other events hidden: {request.collateral} max"
    else:
        target = f"hide {request.share:.0%} of events, regular jobs only"
        collateral = f"rare events hidden: {request.collateral} max"
    return Content.styled(f"{target}; scopes up to {request.max_scope}; {collateral}", "bold")


def result_line(proposal: Proposal, proposed: Sequence[ProposedDraft], events: int) -> Content:
    """Sum up what is taken of a proposal: before and after as one bar."""
    if not proposed:
        return Content("no safe exclusion left")
    taken = sum(each.taken for each in proposed)
    share = float(hidden_by_taken(proposed).sum() / events) if events else 0.0
    kept, hidden = rest_bar(1 - share, 20)
    facts = [f" {format_count(taken, 'exclusion')} of {len(proposed):,} would hide {share:.1%}"]
    if proposal.cover.missed:
        facts.append(f"{format_count(proposal.cover.missed, 'marked event')} left")
    if proposal.cover.full:
        facts.append("limit reached: accept, then c for more")
    return Content.assemble("still exported ", (kept, "$success"), (hidden, "$warning"), "; ".join(facts))


def verdict_line(proposed: Sequence[ProposedDraft]) -> Content:
    """Say whether what is taken can be accepted, and what it still needs."""
    missing = sum(each.taken and each.missing_reason is not None for each in proposed)
    safe = "no kept event, no known attack hidden"
    if missing:
        word = f"{format_count(missing, 'exclusion')} {'needs' if missing == 1 else 'need'} a reason"
        return Content.assemble(("REASON REQUIRED", "bold $warning"), f"  {word}")
    return Content.assemble(("SAFE", "bold $success"), f"  {safe}") if proposed else Content("")


def columns(width: int) -> list[str]:
    """Return the columns that have room; what a proposal hides takes what is left."""
    names = ["", "what", "scope", "events", "verdict"]
    return names if width < 100 else ["", "what", "scope", "events", "%", "others", "attacks", "verdict"]


def proposal_cells(each: ProposedDraft, names: Sequence[str], width: int, largest: float, styles: Styles) -> list[Text]:
    """Draw one proposal, its bar against the `largest` share."""
    taken = sum(_WIDTHS[name] + 2 for name in names if name != "what")
    widths = {**_WIDTHS, "what": max(16, width - taken - _FRAME)}
    impact = each.impact
    texts = {
        "": "●" if each.taken else "○",
        "what": visible(each.summary),
        "scope": each.draft.scope,
        "events": f"{impact.dropped:>8,} {block_bar(impact.share / largest if largest else 0.0, _BAR)}",
        "%": f"{impact.share:>6.1%}",
        "others": f"{each.collateral:>6,}",
        "attacks": f"{each.hidden_attacks:>7,}",
        "verdict": verdict_word(each),
    }
    verdict = styles["warning" if texts["verdict"].startswith("!") else "success"] if each.taken else PLAIN
    cells = [Text(texts[name], verdict if name == "verdict" else PLAIN, no_wrap=True) for name in names]
    for name, cell in zip(names, cells, strict=True):
        cell.truncate(widths[name], overflow="ellipsis")
        cell.pad_right(max(0, widths[name] - cell.cell_len))
    return cells


def verdict_word(each: ProposedDraft) -> str:
    """Return the verdict on one proposal in two or three words."""
    if not each.taken:
        return "  dropped"
    if each.missing_reason is not None:
        return "! reason required"
    if each.hidden_attacks:
        return "! caution" + (", reasoned" if each.risk.needs_reason else "")
    return "✓ safe"


def risk_lines(each: ProposedDraft) -> list[Content]:
    """Say what a proposal risks, and the reason typed for it."""
    style = "bold $warning" if each.hidden_attacks else "bold $success"
    lines = [Content.styled(visible(each.risk.sentence), style)]
    if each.risk.needs_reason:
        lines.append(Content.styled(visible(f"reason required: {each.risk.needs_reason}"), "$warning"))
    facts = {"reason": each.draft.reason or "–", "saves": daily_sentence(each.impact)}
    lines += [Content.assemble((f"{name:<8} ", "$accent"), visible(text)) for name, text in facts.items()]
    techniques = dict.fromkeys(f"{sample.technique} {sample.name}".strip() for sample in each.risk.context.hidden)
    if techniques:
        lines.append(Content.styled("would be hidden if run under its parents", "bold"))
        lines += [Content(visible(f"  {technique}")) for technique in techniques]
    return lines


def left_lines(proposal: Proposal) -> list[Content]:
    """List the best of the exclusions that were left out, and what stays visible with the reason."""
    cover, lines = proposal.cover, []
    if cover.alternatives:
        lines.append(Content.styled("left out, with the events that each would hide in addition", "bold"))
    left_out = (f"{other.more:>9,}  {other.reason}: {other.candidate.brief}" for other in cover.alternatives)
    lines += [Content(visible(other)) for other in left_out]
    if cover.left:
        lines.append(Content.styled("left visible, why, and what would include it", "bold"))
    left_visible = (f"{group.events:>9,}  {group.group}: {group.reason}: {group.include}" for group in cover.left)
    return lines + [Content(visible(group)) for group in left_visible]
