"""What `tree`, `chain` and `hunt` share: sources become a graph, and options select processes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tetratui.core.lineage.process_graph import ProcessGraph
    from tetratui.core.table import EventTable


def load_graph(sources: Sequence[str]) -> tuple[EventTable, ProcessGraph]:
    """Read the sources and find their processes; what could not be read whole is said on stderr."""
    # The table needs numpy and the sources; `--help` does not.
    from tetratui.cli.source_report import load_sources
    from tetratui.core.lineage.process_graph import ProcessGraph

    table = load_sources(sources)
    return table, ProcessGraph(table)


def select_rows(table: EventTable, where: str) -> list[int]:
    """Return the row ids of the events that a query selects."""
    # Queries bring the expression engine, which `--help` does not need.
    import numpy as np

    from tetratui.core.query import parse

    rows: list[int] = (np.flatnonzero(parse(where).mask(table)) + table.first).tolist()
    return rows


def find_process(graph: ProcessGraph, exec_id: str) -> int:
    """Return the number of the process with an exec id.

    Raises:
        UsageError: no event names it.
    """
    number = graph.number(exec_id)
    if number is None:
        raise UsageError(
            f"no event names the exec id {exec_id}", "copy it from `tetratui tree --json` or from an event"
        )
    return number
