"""`make bench`: measure tetratui beside its peers, print the figures, write them to bench-out/results.json.

`--events N` takes a file of another size.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import candidates, matching, memory, terminal
from benchmarks.generate import write
from benchmarks.peers import Run, compare, leave_out_long_lines
from tetratui.core.demo.capture import read_capture
from tetratui.core.lineage import Lineage
from tetratui.core.lineage.chain import make_chain
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.query import parse
from tetratui.core.table import EventTable, LineBatch, load

FOLDER = Path("bench-out")
QUERIES = [
    "kind:exec",
    "bin=/usr/bin/curl",
    "args:open-audit",
    "pid>3000",
    "daddr:203.0.113.0/24",
    "took>1s",
    "args~job=[0-9a-f]{6}0",
    "cmd~job=[0-9a-f]{6}0",
    "-parent:bash args:job kind:exec,exit",
    "anc:cron",
]


def main() -> None:
    """Generate the input if it is missing, measure, write the results and print them."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="events of the generated file; default 300,000")
    parser.add_argument("--only-core", action="store_true", help="leave out what needs a terminal")
    options = parser.parse_args()
    events: int = options.events
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"varied-{events}.log"
    if not file.exists():
        print(f"generating {file} …", file=sys.stderr)
        write(file, events)
    runs = compare(*leave_out_long_lines(file))
    results: dict[str, Any] = {
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "events": events,
        "bytes": file.stat().st_size,
        "index": [run.as_json() for run in runs],
        "candidates_us": candidates.measure(file),
        "memory": memory.measure(file),
        **_measure_table(file),
        **matching.wazuh(),
        "terminal": {} if options.only_core else _measure_screens(file),
    }
    (FOLDER / "results.json").write_text(json.dumps(results, indent=2))
    _print(results, runs)


def _measure_screens(file: Path) -> dict[str, Any]:
    capture = FOLDER / "capture.log"
    capture.write_bytes(b"\n".join(read_capture()) + b"\n")
    return terminal.measure({"large": file, "capture": capture}, (1000, 2000, 20_000))


def _measure_table(file: Path) -> dict[str, Any]:
    table = load([file])
    figures = {
        "commands": len(table.processes.texts["arguments"]),
        "queries_ms": {text: _query_ms(table, text) for text in QUERIES},
        "next_1000_ms": _next_ms(table, file),
        "lineage_ms": _lineage_ms(table),
        **_graph_ms(table),
    }
    return figures | matching.denylist(table, file) | matching.groups(table, file)


def _cpu_ms(run: Callable[[], object], rounds: int = 5) -> float:
    """Return the median CPU time in ms. CPU time, because other processes use the machine too."""
    times_ms = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times_ms.append((time.process_time() - start) * 1000)
    return round(statistics.median(times_ms), 2)


def _query_ms(table: EventTable, text: str) -> float:
    # A new query remembers no answers yet: this is what a query costs when it is typed.
    return _cpu_ms(lambda: parse(text).mask(table))


def _next_ms(table: EventTable, file: Path) -> float:
    with file.open("rb") as source:
        lines = [source.readline().rstrip(b"\n") for _ in range(5000)]
    query = parse("args~job=[0-9a-f]{6}0 -parent:bash")
    query.mask(table)
    parts = iter([lines[start : start + 1000] for start in range(0, 5000, 1000)])

    def extend() -> None:
        part = next(parts)
        rows = table.append(LineBatch(part, range(len(part))))
        query.mask(table, rows.start, rows.stop)

    return _cpu_ms(extend)


def _lineage_ms(table: EventTable) -> float:
    lineage, rows = Lineage(table), iter(range(table.stop - 1, table.first, -997))
    lineage.ancestors(table.stop - 1)
    return _cpu_ms(lambda: lineage.ancestors(next(rows)), rounds=20)


def _graph_ms(table: EventTable) -> dict[str, float]:
    """Measure the graph of all processes, the biggest subtree with its first 50 lines, and a chain."""
    graph = ProcessGraph(table)
    biggest = max(graph.roots.tolist(), key=graph.subtree_size)
    last = int(graph.subtree(biggest)[-1])
    return {
        "process_graph_ms": _cpu_ms(lambda: ProcessGraph(table), rounds=3),
        "subtree_ms": _cpu_ms(lambda: [graph.node(int(number)) for number in graph.subtree(biggest)[:50]]),
        "chain_ms": _cpu_ms(lambda: make_chain(graph, last)),
    }


def _print(results: dict[str, Any], runs: list[Run]) -> None:
    console = Console()
    rates = Table(title=f"{results['events']:,} events, {results['bytes'] / 1e6:,.0f} MB")
    for heading in ("", "events/CPU s", "MB/CPU s", "CPU s", "× orjson", "wall s"):
        rates.add_column(heading, justify="right" if heading else "left")
    bare = runs[0].events_a_cpu_second
    for run in runs:
        rate = run.events_a_cpu_second
        megabytes = results["bytes"] / 1e6 / run.cpu_seconds
        figures = (f"{rate:,.0f}", f"{megabytes:,.0f}", f"{run.cpu_seconds:.1f}", f"{rate / bare:.2f}")
        rates.add_row(run.name, *figures, f"{run.wall_seconds:.1f}")
    console.print(rates)
    for name, microseconds in results["candidates_us"].items():
        console.print(f"{microseconds:>9.2f} µs of CPU a line  {name}", markup=False, highlight=False)
    for name, growth in results["memory"].items():
        console.print(f"memory, {name.replace('_', ' ')}: {growth['rss_bytes_an_event']} bytes an event by RSS")
    for key, value in results.items():
        if isinstance(value, int | float):
            console.print(f"{key.replace('_', ' ')}: {value:,}")
    for query, milliseconds in results["queries_ms"].items():
        console.print(f"{milliseconds:>9.2f} ms of CPU  {query}", markup=False, highlight=False)
    for name, measured in results["terminal"].items():
        console.print(f"{name.replace('_', ' ')}: {', '.join(f'{key} {value}' for key, value in measured.items())}")


if __name__ == "__main__":
    main()
