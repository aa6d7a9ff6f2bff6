"""What `draft` and `suggest` print of an export: narration on stderr, documents for `--json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from tetratui.cli.output import say
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.export.file_set import FileSet
    from tetratui.core.noise.columns import Mask
    from tetratui.core.table import EventTable
    from tetratui.core.tuning.learning.learnable_events import Lesson
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.safety.lost_detections import LostDetection
    from tetratui.core.tuning.scopes.refusals import Refusal
    from tetratui.core.tuning.tuning_context import TuningContext
    from tetratui.core.workspace.export_plan import ExportPlan

_LONGEST_EXAMPLE = 300
"""Characters shown of a command line that was left out."""


def tell_left_out(learned: Lesson) -> None:
    """Say which of the selected events teach nothing, why, and what would include them."""
    for group in learned.left_out:
        say(f"tetratui: {format_count(group.events, 'event')} left out ({group.words}): {group.why}")
        for example in group.examples:
            say(f"  {example[:_LONGEST_EXAMPLE]}")
    if learned.left_out:
        say(f"tetratui: look at each of these; to learn from them all the same: {learned.remedy}")


def left_out_json(learned: Lesson) -> list[dict[str, Any]]:
    """List what was left out, for `--json`."""
    return [
        {
            "reasons": list(group.reasons.words),
            "events": group.events,
            "why": group.why,
            "commands": list(group.examples),
        }
        for group in learned.left_out
    ]


def left_out_refusals(learned: Lesson) -> list[Refusal]:
    """Count what was left out among the events that get no draft."""
    # The query and the table are loaded by then; `--help` does not need this.
    from tetratui.core.tuning.scopes.refusals import Refusal

    return [Refusal(f"left out ({group.words}): {group.why}", group.events) for group in learned.left_out]


def tell_reasons(described: Sequence[ReportEntry]) -> None:
    """Say which drafts a person has to answer for before they are put in force."""
    missing = Counter(
        f"scope {entry.scope}: {entry.risk.needs_reason}"
        for entry in described
        if entry.risk.needs_reason and not entry.reason.strip()
    )
    for text, drafts in missing.items():
        say(f"tetratui: {drafts} draft{'s need' if drafts > 1 else ' needs'} a typed reason (--reason), {text}")


def tell_plan(plan: ExportPlan) -> None:
    """Say on stderr what falls short, and which detections are lost."""
    for note in dict.fromkeys(plan.files.notes):
        say(f"tetratui: {note}")
    for lost in plan.lost_detections:
        say(f"tetratui: rule {lost.rule} (level {lost.level}) would lose events: {lost.how}")


def tell_lost_links(plan: ExportPlan, table: EventTable) -> list[dict[str, Any]]:
    """Say which chains worth a look would lose a link, and return them for `--json`."""
    # The lineage is needed only where something is drafted.
    from tetratui.core.workspace.lost_links import find_lost_links

    lost = find_lost_links(table, plan.files.dropped(table)) if plan.files.items else []
    for link in lost:
        command = link.command[:_LONGEST_EXAMPLE].replace("\n", "⏎")
        execs = f"{link.links} of {format_count(link.execs, 'exec')}"
        say(f"tetratui: the chain of {command} ({link.why}) would lose {execs}".replace("\n", "⏎"))
    return [
        {"root": link.root, "command": link.command, "links": link.links, "execs": link.execs, "reasons": link.why}
        for link in lost
    ]


def lost_json(lost_detections: Sequence[LostDetection]) -> list[dict[str, Any]]:
    """Return lost detections for `--json`."""
    return [{"rule": lost.rule, "level": lost.level, "how": lost.how} for lost in lost_detections]


def threats_json(plan: ExportPlan) -> list[dict[str, Any]]:
    """Return the alert rules of threats, for `--json`."""
    rules = [(rule, plan.files.threats[number]) for rule, number in plan.files.rules.threats.items()]
    return [
        {
            "rule": rule,
            "level": threat.level,
            "groups": threat.groups,
            "techniques": threat.techniques,
            "words": threat.description,
        }
        for rule, threat in rules
    ]


def entries(files: FileSet, context: TuningContext, wanted: Mask) -> list[ReportEntry]:
    """Describe each filter that was written: what it drops, and what could hide under it.

    `wanted` says per held event whether it was asked to be hidden; what else a filter hides is its collateral.
    """
    # The matcher is loaded by then; `--help` does not need this.
    from tetratui.core.tetragon.format.filter_writer import canonical_text
    from tetratui.core.tuning.impact import impact_of
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.safety.risk import risk

    found = []
    for number, part in enumerate(files.items):
        if part.filter is None:
            continue
        draft, mask = part.draft, context.matcher.mask(part.exclusion)
        found.append(
            ReportEntry(
                filter=canonical_text(part.filter),
                scope=draft.scope,
                place=part.exclusion.place_name,
                targets=tuple(files.targets(number)),
                impact=impact_of(context.columns, mask),
                collateral=int((mask & ~wanted).sum()),
                risk=risk([part.exclusion], draft.scope, context.shield.attack_samples),
                reason=draft.reason,
                owner=draft.owner,
                expiry=draft.expiry,
            )
        )
    return found


def entry_json(entry: ReportEntry) -> dict[str, Any]:
    """Describe one filter for a script, and for who has to approve it."""
    return {
        "filter": filter_of(entry),
        "scope": entry.scope,
        "place": entry.place,
        "targets": list(entry.targets),
        "events": entry.impact.dropped,
        "commands": entry.impact.commands,
        "collateral": entry.collateral,
        "risk": entry.risk.sentence,
        "needs_reason": entry.risk.needs_reason,
        "reason": entry.reason,
        "owner": entry.owner,
        "expires": entry.expiry.isoformat() if entry.expiry else None,
    }


def filter_of(entry: ReportEntry) -> dict[str, Any]:
    """Give an entry's filter as a JSON object."""
    value: dict[str, Any] = orjson.loads(entry.filter)
    return value


def wazuh_json(files: FileSet) -> dict[str, Any]:
    """Return how the Wazuh rules differ from the filters, for `--json`; rows are numbered over all sources."""
    compared = files.equivalence
    if compared is None:
        return {"match": True, "missing": 0, "extra": 0}
    return {
        "match": compared.match,
        "missing": len(compared.missing),
        "extra": len(compared.extra),
        "missing_rows": [[difference.source_row, difference.reason] for difference in compared.missing[:1000]],
    }
