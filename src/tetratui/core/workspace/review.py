"""What a person looks at before files are written: the impact of the drafts, and the difference to the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tetratui.core.amounts import format_count
from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.export.atomic_write import Written
from tetratui.core.export.sidecar import Sidecar, read_file
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.safety.attack_samples import (
    AttackSample,
    InContext,
    Protection,
    in_context,
    of_marks,
    recorded,
)
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.rule_ids import RULE_FILE
from tetratui.core.workspace.draft_review import DraftReview, review_draft
from tetratui.core.workspace.export_plan import ExportPlan, ExportRequest, plan_export, write_plan
from tetratui.core.workspace.target import Target

SAMPLES = 6
"""Dropped events, and as many kept ones, whose rule is told."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One held event, and what the manager would do with it once the rules are there."""

    row: int
    kind: Kind
    binary: str
    arguments: str
    dropped: bool
    """Whether the drafts drop it."""
    rule: int | None
    """The rule that wins, None when none matches or the agent does not send the line."""
    level: int | None
    path: tuple[int, ...]
    """Ids from the top of the rule tree down to the rule."""
    groups: tuple[str, ...]
    alert: bool


@dataclass(frozen=True, slots=True)
class Review:
    """All drafts at one moment, and the files they would become."""

    plan: ExportPlan
    folder: Path
    differences: Mapping[str, str]
    """Unified diffs by file name, without the files that would stay as they are."""
    drafts: tuple[DraftReview, ...]
    """What is known of each draft, in their order."""
    whole: Impact
    """All drafts together."""
    attack_samples: int
    hidden: tuple[AttackSample, ...]
    """Attack samples that would no longer be seen."""
    keeps_hidden: int
    """Events marked keep or threat that would no longer be seen."""
    samples: tuple[Sample, ...]
    """Some dropped and some kept events with the rule each gets."""
    imported: bool = False
    """Whether the operator imported a list, which may have been edited since."""
    sidecar: Path | None = None
    """The file that keeps reasons and owners of this host."""
    reasons: Sidecar = field(default_factory=dict)
    """What that file held."""

    @property
    def each(self) -> tuple[Impact, ...]:
        """The impact of each draft, in their order."""
        return tuple(each.impact for each in self.drafts)

    @property
    def contexts(self) -> tuple[tuple[str, InContext], ...]:
        """The attack samples under the callers and in the folders of each draft, by its id."""
        return tuple((each.draft.id, each.context) for each in self.drafts)

    @property
    def blocked(self) -> str | None:
        """Why nothing may be written, or None."""
        if self.keeps_hidden:
            return f"it would hide {format_count(self.keeps_hidden, 'event')} marked keep or threat"
        if self.hidden:
            return f"it would hide the attack sample {self.hidden[0].name}: {self.hidden[0].sentence}"
        anything = self.drafts or self.plan.files.threats or self.imported
        return None if anything else "there is no draft, threat mark or imported list to write"


def review(drafts: Sequence[Draft], table: EventTable, marks: Marks, target: Target, request: ExportRequest) -> Review:
    """Look at all drafts over the events held, and at the files of a folder; without an imported list its own is kept.

    Raises:
        RefusedError: the list in the folder is one that Tetragon refuses.
        SourceError, TargetError: a file there cannot be read.
    """
    folder = request.folder or Path()
    plan = plan_export(drafts, table, target, request, marks)
    columns = Columns.of(table)
    matcher = Matcher(columns)
    exclusions = [exclusion for draft in drafts for exclusion in draft.exclusions]
    whole = impact_of(columns, matcher.any(exclusions))
    shield = Protection(list(marks), (*recorded(), *of_marks(marks)))
    return Review(
        plan=plan,
        folder=folder,
        differences=plan.files.differences(folder),
        drafts=tuple(
            review_draft(
                draft,
                plan,
                impact_of(columns, matcher.any(draft.exclusions)),
                in_context(draft.exclusions, shield.attack_samples),
                shield.refuses(draft.exclusions),
            )
            for draft in drafts
        ),
        whole=whole,
        attack_samples=len(shield.attack_samples),
        hidden=tuple(shield.hidden(exclusions)),
        keeps_hidden=shield.kept(exclusions),
        samples=tuple(_samples(plan, table, whole.mask)),
        imported=request.denylist is not None,
        sidecar=target.sidecar,
        reasons=target.reasons,
    )


def write_review(shown: Review, names: Sequence[str] | None = None) -> list[Written]:
    """Write all files of a review, or those named, and the reasons of this host.

    What stands on disk must still be what was shown.

    Raises:
        RefusedError: a file has changed since; nothing was written.
        SourceError, TargetError: one cannot be read or written.
    """
    if shown.plan.files.differences(shown.folder) != dict(shown.differences):
        raise RefusedError(f"files in {shown.folder} have changed since they were compared", "look at the review again")
    if shown.sidecar is not None and read_file(shown.sidecar) != dict(shown.reasons):
        raise RefusedError(f"{shown.sidecar} has changed since it was read", "look at the review again")
    return write_plan(shown.plan, shown.folder, shown.sidecar, names)


def _samples(plan: ExportPlan, table: EventTable, mask: Mask) -> Iterator[Sample]:
    rules = {**plan.choices.rules, RULE_FILE: plan.files.files[RULE_FILE]}
    session = Ruleset.of(rules, all_decoders=False).session()
    for row, dropped in [*_picked(table, mask, dropped=True), *_picked(table, mask, dropped=False)]:
        try:
            sent = reserialise(table.line(row))
        except SourceError:
            # The file has gone since; the other events tell as much.
            continue
        verdict = session.match(sent) if sent is not None else None
        event = table.event(row)
        yield Sample(
            row=row,
            kind=event.kind,
            binary=event.binary or "",
            arguments=event.arguments or "",
            dropped=dropped,
            rule=verdict.rule if verdict else None,
            level=verdict.level if verdict else None,
            path=verdict.path if verdict else (),
            groups=verdict.groups if verdict else (),
            alert=bool(verdict and verdict.alert),
        )


def _picked(table: EventTable, mask: Mask, *, dropped: bool) -> Iterator[tuple[int, bool]]:
    """Take a few events of the asked side, evenly spread over those held."""
    indexes = np.flatnonzero(mask if dropped else ~mask)
    for place in np.linspace(0, len(indexes) - 1, min(SAMPLES, len(indexes))).astype(int).tolist():
        yield int(indexes[place]) + table.first, dropped
