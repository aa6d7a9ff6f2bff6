"""`tetratui suggest`: drafts for the noisiest groups until a share of the events is covered, or no safe one is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.exporting import (
    Exported,
    ExportOptions,
    ended,
    entries,
    entry_json,
    export_options,
    exported,
    filter_of,
    held,
    suppression_rule,
    tell_notes,
    tell_reasons,
    threat_marks,
)
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.query import Query
    from tetratui.core.tuning.cover.cover import Cover
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.safety.attack_samples import Protection
    from tetratui.core.tuning.scopes.scopes import TuningContext


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=click.Path())
@click.option("--cover", type=click.FloatRange(0, 1), default=0.6, help="Share of the decoded events to reach.")
@click.option(
    "--max-scope",
    type=click.Choice(["exact", "command", "template", "caller", "subtree"]),
    default="caller",
    help="Broadest scope to use.",
)
@click.option("--collateral", type=click.IntRange(0), default=0, help="Rare events that one filter may hide.")
@click.option("--where", metavar="QUERY", help="Cover what this selects; --collateral bounds all others hidden.")
@export_options
def command(
    sources: tuple[str, ...], cover: float, max_scope: str, collateral: int, where: str | None, **more: Any
) -> int:
    """Suggest the fewest exclusions that hide a share of the events and nothing rare; print a report to approve."""
    # The table needs numpy; `--help` does not.
    from tetratui.core.query import parse
    from tetratui.core.tuning.cover.cover import suggest
    from tetratui.core.tuning.draft import Draft
    from tetratui.core.tuning.scopes.scopes import TuningContext

    options = ExportOptions(**more)
    query = None if where is None else parse(where)
    table = held(sources)
    marks = threat_marks(table, options)
    context = TuningContext(table, marks)
    if query is None:
        found = suggest(context, cover, max_scope, collateral)
    else:
        found = _gathered(context, query, max_scope, collateral)
    drafts = [
        Draft(
            f"s{number}",
            (one.exclusion,),
            one.scope,
            options.reason,
            options.owner,
            options.expiry,
            one.exclusion.hosts,
        )
        for number, one in enumerate(found.chosen, 1)
    ]
    result = exported(drafts, table, options, marks)
    described = entries(result, context, found.asked)
    tell_notes(result.output)
    attack_samples = _attack_samples(described, context.shield, found)
    _tell(found, result, cover if query is None else 0.0, described)
    if options.as_json:
        put_json(_json(result, described, attack_samples, found))
    else:
        put(_report(found, result, described, attack_samples))
    safe = attack_samples["visible"] == attack_samples["recorded"]
    return ended(table, ExitCode.DONE if safe else ExitCode.REFUSED)


def _gathered(context: TuningContext, query: Query, max_scope: str, collateral: int) -> Cover:
    # The table needs numpy; `--help` does not.
    import numpy as np

    from tetratui.core.tuning.cover.cover_selection import select_cover

    rows = np.flatnonzero(query.mask(context.table)) + context.table.first
    say(f"tetratui: {format_count(len(rows), 'event')} selected")
    return select_cover(context, rows, max_scope, collateral)


def _attack_samples(described: list[ReportEntry], shield: Protection, found: Cover) -> dict[str, int]:
    hidden = shield.hidden([candidate.exclusion for candidate in found.chosen])
    return {
        "recorded": len(shield.attack_samples),
        "visible": len(shield.attack_samples) - len(hidden),
        "in_context": sum(entry.risk.context.tried for entry in described),
        "in_context_visible": sum(entry.risk.context.visible for entry in described),
    }


def _tell(found: Cover, result: Exported, wanted: float, described: list[ReportEntry]) -> None:
    # The table needs numpy; `--help` does not.
    from tetratui.core.tuning.cover.cover import LIMITS

    share = result.impact.share
    say(
        f"tetratui: {format_count(len(described), 'filter')} for {share:.1%} of {format_count(result.impact.events, 'event')}"
    )
    if found.missed:
        say(f"tetratui: {found.missed} selected events stay visible: no safe draft within the bound hides them")
    if share < wanted:
        most = f"{LIMITS.exclusions} filters or {LIMITS.expressions} expressions are the most suggested at a time"
        say(f"tetratui: {wanted:.0%} not reached: {most if found.full else 'no safe draft is left'}")
    if share < wanted or found.missed:
        for other in found.alternatives[:3]:
            say(f"tetratui: left out: {other.more} events more: {other.why}")
    tell_reasons(described)


def _json(
    result: Exported, described: list[ReportEntry], attack_samples: dict[str, int], found: Cover
) -> dict[str, Any]:
    return {
        "cover": result.impact.share,
        "drafts": [entry_json(entry) for entry in described],
        "attack_samples": attack_samples,
        "events": result.impact.events,
        "dropped": result.impact.dropped,
        "missed": found.missed,
        "expressions": sum(_expressions(filter_of(entry)) for entry in described),
        "alternatives": [{"why": other.why, "events": other.more} for other in found.alternatives],
        "wazuh": suppression_rule(result.output),
        "lost_detections": result.lost_detections,
        "threats": result.threats,
        "notes": list(result.output.notes),
        "files": result.paths,
    }


def _expressions(value: dict[str, Any]) -> int:
    return sum(len(values) for name, values in value.items() if name != "event_set" and isinstance(values, list))


def _report(found: Cover, result: Exported, described: list[ReportEntry], attack_samples: dict[str, int]) -> str:
    # Only the report without `--json` needs it.
    from tetratui.core.tuning.report import Report

    notes = [
        f"{attack_samples['visible']} of {attack_samples['recorded']} recorded attack samples stay visible",
        f"in context of the drafts {attack_samples['in_context_visible']} of {attack_samples['in_context']} stay visible",
        *(f"left out: {other.more} events more: {other.why}" for other in found.alternatives[:5]),
        *result.output.notes,
        *(f"rule {one['rule']} would lose events" for one in result.lost_detections),
        *(f"written: {path}" for path in result.paths),
    ]
    return Report("Suggested drafts", tuple(described), result.impact, (), tuple(notes)).markdown()
