"""One draft among those that are reviewed: what it hides, becomes and risks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.tuning.impact import Impact, impact
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.tuning.safety.attack_samples import InContext
from tetratui.core.wazuh.rule_ids import RULE_FILE
from tetratui.core.workspace.draft_preview import filter_lines
from tetratui.core.workspace.export_plan import ExportPlan

_RULE = re.compile(r'^[ \t]*<rule id="([0-9]+)".*?</rule>', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DraftReview:
    """A draft, judged over the events held."""

    draft: Draft
    impact: Impact
    context: InContext
    """The attack samples under its callers and in its folders."""
    filters: tuple[str, ...]
    """Its filters, one line each; what the version cannot express is a line with the reason."""
    rules: tuple[str, ...]
    """Its suppression rules, as they stand in the rule file."""
    refused: str | None
    """Why it may not be written, or None."""

    @property
    def summary(self) -> str:
        """What it hides, in a few words."""
        return summarise(self.draft.exclusions)

    @property
    def hidden_attacks(self) -> int:
        """Attack samples that would be hidden if they ran under its parents."""
        return self.context.tried - self.context.visible


def review_draft(
    draft: Draft, plan: ExportPlan, hidden: Impact, context: InContext, refused: str | None
) -> DraftReview:
    """Return what is to be looked at of one draft of a plan."""
    filters = filter_lines(draft.exclusions, plan.choices.version)
    return DraftReview(draft, hidden, context, tuple(filters), tuple(_rules_of(draft, plan)), refused)


def _rules_of(draft: Draft, plan: ExportPlan) -> Sequence[str]:
    items, rules = plan.files.items, plan.files.rules.suppression_rules
    own = {rule for rule, item in rules.items() if items[item].exclusion in draft.exclusions}
    text = plan.files.files[RULE_FILE].decode("utf-8", "replace")
    return [match.group().strip("\n") for match in _RULE.finditer(text) if int(match[1]) in own]


def rows_to_draft_again(draft: Draft, table: EventTable, marks: Marks) -> tuple[int, ...]:
    """Return the events to make scopes of once more: those marked noise that a draft hides, else all that it hides."""
    hidden = np.flatnonzero(impact(draft.exclusions, table).mask) + table.first
    marked = np.intersect1d(hidden, marks.rows(table, Verdict.NOISE))
    return tuple((marked if len(marked) else hidden).tolist())
