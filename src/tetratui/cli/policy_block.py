"""`tetratui policy block`: a policy that stops what a query selects, in monitor mode first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.policy_check import find_agent
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code, load_for_drafts

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.policy.block import BlockRefusal, BlockRequest
    from tetratui.core.tetragon.policy.collateral import BlockImpact
    from tetratui.core.tetragon.policy.hook_event import HookEvent

KINDS = ("executable", "destination", "file-read", "file-write")
RAREST = 10


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", required=True, metavar="QUERY", help="The events of what shall never happen again.")
@click.option("--by", "kind", type=click.Choice(KINDS), help="What to stop; default: what the events show.")
@click.option("--action", type=click.Choice(["override", "sigkill"]), default="override", help="Fail, or kill.")
@click.option("--errno", type=click.IntRange(-4095, -1), default=-1, help="What an overridden call returns.")
@click.option("--descendants-of", multiple=True, metavar="PATH", help="Only for what this program starts.")
@click.option("--except", "exceptions", multiple=True, metavar="PATH", help="A program that may go on.")
@click.option("--namespace", default="", metavar="NAME", help="Only for the pods of a namespace.")
@click.option("--containers", is_flag=True, help="Only for processes in containers.")
@click.option("--name", default="tetratui-block", metavar="NAME", help="The name of the policy.")
@click.option("--enforce", is_flag=True, help="Block from the moment it is loaded; needs --reason and no collateral.")
@click.option("--reason", default="", metavar="TEXT", help="Why; a sentence.")
@click.option("--allow", multiple=True, metavar="WHAT", help="A target or program that is refused otherwise.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the policy there; default: stdout.")
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to write for; default: installed, else 1.7.0."
)
@click.option(
    "--kernel-config", metavar="FILE", type=click.Path(path_type=Path), help="The build options of the kernel."
)
@click.option("--enable", metavar="FEATURES", help="parents-map,policy-filter: options of the agent that are on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def block(
    sources: tuple[str, ...],
    where: str,
    version: str | None,
    kernel_config: Path | None,
    enable: str | None,
    out: Path | None,
    allow: tuple[str, ...],
    as_json: bool,
    **choices: Any,
) -> int:
    """Write a policy that blocks what QUERY selects in SOURCE…: starting a program, connecting, opening or writing.

    It is written in monitor mode: the sensor reports what it would block. What it would hit besides is counted over
    all events, and what would stop the machine or its guards is refused.
    """
    # Writing policies needs the table and the YAML reader; `--help` does not.
    import numpy as np

    from tetratui.core.export.atomic_write import replace
    from tetratui.core.query import parse
    from tetratui.core.tetragon.policy.block import refuse_request, write_block_policy
    from tetratui.core.tetragon.policy.check_policy import check_policy
    from tetratui.core.tetragon.policy.collateral import measure_block, refuse_collateral

    agent = find_agent(version, kernel_config, enable)
    query = parse(where)
    table = load_for_drafts(sources)
    chosen = frozenset((np.flatnonzero(query.mask(table)) + table.first).tolist())
    request = _make_request(table, chosen, choices)
    text = write_block_policy(request, agent.kernel)
    checked = check_policy(text.encode(), agent)
    impact = measure_block(checked.policy, table, chosen, agent) if checked.policy and request.targets else None
    refusals = [*refuse_request(request), *(refuse_collateral(request, impact) if impact else ())]
    left = [refusal for refusal in refusals if not (refusal.overridable and refusal.target in allow)]
    errors = [str(error) for error in checked.errors]
    written = not left and not errors
    if written and out is not None:
        replace(out, text.encode())
    if as_json:
        put_json(_make_document(request, text if written else None, left, errors, impact, out))
    elif written and out is None:
        put(text.rstrip("\n"))
    _narrate(left, errors, impact)
    return exit_code(table, ExitCode.DONE if written else ExitCode.REFUSED)


def _make_request(table: EventTable, chosen: frozenset[int], choices: dict[str, Any]) -> BlockRequest:
    from tetratui.core.tetragon.policy.block import BlockKind, BlockRequest, find_targets

    calls = _read_chosen(table, chosen)
    kinds = [BlockKind(choices["kind"])] if choices["kind"] else list(BlockKind)
    kind, targets = next(((kind, targets) for kind in kinds if (targets := find_targets(kind, calls))), (kinds[0], ()))
    return BlockRequest(
        kind=kind,
        name=choices["name"],
        targets=targets,
        sigkill=choices["action"] == "sigkill",
        error=choices["errno"],
        descendants_of=choices["descendants_of"],
        exceptions=choices["exceptions"],
        namespace=choices["namespace"],
        containers_only=choices["containers"],
        enforce=choices["enforce"],
        reason=choices["reason"],
    )


def _read_chosen(table: EventTable, chosen: frozenset[int]) -> list[HookEvent]:
    import orjson

    from tetratui.core.errors import SourceError
    from tetratui.core.tetragon.policy.hook_event import conclude_calls, read_hook_event

    calls: list[HookEvent] = []
    for _, line in table.lines(sorted(chosen)):
        if isinstance(line, SourceError):
            continue
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        reported = read_hook_event(event)
        calls += [reported] if reported is not None else conclude_calls(event)
    return calls


def _make_document(
    request: BlockRequest,
    text: str | None,
    refusals: list[BlockRefusal],
    errors: list[str],
    impact: BlockImpact | None,
    out: Path | None,
) -> dict[str, Any]:
    return {
        "by": request.kind,
        "mode": "enforce" if request.enforce else "monitor",
        "targets": list(request.targets),
        "refused": [{"target": refusal.target, "reason": refusal.reason} for refusal in refusals],
        "errors": errors,
        "impact": None
        if impact is None
        else {
            "looked_at": impact.looked_at,
            "blocked": impact.chosen,
            "collateral": impact.collateral,
            "unknown": impact.unknown,
            "commands": [
                {"binary": binary, "arguments": arguments, "calls": count}
                for (binary, arguments), count in impact.commands.most_common(RAREST)
            ],
        },
        "policy": text,
        "files": [str(out)] if out is not None and text is not None else [],
    }


def _narrate(refusals: list[BlockRefusal], errors: list[str], impact: BlockImpact | None) -> None:
    for error in errors:
        say(f"tetratui: the policy would not load: {error}")
    for refusal in refusals:
        name = f"{refusal.target}: " if refusal.target else ""
        remedy = f"; to allow it all the same: --allow {refusal.target}" if refusal.overridable else ""
        say(f"tetratui: refused: {name}{refusal.reason}{remedy}")
    if impact is None:
        return
    if not impact.looked_at:
        say("tetratui: no event tells whom else it would hit: load it in monitor mode and look")
        return
    say(
        f"tetratui: of {impact.looked_at} calls held it stops {impact.chosen} selected and {impact.collateral} others; "
        f"{impact.unknown} unknown"
    )
    for (binary, arguments), count in impact.commands.most_common(RAREST):
        say(f"  {count:>7}  {binary} {arguments}")
