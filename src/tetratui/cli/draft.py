"""`tetratui draft`: denylist, suppression rules and impact for what a query selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
    held,
    suppression_rule,
    tell_notes,
    tell_reasons,
    threat_marks,
)
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.tuning.draft_request import DraftResult
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.scopes.refusals import Refusal
    from tetratui.core.tuning.scopes.scopes import TuningContext

RUNGS = ("exact", "command", "template", "caller", "subtree", "binary", "destination", "network", "policy")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=click.Path())
@click.option("--where", required=True, metavar="QUERY", help="Events to draft from (docs/query-language.md).")
@click.option("--scope", type=click.Choice(RUNGS), help="How general; the narrowest that fits if not said.")
@export_options
def command(sources: tuple[str, ...], where: str, scope: str | None, **more: Any) -> int:
    """Draft exclusions for what a query selects; write denylist, Wazuh rules and the rest; print a report."""
    # The query and the table need numpy; `--help` does not.
    import numpy as np

    from tetratui.core.query import parse
    from tetratui.core.tuning.draft_request import DraftRequest, draft_events
    from tetratui.core.tuning.scopes.scopes import TuningContext

    options = ExportOptions(**more)
    query = parse(where)
    table = held(sources)
    selected = query.mask(table)
    rows = np.flatnonzero(selected) + table.first
    marks = threat_marks(table, options)
    context = TuningContext(table, marks)
    found = draft_events(context, rows, DraftRequest(scope, options.reason, options.owner, options.expiry))
    _tell(found, len(rows))
    result = exported(found.drafts, table, options, marks)
    described = entries(result, context, selected)
    tell_reasons(described)
    tell_notes(result.output)
    refused = [*found.refused, *_unsaid(result, context)]
    if options.as_json:
        put_json(_json(found, result, described, len(rows), refused))
    else:
        put(_report(where, result, described, refused))
    return ended(table, ExitCode.REFUSED if found.blocked and not found.drafts else ExitCode.DONE)


def _tell(found: DraftResult, selected: int) -> None:
    if not selected:
        say("tetratui: the query selects no event: nothing was drafted")
        return
    say(f"tetratui: {format_count(selected, 'event')} selected: {found.summary}")
    for refusal in found.refused:
        say(f"tetratui: {refusal.events} not drafted: {refusal.reason}")


def _unsaid(result: Exported, context: TuningContext) -> list[Refusal]:
    """Count the events of exclusions that the installed version has no filter for."""
    # The matcher is loaded by then; `--help` does not need this.
    from tetratui.core.tuning.scopes.refusals import Refusal

    counts: Counter[str] = Counter()
    for part in result.output.parts:
        if part.filter is None:
            counts[part.filter_refused] += int(context.matcher.mask(part.exclusion).sum())
    return [Refusal(reason, events) for reason, events in counts.most_common()]


def _json(
    found: DraftResult, result: Exported, described: list[ReportEntry], selected: int, refused: Sequence[Refusal]
) -> dict[str, Any]:
    impact = result.impact
    return {
        "filters": [entry_json(entry) for entry in described],
        "refused": [{"reason": refusal.reason, "events": refusal.events} for refusal in refused],
        "impact": {
            "events": impact.events,
            "dropped": impact.dropped,
            "commands": impact.commands,
            "bytes": impact.bytes,
            "bytes_per_day": impact.bytes_per_day,
            "users": impact.users,
            "hosts": impact.hosts,
            "rarest": [list(line) for line in impact.rarest],
        },
        "selected": selected,
        "summary": found.summary,
        "wazuh": suppression_rule(result.output),
        "lost_detections": result.lost_detections,
        "threats": result.threats,
        "notes": list(result.output.notes),
        "files": result.paths,
    }


def _report(where: str, result: Exported, described: list[ReportEntry], refused: Sequence[Refusal]) -> str:
    # Only the report without `--json` needs it.
    from tetratui.core.tuning.report import Report, code

    notes = [*result.output.notes, *(f"rule {one['rule']} would lose events" for one in result.lost_detections)]
    notes += [f"written: {path}" for path in result.paths]
    title = f"Drafts for {code(where)}"
    return Report(title, tuple(described), result.impact, tuple(refused), tuple(notes)).markdown()
