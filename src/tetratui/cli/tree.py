"""`tetratui tree`: the processes of the sources by who started them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.lineage_options import find_process, load_graph, select_rows
from tetratui.cli.output import put, put_json, say
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code
from tetratui.core.amounts import format_count
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.lineage.process_graph import ProcessGraph
    from tetratui.core.table import EventTable

_LINES = 500
"""Most lines that are printed; `--json` gives all processes."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", metavar="QUERY", help="Only processes with an event that matches, and those above them.")
@click.option("--exec-id", metavar="ID", help="Only this process and all that descend from it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(sources: tuple[str, ...], where: str | None, exec_id: str | None, as_json: bool) -> int:
    """Show the processes of SOURCE (file, folder, .gz or -) by who started them."""
    if where is not None and exec_id is not None:
        raise UsageError("--where and --exec-id exclude each other", "give one of them")
    table, graph = load_graph(sources)
    roots, numbers = _select(table, graph, where, exec_id)
    if as_json:
        # The table is loaded by then; `--help` does not need this.
        from tetratui.core.lineage.documents import process_documents

        put_json({"processes": process_documents(graph, numbers)})
    else:
        _print_tree(graph, roots, frozenset(numbers))
    return exit_code(table)


def _select(
    table: EventTable, graph: ProcessGraph, where: str | None, exec_id: str | None
) -> tuple[list[int], list[int]]:
    """Return the processes at the top, and all that are to be shown, each before those that it started."""
    if exec_id is not None:
        top = find_process(graph, exec_id)
        return [top], graph.subtree(top).tolist()
    if where is None:
        roots = graph.roots.tolist()
        return roots, [number for root in roots for number in graph.subtree(root).tolist()]
    wanted: set[int] = set()
    for row in select_rows(table, where):
        number = graph.number_of_event(row)
        if number is not None and number not in wanted:
            wanted |= {number, *graph.ancestors(number)}
    numbers = [number for number in graph.order.tolist() if number in wanted]
    return [root for root in graph.roots.tolist() if root in wanted], numbers


def _print_tree(graph: ProcessGraph, roots: list[int], wanted: frozenset[int]) -> None:
    # The table is loaded by then; `--help` does not need this.
    from itertools import islice

    from tetratui.core.lineage.tree_lines import draw_tree

    lines = list(islice(draw_tree(graph, roots, wanted), _LINES + 1))
    for line in lines[:_LINES]:
        put(f"{'  ' * line.depth}{line.text}".replace("\n", "⏎"))
    put(format_count(len(wanted), "process"))
    if len(lines) > _LINES:
        say(f"tetratui: only the first {_LINES} lines are shown: select with --where or --exec-id, or take --json")
