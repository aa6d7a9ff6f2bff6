"""`tetratui policy impact`: which events held a policy would have matched, reported and blocked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json
from tetratui.cli.policy_check import find_agent, read_policy
from tetratui.cli.source_argument import SOURCE

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.policy.check_policy import CheckedPolicy
    from tetratui.core.tetragon.policy.impact import HookImpact

RAREST = 10
"""So many of the rarest command lines are shown for each hook."""


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--rows", is_flag=True, help="Name each matched row.")
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to answer for; default: installed, else 1.7.0."
)
@click.option(
    "--kernel-config", metavar="FILE", type=click.Path(path_type=Path), help="The build options of the kernel."
)
@click.option("--enable", metavar="FEATURES", help="parents-map,policy-filter: options of the agent that are on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def impact(
    file: str,
    sources: tuple[str, ...],
    rows: bool,
    version: str | None,
    kernel_config: Path | None,
    enable: str | None,
    as_json: bool,
) -> int:
    """Say which events of SOURCE… the policy in FILE would have matched, and what it would have done, hook by hook.

    The events show only calls that some loaded policy reported, and what exec events let conclude.
    """
    # Reading policies and events needs the YAML reader and the table; `--help` does not.
    from tetratui.cli.source_report import exit_code, load_sources
    from tetratui.core.tetragon.policy.check_policy import check_policy
    from tetratui.core.tetragon.policy.impact import measure_policy

    agent = find_agent(version, kernel_config, enable)
    checked = check_policy(read_policy(file), agent)
    table = load_sources(sources)
    measured = measure_policy(checked.policy, table, agent.version) if checked.policy and checked.loads else []
    document = _make_document(checked, table, measured, rows)
    if as_json:
        put_json(document)
    else:
        _print(document, file)
    return exit_code(table, ExitCode.DONE if checked.loads else ExitCode.REFUSED)


def _make_document(checked: CheckedPolicy, table: EventTable, measured: list[HookImpact], rows: bool) -> dict[str, Any]:
    source_rows = table.source_rows()
    matched = sorted({row for impact in measured for row in impact.rows})
    document: dict[str, Any] = {
        "loads": checked.loads,
        "errors": [
            {"stage": error.stage, "line": error.line, "column": error.column, "message": error.message}
            for error in checked.errors
        ],
        "events": len(table),
        "unreadable": table.unreadable.count,
        "hooks": [_hook_document(impact) for impact in measured],
    }
    if rows:
        document["rows"] = [int(source_rows[row - table.first]) for row in matched]
    return document


def _hook_document(impact: HookImpact) -> dict[str, Any]:
    looked = impact.looked_at > 0
    rarest = sorted(impact.commands.items(), key=lambda item: (item[1], item[0]))[:RAREST]
    return {
        "call": impact.hook.call,
        # Nothing was looked at: 0 would say more than is known.
        "matched": impact.matched if looked else None,
        "reported": impact.reported if looked else None,
        "blocked": impact.blocked if looked else None,
        "unknown": impact.unknown,
        "looked_at": impact.looked_at,
        "caution": impact.caution,
        "reasons": [{"reason": reason, "calls": count} for reason, count in impact.reasons.most_common()],
        "selectors": {("none" if number < 0 else str(number)): count for number, count in impact.by_selector.items()},
        "rarest": [{"binary": binary, "arguments": arguments, "calls": count} for (binary, arguments), count in rarest],
    }


def _print(document: dict[str, Any], file: str) -> None:
    for error in document["errors"]:
        put(f"{file}: line {error['line']}, column {error['column']}: {error['message']}")
    if not document["loads"]:
        put("The policy does not load: it would report and block nothing.")
        return
    for hook in document["hooks"]:
        put(f"{hook['call']}")
        if hook["matched"] is None:
            put(f"  unknown: {hook['caution']}")
            continue
        put(
            f"  {hook['matched']:,} of {hook['looked_at']:,} calls match, "
            f"{hook['reported']:,} reported, {hook['blocked']:,} blocked, "
            f"{hook['unknown']:,} unknown"
        )
        put(f"  {hook['caution']}")
        for reason in hook["reasons"]:
            put(f"  unknown for {reason['calls']:,}: {reason['reason']}")
        for command in hook["rarest"]:
            put(f"  {command['calls']:>7,}  {command['binary']} {command['arguments']}")
