"""`tetratui policy quiet`: the same policy, which no longer reports what a query selects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.policy_check import find_agent, read_policy
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code, load_for_drafts

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.policy.check_policy import CheckedPolicy
    from tetratui.core.tetragon.policy.load_checks import LoadingAgent
    from tetratui.core.tetragon.policy.quiet import QuietPolicy


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", required=True, metavar="QUERY", help="The hook events that shall no longer be reported.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the policy there; default: stdout.")
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to write for; default: installed, else 1.7.0."
)
@click.option(
    "--kernel-config", metavar="FILE", type=click.Path(path_type=Path), help="The build options of the kernel."
)
@click.option("--enable", metavar="FEATURES", help="parents-map,policy-filter: options of the agent that are on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def quiet(
    file: str,
    sources: tuple[str, ...],
    where: str,
    out: Path | None,
    version: str | None,
    kernel_config: Path | None,
    enable: str | None,
    as_json: bool,
) -> int:
    """Write the policy in FILE so that it no longer reports the events of SOURCE… that QUERY selects.

    All other events are reported as before, and what the policy blocks stays as it is. Calls that are left out in the
    kernel cost the sensor nothing; events that export-denylist drops have been made first.
    """
    # Reading policies and events needs the YAML reader and the table; `--help` does not.
    from tetratui.core.export.atomic_write import replace
    from tetratui.core.tetragon.policy.check_policy import check_policy

    agent = find_agent(version, kernel_config, enable)
    content = read_policy(file)
    checked = check_policy(content, agent)
    if checked.policy is None or not checked.loads:
        return _refuse(file, checked, as_json)
    table = load_for_drafts(sources)
    result, chosen, others = _quieten(content, checked, table, where, agent)
    written = content[: len(content) - len(content.removeprefix(_BOM))] + result.text.encode()
    if out is not None and result.changes:
        replace(out, written)
    if as_json:
        put_json(_make_document(result, chosen, others, out))
    elif out is None and result.changes:
        put(result.text.rstrip("\n"))
    _narrate(result, chosen, out)
    return exit_code(table, ExitCode.DONE if result.changes and not result.refusals else ExitCode.REFUSED)


_BOM = b"\xef\xbb\xbf"


def _refuse(file: str, checked: CheckedPolicy, as_json: bool) -> int:
    errors = [
        {"stage": error.stage, "line": error.line, "column": error.column, "message": error.message}
        for error in checked.errors
    ]
    if as_json:
        put_json({"loads": False, "errors": errors, "changes": [], "refused": []})
    for error in errors:
        say(f"tetratui: {file}: line {error['line']}, column {error['column']}: {error['message']}")
    return ExitCode.REFUSED


def _quieten(
    content: bytes, checked: CheckedPolicy, table: EventTable, where: str, agent: LoadingAgent
) -> tuple[QuietPolicy, int, int]:
    """Return the quieter policy, and how many calls were chosen and how many are others."""
    from tetratui.core.query import parse
    from tetratui.core.tetragon.policy.policy_calls import read_calls
    from tetratui.core.tetragon.policy.quiet import Call, quieten_policy

    policy = checked.policy
    assert policy is not None
    selected = parse(where).mask(table)
    calls = [Call(row, event, find) for row, event, find in read_calls(policy, table, conclude=False)]
    chosen = [call for call in calls if selected[call.row - table.first]]
    others = [call for call in calls if not selected[call.row - table.first]]
    text = content.decode("utf-8-sig")
    return quieten_policy(text, policy, chosen, others, agent), len(chosen), len(others)


def _make_document(result: QuietPolicy, chosen: int, others: int, out: Path | None) -> dict[str, Any]:
    refused = sum(refusal.calls for refusal in result.refusals)
    return {
        "loads": True,
        "errors": [],
        "chosen": chosen,
        "no_longer_reported": chosen - refused if result.changes else 0,
        "others": others,
        "changes": [{"call": change.call, "explanation": change.explanation} for change in result.changes],
        "refused": [
            {"call": refusal.call, "reason": refusal.reason, "events": refusal.calls} for refusal in result.refusals
        ],
        "policy": result.text,
        "files": [str(out)] if out is not None and result.changes else [],
    }


def _narrate(result: QuietPolicy, chosen: int, out: Path | None) -> None:
    for change in result.changes:
        say(f"tetratui: {change.call}: {change.explanation}")
    for refusal in result.refusals:
        say(f"tetratui: refused: {refusal.calls} events of {refusal.call}: {refusal.reason}")
    if not chosen:
        say("tetratui: the query selects no event of this policy's hooks: nothing to change")
    elif not result.changes and not result.refusals:
        say("tetratui: the policy does not report the selected events: another one does, or they are older than it")
    elif out is not None and result.changes:
        say(f"tetratui: written to {out}; it takes effect when the sensor loads it anew")
