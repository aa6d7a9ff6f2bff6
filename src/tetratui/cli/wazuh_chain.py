"""`tetratui wazuh chain`: a decoder and rules that fire when the steps of a chain come in their order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.source_argument import SOURCE
from tetratui.core.amounts import format_count
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tetratui.core.wazuh.write.chain_rules import ChainStep

_LEFT_OUT = 10
"""Events without a step that are named; the others are counted."""


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE…]", type=SOURCE)
@click.option("--exec-id", metavar="ID", help="The process of SOURCE whose chain becomes rules.")
@click.option("--where", metavar="QUERY", help="The same for the process of the first event that matches.")
@click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Rules whose ids are taken."
)
@click.option(
    "--step-level",
    type=click.IntRange(1, 15),
    default=1,
    show_default=True,
    help="Level of a step by itself; 3 alerts.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where both files go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def chain(
    sources: tuple[str, ...],
    exec_id: str | None,
    where: str | None,
    rules: tuple[Path, ...],
    step_level: int,
    out: Path,
    as_json: bool,
) -> int:
    """Write a decoder and rules for a chain: of a process of SOURCE, else from web server to outgoing connection.

    What such rules cannot see stands in the rule file.
    """
    # The writers are needed now; `--help` does not need them.
    from tetratui.core.export.atomic_write import write_all
    from tetratui.core.wazuh.rule_ids import ids_in, read_all_rule_files
    from tetratui.core.wazuh.write.chain_decoder import DECODER_FILE, write_chain_decoder
    from tetratui.core.wazuh.write.chain_rules import CHAIN_FILE, write_chain_rules

    steps, left_out = _find_steps(sources, exec_id, where)
    if not steps:
        say("tetratui: the query selects no event of which rules could be made: nothing was written")
        return ExitCode.REFUSED
    taken = {rule for name, text in read_all_rule_files(rules).items() if name != CHAIN_FILE for rule in ids_in(text)}
    made = write_chain_rules(steps, taken, [f"Not followed: {text}" for text in left_out[:_LEFT_OUT]], step_level)
    files = write_all({out / DECODER_FILE: write_chain_decoder(), out / CHAIN_FILE: made.data})
    paths = [str(each.path) for each in files]
    if as_json:
        listed = [{"rule": rule, "level": step.level, "words": step.words} for rule, step in made.rules]
        put_json({"rules": listed, "left_out": list(left_out), "files": paths})
    else:
        for rule, step in made.rules:
            put(f"rule {rule}  level {step.level}  {step.words}".replace("\n", "⏎"))
    _say_outcome(left_out, paths)
    return ExitCode.DONE


def _find_steps(
    sources: Sequence[str], exec_id: str | None, where: str | None
) -> tuple[Sequence[ChainStep], Sequence[str]]:
    # The writers are needed now; `--help` does not need them.
    from tetratui.core.wazuh.write.chain_rules import TEMPLATE

    if not sources:
        if exec_id is not None or where is not None:
            raise UsageError("--exec-id and --where are about events", "name a SOURCE")
        return TEMPLATE, ()
    if (where is None) == (exec_id is None):
        raise UsageError("whose chain is not said", "give either --exec-id or --where")
    # The table needs numpy; `--help` does not.
    from tetratui.cli.chain import find_subject
    from tetratui.cli.lineage_options import load_graph
    from tetratui.core.lineage.chain import make_chain
    from tetratui.core.lineage.chain_report import report_chain
    from tetratui.core.wazuh.write.chain_steps import find_steps

    table, graph = load_graph(sources)
    subject = find_subject(table, graph, exec_id, where)
    if subject is None:
        return (), ()
    steps = find_steps(report_chain(make_chain(graph, subject)))
    return steps.steps, steps.left_out


def _say_outcome(left_out: Sequence[str], paths: Sequence[str]) -> None:
    for text in left_out[:_LEFT_OUT]:
        say(f"tetratui: not followed: {text}")
    if len(left_out) > _LEFT_OUT:
        say(f"tetratui: and {format_count(len(left_out) - _LEFT_OUT, 'event')} more are not followed")
    for path in paths:
        say(f"tetratui: written: {path}")
    say("tetratui: the decoder belongs into etc/decoders, the rules into etc/rules, which say what they cannot see")
