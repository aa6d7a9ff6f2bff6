"""`tetratui suggest`: drafts for the noisiest groups until a share of the events is covered, or no safe one is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.export_options import ExportOptions, export_drafts, export_options, include_option, threat_marks
from tetratui.cli.export_report import (
    entries,
    entry_json,
    filter_of,
    left_out_json,
    lost_json,
    tell_left_out,
    tell_lost_links,
    tell_plan,
    tell_reasons,
    threats_json,
    wazuh_json,
)
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.query_hints import tell_hints
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code, load_for_drafts
from tetratui.core.amounts import format_count
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.tuning.cover.cover import Cover
    from tetratui.core.tuning.cover.left_visible import LeftVisible
    from tetratui.core.tuning.cover.suggestion import Suggestion
    from tetratui.core.tuning.learning.halves import Halves
    from tetratui.core.tuning.learning.learnable_events import Lesson
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.safety.attack_samples import Protection
    from tetratui.core.workspace.export_plan import ExportPlan

_LEFT = 5
"""Groups left visible that are told of; `--json` has more."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--cover", type=click.FloatRange(0, 1), default=0.6, help="Share of the decoded events to reach.")
@click.option(
    "--max-scope",
    type=click.Choice(["exact", "command", "template", "caller", "subtree"]),
    default="caller",
    help="Broadest scope to use.",
)
@click.option("--collateral", type=click.IntRange(0), default=0, help="Rare events that one filter may hide.")
@click.option("--runs", type=click.IntRange(2), default=3, help="Runs of its script in which a habit was seen.")
@click.option("--where", metavar="QUERY", help="Cover what this selects; --collateral bounds all others hidden.")
@include_option
@export_options
def command(
    sources: tuple[str, ...],
    cover: float,
    max_scope: str,
    collateral: int,
    runs: int,
    where: str | None,
    include: tuple[str, ...],
    **more: Any,
) -> int:
    """Suggest the fewest exclusions that hide a share of the events and nothing rare; print a report to approve."""
    # The table needs numpy; `--help` does not.
    from tetratui.core.query import parse
    from tetratui.core.tuning.cover.suggestion import SuggestionRequest, draft_cover, make_suggestion
    from tetratui.core.tuning.learning.learnable_events import learn_from_query
    from tetratui.core.tuning.tuning_context import TuningContext

    options = ExportOptions(**more)
    if include and where is None:
        raise UsageError("--include is about what --where selects", "give a query with --where")
    query = None if where is None else parse(where)
    table = load_for_drafts(sources)
    marks = threat_marks(table, options)
    context = TuningContext(table, marks, place=options.drafted_place)
    lesson = None if query is None else learn_from_query(table, context.columns, query, include)
    learned = lesson and _tell_selected(lesson, where, table)
    suggestion = make_suggestion(context, SuggestionRequest(cover, max_scope, collateral, runs), learned)
    drafts = draft_cover(suggestion.cover, options.reason, options.owner, options.expiry)
    plan, paths = export_drafts(drafts, table, options, marks)
    described = entries(plan.files, context, suggestion.cover.asked)
    tell_plan(plan)
    lost_links = tell_lost_links(plan, table)
    attack_samples = _attack_samples(described, context.shield, suggestion.cover)
    _tell(suggestion, plan, cover if query is None else 0.0, described)
    if options.as_json:
        left_out = {"left_out": [] if learned is None else left_out_json(learned)}
        put_json(_json(plan, paths, described, attack_samples, suggestion) | left_out | {"lost_links": lost_links})
    else:
        put(_report(suggestion, plan, paths, described, attack_samples))
    hidden = attack_samples["visible"] < attack_samples["recorded"]
    return exit_code(table, ExitCode.REFUSED if hidden or (learned and learned.left_out) else ExitCode.DONE)


def _tell_selected(learned: Lesson, where: str | None, table: EventTable) -> Lesson:
    tell_hints("--where", where, table)
    say(f"tetratui: {format_count(int(learned.selected.sum()), 'event')} selected")
    tell_left_out(learned)
    return learned


def _of_halves(halves: Halves) -> str:
    told = f"what the first half teaches hides {halves.first:.1%} of it and {halves.second:.1%} of the second"
    return told if halves.hold else f"{told}: some of it changes from run to run, or the second half is other work"


def _attack_samples(described: list[ReportEntry], shield: Protection, found: Cover) -> dict[str, int]:
    hidden = shield.hidden([candidate.exclusion for candidate in found.chosen])
    return {
        "recorded": len(shield.attack_samples),
        "visible": len(shield.attack_samples) - len(hidden),
        "in_context": sum(entry.risk.context.tried for entry in described),
        "in_context_visible": sum(entry.risk.context.visible for entry in described),
    }


def _tell(suggestion: Suggestion, plan: ExportPlan, wanted: float, described: list[ReportEntry]) -> None:
    # The table needs numpy; `--help` does not.
    from tetratui.core.tuning.cover.cover import LIMITS

    found, share = suggestion.cover, plan.impact.share
    filters = format_count(len(described), "filter")
    say(f"tetratui: {filters} for {share:.1%} of {format_count(plan.impact.events, 'event')}")
    if found.missed:
        say(f"tetratui: {found.missed} selected events stay visible: no safe draft within the bound hides them")
    if share < wanted:
        most = f"{LIMITS.exclusions} filters or {LIMITS.decisions} decisions are the most suggested at a time"
        say(f"tetratui: {wanted:.0%} not reached: {most if found.full else 'no safe draft is left'}")
    if share < wanted or found.missed:
        for other in found.alternatives[:3]:
            say(f"tetratui: left out: {other.more} events more: {other.why}")
        for left in found.left[:_LEFT]:
            say(f"tetratui: left visible: {_left(left)}")
    tell_reasons(described)
    say(f"tetratui: {_of_halves(suggestion.halves)}")


def _json(
    plan: ExportPlan,
    paths: list[str],
    described: list[ReportEntry],
    attack_samples: dict[str, int],
    suggestion: Suggestion,
) -> dict[str, Any]:
    found, halves = suggestion.cover, suggestion.halves
    return {
        "cover": plan.impact.share,
        "drafts": [entry_json(entry) for entry in described],
        "attack_samples": attack_samples,
        "events": plan.impact.events,
        "dropped": plan.impact.dropped,
        "missed": found.missed,
        "expressions": sum(_expressions(filter_of(entry)) for entry in described),
        "left": [
            {"group": one.group, "events": one.events, "reason": one.reason, "include": one.include}
            for one in found.left
        ],
        "alternatives": [{"why": other.why, "events": other.more} for other in found.alternatives],
        "wazuh": wazuh_json(plan.files),
        "lost_detections": lost_json(plan.lost_detections),
        "threats": threats_json(plan),
        "halves": {"first": halves.first, "second": halves.second},
        "notes": list(plan.files.notes),
        "files": paths,
    }


def _left(one: LeftVisible) -> str:
    return f"{format_count(one.events, 'event')} of {one.group}: {one.reason} (to include it: {one.include})"


def _expressions(value: dict[str, Any]) -> int:
    return sum(len(values) for name, values in value.items() if name != "event_set" and isinstance(values, list))


def _report(
    suggestion: Suggestion,
    plan: ExportPlan,
    paths: list[str],
    described: list[ReportEntry],
    attack_samples: dict[str, int],
) -> str:
    # Only the report without `--json` needs it.
    from tetratui.core.tuning.report import Report

    found, halves = suggestion.cover, suggestion.halves
    notes = [
        f"{attack_samples['visible']} of {attack_samples['recorded']} recorded attack samples stay visible",
        f"in context of the drafts {attack_samples['in_context_visible']} of {attack_samples['in_context']}"
        " stay visible",
        _of_halves(halves),
        *(f"left out: {other.more} events more: {other.why}" for other in found.alternatives[:5]),
        *(f"left visible: {_left(one)}" for one in found.left[:_LEFT]),
        *plan.files.notes,
        *(f"rule {one['rule']} would lose events" for one in lost_json(plan.lost_detections)),
        *(f"written: {path}" for path in paths),
    ]
    return Report("Suggested drafts", tuple(described), plan.impact, (), tuple(notes)).markdown()
