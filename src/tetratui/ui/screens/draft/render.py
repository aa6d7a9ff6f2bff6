"""Draw the Draft screen: a line for each scope, then what the chosen one hides and risks."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.impact import RAREST
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET
from tetratui.core.tuning.scopes.scopes import Scope, Scopes
from tetratui.core.workspace.draft_preview import DraftPreview, ScopeChoice
from tetratui.ui.render.bars import bar
from tetratui.ui.render.daily_size import daily_sentence

_LONGEST = 400
"""Characters shown of one command line or filter."""
_MOST_NAMES = 4
"""Hidden attack samples that are named."""
_CEL_OPTIONS = (
    ("CEL filter (this draft)", "Tetragon 1.4+", "evaluated for every event"),
    ("Wazuh rules only", "leave export-denylist out in Review", "the sensor still exports the events"),
    ("NotDAddr in the policy", "edit the TracingPolicy", "no process is watched there any more"),
)
_OPTIONS = {
    "destination": _CEL_OPTIONS,
    "network": _CEL_OPTIONS,
    "policy": (
        ("plain filter (this draft)", "any version", "–"),
        ("matchBinaries with NoPost", "edit the TracingPolicy", "cheapest; compares the resolved executable"),
    ),
}
"""The ways to get rid of socket events, by scope: option, what it needs, what it costs."""


def scope_lines(scopes: Scopes, chosen: str) -> list[Content]:
    """Draw every scope with its impact, a refused one with the reason."""
    lines = [Content(visible(scopes.summary))]
    for refusal in scopes.refused:
        text = f"cannot be drafted: {format_count(refusal.events, 'marked event')}: {refusal.reason}"
        lines.append(Content.styled(visible(text), "$warning"))
    return lines + [_scope_line(scopes[name], name == chosen) for side in scopes.sides for name in side]


def _scope_line(scope: Scope, chosen: bool) -> Content:
    impact = scope.impact
    numbers = f"{impact.dropped:>9,} {impact.share:>6.1%} {bar(impact.share, 8)}"
    if scope.refused is not None:
        return Content.styled(visible(f"  {scope.name:<11} {numbers}  refused: {scope.refused}"), "$text-muted")
    description = scope.what.removeprefix(f"{scope.name}: ")
    line = Content(f"{'>' if chosen else ' '} {scope.name:<11} {numbers}  {description}")
    return line.stylize("bold reverse") if chosen else line


def detail_lines(
    choice: ScopeChoice | None, filters: Sequence[str], preview: DraftPreview | None, preview_error: str
) -> list[Content]:
    """Describe the chosen scope, the rarest command lines it hides first.

    `preview` is None while the draft is tested, or after that failed with `preview_error`.
    """
    if choice is None:
        text = "No scope is safe to take: the reasons stand above. r types a reason, Esc cancels."
        return [Content.styled(text, "$warning")]
    scope, impact = choice.scope, choice.impact
    facts = (
        f"hides {impact.dropped:,} of {impact.events:,} ({impact.share:.1%}),"
        f" {daily_sentence(impact)}, {format_count(impact.commands, 'command')},"
        f" {format_count(impact.users, 'user')}, {format_count(impact.hosts, 'host')}"
    )
    lines = [Content(facts), Content(f"{_change_text(scope)}no kept event, no known attack hidden")]
    lines += _lost_detection_lines(preview)
    lines += _split_lines(choice) + _rarest_lines(choice) + _warning_lines(scope, preview, preview_error)
    if scope.name in BY_SOCKET:
        lines += _option_lines(scope.name)
    lines.append(Content.styled(format_count(len(filters), "filter") if len(filters) > 1 else "filter", "bold"))
    return lines + [Content(visible(_short(text))) for text in filters]


def _change_text(scope: Scope) -> str:
    """Compare a scope with the narrower one before it; empty for the first on its side."""
    if scope.newly == scope.impact.dropped:
        return ""
    again = f", -{scope.again:,}" if scope.again else ""
    return f"+{scope.newly:,}{again} vs previous scope · "


def _lost_detection_lines(preview: DraftPreview | None) -> list[Content]:
    if preview is None:
        return []
    if preview.rules_error:
        text = f"lost detections unknown, the Wazuh rules cannot be read: {preview.rules_error}"
    elif preview.lost_detections is None:
        return []
    elif preview.lost_detections:
        rules = ", ".join(f"{lost.rule} (level {lost.level}, {lost.how})" for lost in preview.lost_detections[:5])
        text = f"{format_count(len(preview.lost_detections), 'alerting rule')} would lose events: {rules}"
    else:
        text = "no alerting rule found that would lose events"
    return [Content.styled(visible(text), "$warning")]


def _split_lines(choice: ScopeChoice) -> list[Content]:
    split = choice.split
    if split is None:
        return []
    if not split.exclusions and len(choice.rarest) == 1:
        return [Content.styled("this is the only command line; nothing would be left to hide", "$error")]
    if split.refused is not None:
        return [Content.styled(visible(f"cannot keep these lines visible: {split.refused}"), "$error")]
    text = f"{format_count(len(choice.kept_visible), 'line')} kept visible: {format_count(split.shown, 'event')},"
    text += f" {split.missed:,} of them marked"
    return [Content.styled(f"{text}; the draft becomes scope {split.scope}: only what was seen", "$warning")]


def shown_lines(cursor: int, count: int) -> range:
    """Return which of the rarest lines are shown when the cursor is on one of them."""
    first = max(0, min(cursor - RAREST // 2, count - RAREST))
    return range(first, min(count, first + RAREST))


def _rarest_lines(choice: ScopeChoice) -> list[Content]:
    rarest = choice.rarest
    shown = shown_lines(choice.cursor, len(rarest))
    part = f", {shown.start + 1:,} to {shown.stop:,} of {len(rarest):,}" if len(rarest) > RAREST else ""
    lines = [Content.styled(f"rarest first{part}  (Space: keep visible, s: all unmarked)", "bold")]
    for number in shown:
        text, count = rarest[number]
        state = "visible" if text in choice.kept_visible else ""
        at_cursor = number == choice.cursor
        line = Content(f"{'>' if at_cursor else ' '}{count:>7,} {state:<8}{visible(_short(text))}")
        lines.append(line.stylize("bold") if at_cursor else line)
    return lines


def _warning_lines(scope: Scope, preview: DraftPreview | None, preview_error: str) -> list[Content]:
    texts = [scope.note, scope.needs_reason or ""]
    if scope.halves is not None and not scope.holds:
        share = f"{scope.halves.second:.0%} of similar events in the second half"
        texts.append(f"may not hold: the command changes from run to run; built from the first half it hides {share}")
    if preview is None:
        texts.append(f"risk unknown: {preview_error}" if preview_error else "risk: running test attacks…")
    else:
        texts += [f"risk: {preview.risk.sentence}", _hidden_attacks(preview), preview.risk.needs_reason or ""]
    return [Content.styled(visible(text), "$warning") for text in texts if text]


def _hidden_attacks(preview: DraftPreview) -> str:
    names = [f"{sample.technique} {sample.name}" for sample in preview.risk.context.hidden]
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"would be hidden there: {', '.join(names[:_MOST_NAMES])}{more}"


def _option_lines(scope: str) -> list[Content]:
    head = Content.styled(f"{'option':<26} {'needs':<36} cost", "bold")
    return [head, *(Content(f"{option:<26} {needs:<36} {cost}") for option, needs, cost in _OPTIONS[scope])]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
