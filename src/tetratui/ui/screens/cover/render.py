"""What the Cover screen draws: what is asked, what is proposed with its risk, what was left out; and its drafts."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover.cover import Cover
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.safety.risk import Risk
from tetratui.ui.render.bars import bar

_HABIT = "habit: comes back, nothing rare and no attack sample hidden"
_MARKED = "marked noise; no keep and no attack sample hidden"


@dataclass(frozen=True, slots=True)
class CoverRequest:
    """What a proposal is made for."""

    rows: tuple[int, ...]
    """Events to cover (row ids); empty where a share of all events is asked for."""
    share: float
    scope: str
    """The broadest that may be used."""
    bound: int
    """Collateral: most events that may be hidden and were not asked for."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found."""

    cover: Cover
    risks: tuple[Risk, ...]
    """One an exclusion."""


def asked_lines(asked: CoverRequest) -> list[Content]:
    """Say what is asked for."""
    if asked.rows:
        what = f"cover {format_count(len(asked.rows), 'event')} marked noise"
        bound = f"at most {asked.bound} others"
    else:
        what = f"hide {asked.share:.0%} of events, habits only"
        bound = f"at most {asked.bound} rare each"
    return [Content.styled(f"{what}; scopes up to {asked.scope}; collateral {bound}", "bold")]


def answer_line(found: Proposal) -> Content:
    """Say what it comes to."""
    cover = found.cover
    told = f"{format_count(len(cover.chosen), 'exclusion')} hide {cover.share:.1%} {bar(cover.share, 12)}; "
    if not cover.chosen:
        told = "nothing more to hide safely; "
    told += f"{format_count(cover.missed, 'marked event')} left; " if cover.missed else ""
    told += "more another time (c again); " if cover.full else ""
    return Content(f"{told}no keep, no recorded attack sample")


def proposal_lines(asked: CoverRequest, found: Proposal) -> list[Content]:
    """List the exclusions with what they hide and risk, then what was left out."""
    cover = found.cover
    more = "others" if asked.rows else "rare"
    lines = (
        [Content.styled(f"   events {more:>6} attacks  scope, exclusion < started by", "bold")] if cover.chosen else []
    )
    for one, risk in zip(cover.chosen, found.risks, strict=True):
        attacks = risk.context.tried - risk.context.visible
        needs = "!" if risk.needs_reason else " "
        line = f"{int(one.mask.sum()):>9,} {one.rare:>6,} {attacks:>7,}{needs} {one.brief}"
        lines.append(Content(visible(line)))
    if cover.chosen:
        tried = found.risks[0].context.tried
        told = f"attacks: how many of {tried} attack commands could hide; ! needs a reason"
        lines.append(Content.styled(told, "$text-muted"))
    if cover.alternatives:
        lines.append(Content.styled("left out, and how many more events it would hide", "bold"))
    others = (f"{other.more:>9,}  {other.reason}: {other.candidate.brief.strip()}" for other in cover.alternatives)
    lines += [Content(visible(other)) for other in others]
    if cover.left:
        lines.append(Content.styled("left visible, why, and what would include it", "bold"))
    left = (f"{one.events:>9,}  {one.group}: {one.reason}: {one.include}" for one in cover.left)
    return lines + [Content(one) for one in left]


def drafts_of(cover: Cover, taken: set[str], typed: str, of_marks: bool) -> tuple[Draft, ...]:
    """Make a draft of each exclusion, under names that are free; without a typed reason it says how it was found."""
    free = (name for number in range(1, len(taken) + len(cover.chosen) + 1) if (name := f"d{number}") not in taken)
    reason = typed or (_MARKED if of_marks else _HABIT)
    return tuple(
        Draft(name, (one.exclusion,), one.scope, reason, hosts=one.exclusion.hosts)
        for name, one in zip(free, cover.chosen, strict=False)
    )
