"""The lines of the scopes: a scope a line, then what the chosen one means."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.impact import RAREST, Impact
from tetratui.core.tuning.learning.halves import Halves
from tetratui.core.tuning.scopes.line_split import Split
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET
from tetratui.core.tuning.scopes.scopes import Scope, Scopes
from tetratui.ui.render.bars import bar, size
from tetratui.ui.screens.draft.safety_checks import Trial

_LONGEST = 400
"""Characters shown of one command line or filter; the whole stands in the files."""
_CEL = (
    "CEL from Tetragon 1.4 on, evaluated for every event; or Wazuh alone (leave export-denylist out in the review):"
    " the sensor goes on exporting; or NotDAddr in the policy: no process is measured there any more"
)
_COSTS = {
    "destination": _CEL,
    "network": _CEL,
    "policy": "plain fields, any version; or matchBinaries with NoPost in the policy:"
    " cheapest, by the resolved executable",
}
"""What each way to say a socket exclusion costs."""


@dataclass(frozen=True, slots=True)
class DraftView:
    """What the Draft screen shows of the chosen scope."""

    scope: Scope
    impact: Impact
    """What would be hidden now: less than the scope hides where lines stay visible."""
    split: Split | None
    left_out: frozenset[str]
    """Command lines that the operator wants to go on seeing."""
    at: int
    """The rare line under the cursor."""
    filters: tuple[str, ...]
    """The filters, one a line."""
    failed_trial: str = ""
    """Why the trial of the draft failed; empty while it did not."""


def scope_lines(built: Scopes, chosen: str | None) -> list[Content]:
    """Draw every scope with its impact; a refused one with its reason."""
    lines = [Content(visible(built.summary))]
    lines += [Content.styled(f"{one.events:,} marked refused: {one.reason}", "$warning") for one in built.refused]
    return lines + [_scope_line(built[name], name == chosen) for side in built.sides for name in side]


def _scope_line(scope: Scope, here: bool) -> Content:
    impact = scope.impact
    facts = f"{impact.dropped:>9,} {impact.share:>6.1%} {bar(impact.share, 8)}"
    if scope.refused is not None:
        return Content.styled(visible(f"  {scope.name:>2} {facts}  refused: {scope.refused}"), "$text-muted")
    line = Content(f"{'>' if here else ' '} {scope.name:>2} {facts}  {scope.what}")
    return line.stylize("bold reverse") if here else line


def detail_lines(view: DraftView | None, tried: Trial | None) -> list[Content]:
    """Say what the chosen scope means, the rarest lines it hides first."""
    if view is None:
        return [Content.styled("No scope of this scopes may be taken. Press r to type a reason, or esc.", "$warning")]
    scope, impact = view.scope, view.impact
    told = (
        f"hides {impact.dropped:,} of {impact.events:,} ({impact.share:.1%}),"
        f" {size(impact.bytes_per_day)} a day, {format_count(impact.commands, 'command')},"
        f" {format_count(impact.users, 'user')}, {format_count(impact.hosts, 'host')}"
    )
    lines = [Content(told)]
    lines.append(
        Content(
            f"+{scope.newly:,} newly hidden, -{scope.again:,} shown again; hides no keep, no recorded attack sample"
        )
    )
    lost_detections = (
        Content.styled(visible(tried.lost_detections), "$warning")
        if tried is not None and tried.lost_detections
        else None
    )
    lines += [lost_detections] if lost_detections is not None else []
    lines += _split_lines(view) + _rarest_lines(view) + _warnings(scope, tried, view.failed_trial)
    if scope.name in BY_SOCKET:
        lines.append(Content(f"ways to say it: {_COSTS[scope.name]}"))
    many = len(view.filters) > 1
    lines.append(Content.styled(format_count(len(view.filters), "filter") if many else "filter", "bold"))
    return lines + [Content(visible(_short(text))) for text in view.filters]


def _split_lines(view: DraftView) -> list[Content]:
    split = view.split
    if split is None:
        return []
    if split.refused is not None:
        return [Content.styled(visible(f"cannot be split so: {split.refused}"), "$error")]
    told = f"{format_count(len(view.left_out), 'line')} split out: {format_count(split.shown, 'event')} stay visible,"
    told += f" {split.missed:,} of them marked"
    return [Content.styled(f"{told}; the rest is said by scope {split.scope}: only what was seen", "$warning")]


def shown_lines(at: int, count: int) -> range:
    """Give the places of the rare lines that are shown when the cursor is on one."""
    first = max(0, min(at - RAREST // 2, count - RAREST))
    return range(first, min(count, first + RAREST))


def _rarest_lines(view: DraftView) -> list[Content]:
    rarest = view.scope.impact.rarest
    shown = shown_lines(view.at, len(rarest))
    part = f", {shown.start + 1:,} to {shown.stop:,} of {len(rarest):,}" if len(rarest) > RAREST else ""
    keys = "(space: leave one visible, s: all unmarked)"
    lines = [Content.styled(f"rarest first{part}  {keys}", "bold")]
    for number in shown:
        text, count = rarest[number]
        out = "visible" if text in view.left_out else ""
        here = number == view.at
        line = Content(f"{'>' if here else ' '}{count:>7,} {out:<8}{visible(_short(text))}")
        lines.append(line.stylize("bold") if here else line)
    return lines


def _warnings(scope: Scope, tried: Trial | None, failed: str) -> list[Content]:
    texts = [scope.note, scope.needs_reason or "", "" if scope.holds or scope.halves is None else _pins(scope.halves)]
    trying = f"risk: not known: {failed}" if failed else "risk: trying…"
    texts += [trying] if tried is None else [f"risk: {tried.risk}", tried.attack_samples, tried.needs_reason or ""]
    return [Content.styled(visible(text), "$warning") for text in texts if text]


def _pins(halves: Halves) -> str:
    told = f"what the first half of the events teaches hides {halves.second:.0%} of their like in the second"
    return f"pins what changes from run to run: {told}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
