"""`make bench`: one run, one table, JSON beside it (bench-out/results.json); `--events N` for another size."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import candidates, matching, memory, terminal
from benchmarks.generate import write
from benchmarks.peers import Run, compare
from tetratui.core.demo.capture import read_capture
from tetratui.core.query import parse
from tetratui.core.table import EventTable, HeldBatch, Lineage, load

OUT = Path("bench-out")
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
    """Make the input if it is not there, measure, print, write."""
    words = argparse.ArgumentParser(prog="make bench", description=__doc__)
    words.add_argument("--events", type=int, default=300_000, help="size of the made file; default 300,000")
    words.add_argument("--only-core", action="store_true", help="leave out what needs a terminal")
    asked = words.parse_args()
    events: int = asked.events
    OUT.mkdir(exist_ok=True)
    file = OUT / f"varied-{events}.log"
    if not file.exists():
        print(f"making {file} …", file=sys.stderr)
        write(file, events)
    runs = compare(file, events)
    results: dict[str, Any] = {
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "events": events,
        "bytes": file.stat().st_size,
        "index": [run.as_json() for run in runs],
        "candidates_us": candidates.measure(file),
        "memory": memory.measure(file),
        **_table(file),
        **matching.wazuh(),
        "terminal": {} if asked.only_core else _screens(file),
    }
    (OUT / "results.json").write_text(json.dumps(results, indent=2))
    _tell(results, runs)


def _screens(file: Path) -> dict[str, Any]:
    capture = OUT / "capture.log"
    capture.write_bytes(b"\n".join(read_capture()) + b"\n")
    return terminal.measure({"large": file, "capture": capture}, (1000, 2000, 20_000))


def _table(file: Path) -> dict[str, Any]:
    table = load([file])
    found = {
        "commands": len(table.processes.texts["arguments"]),
        "queries_ms": {text: _query_ms(table, text) for text in QUERIES},
        "next_1000_ms": _next_ms(table, file),
        "lineage_ms": _lineage_ms(table),
    }
    return found | matching.denylist(table, file) | matching.groups(table, file)


def _ms(run: Any, times: int = 5) -> float:
    """Give the median CPU time: what others do on the machine is not ours."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append((time.process_time() - start) * 1000)
    return round(statistics.median(taken), 2)


def _query_ms(table: EventTable, text: str) -> float:
    # A query parsed anew has asked no text yet: this is what a typed query costs.
    return _ms(lambda: parse(text).mask(table))


def _next_ms(table: EventTable, file: Path) -> float:
    with file.open("rb") as source:
        lines = [source.readline().rstrip(b"\n") for _ in range(5000)]
    query = parse("args~job=[0-9a-f]{6}0 -parent:bash")
    query.mask(table)
    parts = iter([lines[start : start + 1000] for start in range(0, 5000, 1000)])

    def extend() -> None:
        part = next(parts)
        rows = table.append(HeldBatch(part, range(len(part))))
        query.mask(table, rows.start, rows.stop)

    return _ms(extend)


def _lineage_ms(table: EventTable) -> float:
    lineage, rows = Lineage(table), iter(range(table.stop - 1, table.first, -997))
    lineage.chain(table.stop - 1)
    return _ms(lambda: lineage.chain(next(rows)), times=20)


def _tell(results: dict[str, Any], runs: list[Run]) -> None:
    console = Console()
    drawn = Table(title=f"{results['events']:,} events, {results['bytes'] / 1e6:,.0f} MB")
    for heading in ("", "events/CPU s", "MB/CPU s", "CPU s", "× orjson", "wall s"):
        drawn.add_column(heading, justify="right" if heading else "left")
    bare = runs[0].events_a_cpu_second
    for run in runs:
        rate = run.events_a_cpu_second
        megabytes = results["bytes"] / 1e6 / run.cpu_seconds
        figures = (f"{rate:,.0f}", f"{megabytes:,.0f}", f"{run.cpu_seconds:.1f}", f"{rate / bare:.2f}")
        drawn.add_row(run.name, *figures, f"{run.wall_seconds:.1f}")
    console.print(drawn)
    for way, taken in results["candidates_us"].items():
        console.print(f"{taken:>9.2f} µs of CPU a line  {way}", markup=False, highlight=False)
    for how, grown in results["memory"].items():
        console.print(f"memory, {how.replace('_', ' ')}: {grown['rss_bytes_an_event']} bytes an event by RSS")
    for key, value in results.items():
        if isinstance(value, int | float):
            console.print(f"{key.replace('_', ' ')}: {value:,}")
    for text, taken in results["queries_ms"].items():
        console.print(f"{taken:>9.2f} ms of CPU  {text}", markup=False, highlight=False)
    for name, measured in results["terminal"].items():
        console.print(f"{name.replace('_', ' ')}: {', '.join(f'{key} {value}' for key, value in measured.items())}")


if __name__ == "__main__":
    main()
