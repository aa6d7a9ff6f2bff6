"""Draw what the chosen scope of the Draft screen means: risk, impact, filters and Wazuh rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.scopes.scope_builder import BY_SOCKET
from tetratui.core.tuning.scopes.scopes import Scope
from tetratui.core.workspace.draft_preview import DraftPreview, ScopeChoice
from tetratui.ui.render.daily_size import daily_sentence

if TYPE_CHECKING:
    from tetratui.core.wazuh.write.rule_text import RuleText

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
_RULES_SHOWN = 20
"""Wazuh rules that are taken apart; the others are counted."""


def title_text(choice: ScopeChoice) -> str:
    """Sum up the impact of a choice in the title."""
    impact = choice.impact
    parts = [f"{impact.dropped:,} of {format_count(impact.events, 'event')}", f"{impact.share:.1%}"]
    return " · ".join([*parts, daily_sentence(impact)])


def meaning_lines(choice: ScopeChoice | None, preview: DraftPreview | None, *, failed: bool) -> list[Content]:
    """Describe the risk and the impact of the chosen scope, the gravest first.

    `preview` is None while the draft is tested, or after that has failed.
    """
    if choice is None:
        text = "No scope is safe to take: the reasons stand above. r types a reason, Esc cancels."
        return [Content.styled(text, "$warning")]
    scope, impact = choice.scope, choice.impact
    lines = _split_lines(choice) + _lost_detection_lines(preview) + _risk_lines(scope, preview, failed=failed)
    facts = (
        f"hides {format_count(impact.commands, 'command')} of {format_count(impact.users, 'user')}"
        f" on {format_count(impact.hosts, 'host')}; no kept event, no known attack"
    )
    lines.append(Content(facts))
    return lines + (_option_lines(scope.name) if scope.name in BY_SOCKET else [])


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
        return [Content.styled("no alerting rule found that would lose events", "$success")]
    return [Content.styled(visible(text), "$error" if preview.lost_detections else "$warning")]


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


def _risk_lines(scope: Scope, preview: DraftPreview | None, *, failed: bool) -> list[Content]:
    texts = []
    if preview is None:
        texts.append("risk unknown: the test has failed" if failed else "risk: running test attacks…")
    else:
        texts += [f"risk: {preview.risk.sentence}", _hidden_attacks(preview), preview.risk.needs_reason or ""]
    texts += [scope.note, scope.needs_reason or ""]
    if scope.halves is not None and not scope.holds:
        share = f"{scope.halves.second:.0%} of similar events in the second half"
        texts.append(f"may not hold: the command changes from run to run; built from the first half it hides {share}")
    harmless = preview is not None and not preview.risk.passing and not _hidden_attacks(preview)
    styles = ["$success" if harmless else "$warning", *["$warning"] * len(texts)]
    return [Content.styled(visible(text), style) for text, style in zip(texts, styles, strict=False) if text]


def _hidden_attacks(preview: DraftPreview) -> str:
    names = [f"{sample.technique} {sample.name}" for sample in preview.risk.context.hidden]
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"would be hidden there: {', '.join(names[:_MOST_NAMES])}{more}"


def _option_lines(scope: str) -> list[Content]:
    head = Content.styled(f"{'option':<26} {'needs':<36} cost", "bold")
    return [head, *(Content(f"{option:<26} {needs:<36} {cost}") for option, needs, cost in _OPTIONS[scope])]


def rule_lines(rules: Sequence[RuleText | str]) -> list[Content]:
    """Draw suppression rules taken apart into their conditions; one that cannot be written says why."""
    lines: list[Content] = []
    for number, rule in enumerate(rules[:_RULES_SHOWN], 1):
        if isinstance(rule, str):
            lines.append(Content.styled(visible(rule), "$warning"))
            continue
        if len(rules) > 1:
            lines.append(Content.styled(f"rule {number} of {len(rules)}, level {rule.level}", "bold"))
        lines += [Content.assemble((f"{name} ", "$accent"), visible(pattern)) for name, pattern in rule.fields]
        if rule.regex:
            lines.append(Content.assemble(("raw line ", "$accent"), visible(rule.regex)))
    if len(rules) > _RULES_SHOWN:
        lines.append(Content(f"and {format_count(len(rules) - _RULES_SHOWN, 'more rule')}"))
    return lines
