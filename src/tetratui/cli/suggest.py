"""`tetratui suggest`: drafts for the noisiest groups until a share of the events is covered, or no safe one is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.exporting import (
    Exported,
    Options,
    ended,
    entries,
    entry_json,
    export_options,
    exported,
    filter_of,
    held,
    tell_notes,
    tell_reasons,
    threat_marks,
    twin,
)
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.amounts import counted

if TYPE_CHECKING:
    from tetratui.core.query import Query
    from tetratui.core.tuning.cover import Cover
    from tetratui.core.tuning.ladder import Ground
    from tetratui.core.tuning.needles import Shield
    from tetratui.core.tuning.report import Entry


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=click.Path())
@click.option("--cover", type=click.FloatRange(0, 1), default=0.6, help="Share of the decoded events to reach.")
@click.option("--max-rung", type=click.Choice(["0", "1", "2", "3", "4"]), default="3", help="Broadest rung to use.")
@click.option("--collateral", type=click.IntRange(0), default=0, help="Rare events that one filter may hide.")
@click.option("--where", metavar="QUERY", help="Cover what this selects; --collateral bounds all others hidden.")
@export_options
def command(
    sources: tuple[str, ...], cover: float, max_rung: str, collateral: int, where: str | None, **more: Any
) -> int:
    """Suggest the fewest exclusions that hide a share of the events and nothing rare; print a report to approve."""
    # The table needs numpy; `--help` does not.
    from tetratui.core.query import parse
    from tetratui.core.tuning.cover import suggest
    from tetratui.core.tuning.draft import Draft
    from tetratui.core.tuning.ladder import Ground

    options = Options(**more)
    query = None if where is None else parse(where)
    table = held(sources)
    marks = threat_marks(table, options)
    ground = Ground(table, marks)
    if query is None:
        found = suggest(ground, cover, max_rung, collateral)
    else:
        found = _gathered(ground, query, max_rung, collateral)
    drafts = [
        Draft(
            f"s{number}", (one.exclusion,), one.rung, options.reason, options.owner, options.expiry, one.exclusion.hosts
        )
        for number, one in enumerate(found.chosen, 1)
    ]
    result = exported(drafts, table, options, marks)
    described = entries(result, ground, found.asked)
    tell_notes(result.output)
    needles = _needles(described, ground.shield, found)
    _tell(found, result, cover if query is None else 0.0, described)
    if options.as_json:
        put_json(_json(result, described, needles, found))
    else:
        put(_report(found, result, described, needles))
    safe = needles["visible"] == needles["recorded"]
    return ended(table, ExitCode.DONE if safe else ExitCode.REFUSED)


def _gathered(ground: Ground, query: Query, max_rung: str, collateral: int) -> Cover:
    # The table needs numpy; `--help` does not.
    import numpy as np

    from tetratui.core.tuning.loose import gathered

    rows = np.flatnonzero(query.mask(ground.table)) + ground.table.first
    say(f"tetratui: {counted(len(rows), 'event')} selected")
    return gathered(ground, rows, max_rung, collateral)


def _needles(described: list[Entry], shield: Shield, found: Cover) -> dict[str, int]:
    dark = shield.dark([candidate.exclusion for candidate in found.chosen])
    return {
        "recorded": len(shield.needles),
        "visible": len(shield.needles) - len(dark),
        "in_context": sum(entry.risk.context.tried for entry in described),
        "in_context_visible": sum(entry.risk.context.visible for entry in described),
    }


def _tell(found: Cover, result: Exported, wanted: float, described: list[Entry]) -> None:
    # The table needs numpy; `--help` does not.
    from tetratui.core.tuning.cover import LIMITS

    share = result.impact.share
    say(f"tetratui: {counted(len(described), 'filter')} for {share:.1%} of {counted(result.impact.events, 'event')}")
    if found.missed:
        say(f"tetratui: {found.missed} selected events stay visible: no safe draft within the bound hides them")
    if share < wanted:
        most = f"{LIMITS.exclusions} filters or {LIMITS.expressions} expressions are the most suggested at a time"
        say(f"tetratui: {wanted:.0%} not reached: {most if found.full else 'no safe draft is left'}")
    if share < wanted or found.missed:
        for other in found.alternatives[:3]:
            say(f"tetratui: left out: {other.more} events more: {other.why}")
    tell_reasons(described)


def _json(result: Exported, described: list[Entry], needles: dict[str, int], found: Cover) -> dict[str, Any]:
    return {
        "cover": result.impact.share,
        "drafts": [entry_json(entry) for entry in described],
        "needles": needles,
        "events": result.impact.events,
        "dropped": result.impact.dropped,
        "missed": found.missed,
        "expressions": sum(_expressions(filter_of(entry)) for entry in described),
        "alternatives": [{"why": other.why, "events": other.more} for other in found.alternatives],
        "twin": twin(result.output),
        "starved": result.starved,
        "threats": result.threats,
        "notes": list(result.output.notes),
        "files": result.paths,
    }


def _expressions(value: dict[str, Any]) -> int:
    return sum(len(values) for name, values in value.items() if name != "event_set" and isinstance(values, list))


def _report(found: Cover, result: Exported, described: list[Entry], needles: dict[str, int]) -> str:
    # Only the report without `--json` needs it.
    from tetratui.core.tuning.report import Report

    notes = [
        f"{needles['visible']} of {needles['recorded']} recorded needles stay visible",
        f"in context of the drafts {needles['in_context_visible']} of {needles['in_context']} stay visible",
        *(f"left out: {other.more} events more: {other.why}" for other in found.alternatives[:5]),
        *result.output.notes,
        *(f"rule {one['rule']} would lose events" for one in result.starved),
        *(f"written: {path}" for path in result.paths),
    ]
    return Report("Suggested drafts", tuple(described), result.impact, (), tuple(notes)).markdown()
