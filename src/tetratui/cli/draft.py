"""`tetratui draft`: denylist, suppression rules and impact for what a query selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.export_options import ExportOptions, export_drafts, export_options, include_option, threat_marks
from tetratui.cli.export_report import (
    entries,
    entry_json,
    left_out_json,
    left_out_refusals,
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

if TYPE_CHECKING:
    from tetratui.core.export.file_set import FileSet
    from tetratui.core.tuning.draft_request import DraftResult
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.scopes.refusals import Refusal
    from tetratui.core.tuning.tuning_context import TuningContext
    from tetratui.core.workspace.export_plan import ExportPlan

SCOPES = (
    *("exact", "command", "template", "caller", "subtree", "binary", "destination", "network", "policy"),
    *("probe", "namespace"),
)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", required=True, metavar="QUERY", help="Events to draft from (docs/query-language.md).")
@click.option("--scope", type=click.Choice(SCOPES), help="How general; the narrowest that fits if not said.")
@include_option
@export_options
def command(sources: tuple[str, ...], where: str, scope: str | None, include: tuple[str, ...], **more: Any) -> int:
    """Draft exclusions for what a query selects; write denylist, Wazuh rules and the rest; print a report."""
    # The query and the table need numpy; `--help` does not.
    import numpy as np

    from tetratui.core.query import parse
    from tetratui.core.tuning.draft_request import DraftRequest, draft_events
    from tetratui.core.tuning.learning.learnable_events import learn_from_query
    from tetratui.core.tuning.tuning_context import TuningContext

    options = ExportOptions(**more)
    query = parse(where)
    table = load_for_drafts(sources)
    tell_hints("--where", where, table)
    marks = threat_marks(table, options)
    context = TuningContext(table, marks, place=options.drafted_place)
    learned = learn_from_query(table, context.columns, query, include)
    selected = int(learned.selected.sum())
    rows = np.flatnonzero(learned.taught) + table.first
    request = DraftRequest(scope, options.reason, options.owner, options.expiry)
    found = draft_events(context, rows, request, learned.protected)
    _tell(found, selected)
    tell_left_out(learned)
    plan, paths = export_drafts(found.drafts, table, options, marks)
    described = entries(plan.files, context, learned.taught)
    tell_reasons(described)
    tell_plan(plan)
    lost_links = tell_lost_links(plan, table)
    refused = [*left_out_refusals(learned), *found.refused, *_unsaid(plan.files, context)]
    if options.as_json:
        more_of = {"left_out": left_out_json(learned), "lost_links": lost_links}
        put_json({**_json(found, plan, paths, described, selected, refused), **more_of})
    else:
        put(_report(where, plan, paths, described, refused, found.notes))
    failed = learned.left_out or (found.blocked and not found.drafts)
    return exit_code(table, ExitCode.REFUSED if failed else ExitCode.DONE)


def _tell(found: DraftResult, selected: int) -> None:
    if not selected:
        say("tetratui: the query selects no event: nothing was drafted")
        return
    say(f"tetratui: {format_count(selected, 'event')} selected: {found.summary}")
    for refusal in found.refused:
        say(f"tetratui: {refusal.events} not drafted: {refusal.reason}")
    for note in found.notes:
        say(f"tetratui: {note}")


def _unsaid(files: FileSet, context: TuningContext) -> list[Refusal]:
    """Count the events of exclusions that the installed version has no filter for."""
    # The matcher is loaded by then; `--help` does not need this.
    from tetratui.core.tuning.scopes.refusals import Refusal

    counts: Counter[str] = Counter()
    for part in files.items:
        if part.filter is None:
            counts[part.filter_refused] += int(context.matcher.mask(part.exclusion).sum())
    return [Refusal(reason, events) for reason, events in counts.most_common()]


def _json(
    found: DraftResult,
    plan: ExportPlan,
    paths: list[str],
    described: list[ReportEntry],
    selected: int,
    refused: Sequence[Refusal],
) -> dict[str, Any]:
    impact = plan.impact
    return {
        "filters": [entry_json(entry) for entry in described],
        "refused": [{"reason": refusal.reason, "events": refusal.events} for refusal in refused],
        "impact": {
            "events": impact.events,
            "dropped": impact.dropped,
            "commands": impact.commands,
            "collateral": sum(entry.collateral for entry in described),
            "bytes": impact.bytes,
            "bytes_per_day": impact.bytes_per_day,
            "users": impact.users,
            "hosts": impact.hosts,
            "rarest": [list(line) for line in impact.rarest],
        },
        "selected": selected,
        "summary": found.summary,
        "wazuh": wazuh_json(plan.files),
        "lost_detections": lost_json(plan.lost_detections),
        "threats": threats_json(plan),
        "notes": [*found.notes, *plan.files.notes],
        "files": paths,
    }


def _report(
    where: str,
    plan: ExportPlan,
    paths: list[str],
    described: list[ReportEntry],
    refused: Sequence[Refusal],
    pinned: Sequence[str],
) -> str:
    # Only the report without `--json` needs it.
    from tetratui.core.events.markdown import code
    from tetratui.core.tuning.report import Report

    notes = [
        *pinned,
        *plan.files.notes,
        *(f"rule {one['rule']} would lose events" for one in lost_json(plan.lost_detections)),
    ]
    notes += [f"written: {path}" for path in paths]
    title = f"Drafts for {code(where)}"
    return Report(title, tuple(described), plan.impact, tuple(refused), tuple(notes)).markdown()
