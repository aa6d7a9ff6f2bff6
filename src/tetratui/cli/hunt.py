"""`tetratui hunt`: commands worth a look, each with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.lineage_options import load_graph
from tetratui.cli.output import put, put_json
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.lineage.process_graph import ProcessGraph
    from tetratui.core.lineage.suspicion import Suspect

_LONGEST_COMMAND = 160
"""Most characters of a command that are printed."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--least", type=click.IntRange(1), default=2, show_default=True, help="Reasons that a chain must have.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(sources: tuple[str, ...], least: int, as_json: bool) -> int:
    """List the chains of SOURCE (file, folder, .gz or -) that are worth a look, the shortest explanation first."""
    # The table needs numpy; `--help` does not.
    from tetratui.core.lineage.documents import suspect_document
    from tetratui.core.lineage.suspicion import Hunt

    table, graph = load_graph(sources)
    suspects = Hunt(graph).suspects(least)
    if as_json:
        put_json({"chains": [suspect_document(graph, suspect) for suspect in suspects]})
    else:
        _print(graph, suspects)
    return exit_code(table)


def _print(graph: ProcessGraph, suspects: list[Suspect]) -> None:
    for suspect in suspects:
        node = graph.node(suspect.root)
        put(f"{node.exec_id}  {node.command[:_LONGEST_COMMAND]}".replace("\n", "⏎"))
        for reason in suspect.reasons:
            put(f"    {reason.sentence}".replace("\n", "⏎"))
    processes = format_count(int(graph.listed.sum()), "process")
    put(f"{format_count(len(suspects), 'chain')} with reasons to look, of {processes}")
