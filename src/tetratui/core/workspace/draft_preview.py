"""A draft before it is accepted: the chosen scope, the attacks it would hide, the detections it would lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tetratui.core.errors import TetratuiError
from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.impact import Impact
from tetratui.core.tuning.safety.risk import Risk, risk
from tetratui.core.tuning.scopes.line_split import Split
from tetratui.core.tuning.scopes.scopes import Scope
from tetratui.core.workspace.target import configured_target
from tetratui.core.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tetratui.core.tetragon.format.versions import Version

    # The rule engine takes long to import, and only an operator with rules needs it.
    from tetratui.core.tuning.safety.lost_detections import LostDetection
    from tetratui.core.wazuh.write.rule_text import RuleText

_HIGH = 0.5
"""The share of attack samples hidden in context from which a scope is of high risk."""


class Judgement(StrEnum):
    """What a scope comes to, in the word that is shown."""

    SAFE = "safe"
    CAUTION = "caution"
    HIGH = "high risk"
    REASON = "reason required"
    REFUSED = "refused"


def judge_scope(scope: Scope, risk: Risk) -> Judgement:
    """Return what a scope comes to: whether it may be taken, and what an attacker could hide under it."""
    hidden = risk.context.tried - risk.context.visible
    if scope.refused is not None:
        return Judgement.REFUSED
    if hidden and hidden >= _HIGH * risk.context.tried:
        return Judgement.HIGH
    if scope.needs_reason or risk.needs_reason:
        return Judgement.REASON
    return Judgement.CAUTION if hidden or risk.passing or not scope.holds else Judgement.SAFE


def scope_risks(scopes: Sequence[Scope]) -> dict[str, Risk]:
    """Return the risk of every scope that has exclusions, by its name; takes some 10 ms a scope."""
    return {scope.name: risk(scope.exclusions, scope.name) for scope in scopes if scope.exclusions}


def draft_rules(exclusions: Sequence[Exclusion], hosts: Sequence[str]) -> list[RuleText | str]:
    """Return the suppression rules of exclusions as text, without ids; where there can be none, the reason."""
    # Imported here: the rule writer is not needed before the first draft.
    from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError
    from tetratui.core.wazuh.write.suppression import RuleBlock, write_suppression_rules

    rules: list[RuleText | str] = []
    for exclusion in exclusions:
        try:
            rules += write_suppression_rules(exclusion, RuleBlock("standalone", 0), tuple(hosts), "")
        except NoSuppressionRuleError as error:
            rules.append(f"no rule: {error}")
    return rules


@dataclass(slots=True)
class ScopeChoice:
    """A scope, and the command lines of it that shall stay visible."""

    scope: Scope
    kept_visible: set[str] = field(default_factory=set)
    split: Split | None = None
    """What is left of the scope without `split_lines`; None when these are none."""
    split_lines: frozenset[str] = frozenset()
    """The lines that `split` leaves out."""
    cursor: int = 0
    """The index of the command line under the cursor, among the rarest."""

    @property
    def is_split(self) -> bool:
        """Whether the lines to keep visible are left out already; accepted before, the draft would hide them."""
        return self.split_lines == self.kept_visible

    @property
    def rarest(self) -> tuple[tuple[str, int], ...]:
        """The command lines that the whole scope hides with their counts, rarest first."""
        return self.scope.impact.rarest

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What would be accepted."""
        return self.scope.exclusions if self.split is None or self.split.refused else self.split.exclusions

    @property
    def impact(self) -> Impact:
        """What these exclusions would hide."""
        return self.scope.impact if self.split is None or self.split.refused else self.split.impact

    @property
    def scope_name(self) -> str:
        """The name of the scope that these exclusions have: a narrower one when lines are kept visible."""
        return self.scope.name if self.split is None else self.split.scope


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """What the tests of a draft found."""

    risk: Risk
    lost_detections: tuple[LostDetection, ...] | None
    """The alerting rules that would lose events; None when the rules are not configured or cannot be read."""
    rules_error: str = ""
    """Why the configured rules cannot be read; empty otherwise."""


def preview_draft(exclusions: Sequence[Exclusion], scope: str, workspace: Workspace) -> DraftPreview:
    """Test evasions, attack samples and the operator's rules against a draft; this takes up to some seconds."""
    try:
        lost, rules_error = _lost_detections(exclusions, workspace), ""
    except TetratuiError as error:
        lost, rules_error = None, str(error)
    return DraftPreview(risk(exclusions, scope), lost, rules_error)


def _lost_detections(exclusions: Sequence[Exclusion], workspace: Workspace) -> tuple[LostDetection, ...] | None:
    if workspace.config.wazuh.rules is None:
        return None
    # Imported here: google-re2 and CEL are not needed before the first draft.
    from tetratui.core.tetragon.format.filter_writer import build_filter

    target = configured_target(workspace)
    filters = target.filter_list([build_filter(exclusion, target.version) for exclusion in exclusions])
    return tuple(target.lost_detections(filters, workspace.still()))


def filter_lines(exclusions: Sequence[Exclusion], version: Version) -> list[str]:
    """Write exclusions as Tetragon filters, one a line.

    An exclusion that this version cannot express becomes a line with the reason.
    """
    # Imported here: google-re2 and CEL are not needed before the first draft.
    from tetratui.core.tetragon.format.filter_writer import build_filter, canonical_text

    lines = []
    for exclusion in exclusions:
        try:
            lines.append(canonical_text(build_filter(exclusion, version)))
        except TetratuiError as error:
            lines.append(f"no filter: {error}")
    return lines
