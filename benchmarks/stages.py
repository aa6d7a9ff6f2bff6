"""Measure where the time of one event goes: `python -m benchmarks.stages FILE` times each stage of the table.

A stage includes those indented below it. Microseconds an event, of the quickest of five runs.
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path
from typing import Any

from tetratui.core.sources import SourceRegistry, expand, read_all
from tetratui.core.table import EventTable
from tetratui.core.table.ingest import decode_columns, ingest
from tetratui.core.table.storage import process_block_cache, process_table
from tetratui.core.table.storage.interned_texts import Texts

ROUNDS = 5
BATCHES = 60
"""Batches that are measured, the last of the file; each has about a megabyte."""
STAGES: dict[str, tuple[Any, str]] = {
    "lines: typed decode, kind, context": (decode_columns.LineDecoder, "read"),
    "    typed decode": (decode_columns, "decode_all"),
    "two process blocks looked up by their bytes": (process_block_cache.ProcessBlockCache, "rows"),
    "new blocks": (process_block_cache.ProcessBlockCache, "publish"),
    "    decoded": (process_block_cache, "_read"),
    "    into the process table": (process_table.ProcessTable, "extend"),
    "        exec ids": (process_table.ProcessTable, "_ids_of"),
    "        texts": (Texts, "codes"),
    "        settings": (process_table.ProcessTable, "_settings_of"),
    "        start times": (process_table, "parse_rfc3339_all"),
    "columns, times": (ingest._Rows, "columns"),
    "sizes, line locations": (ingest, "_locate_lines"),
}


class Clock:
    """Adds up the time that a function takes; replaces the function in its module or class."""

    def __init__(self, holder: Any, name: str) -> None:
        self.seconds = 0.0
        function = getattr(holder, name)

        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            result = function(*args, **named)
            self.seconds += time.perf_counter() - start
            return result

        setattr(holder, name, timed)


def measure(file: Path) -> dict[str, float]:
    """Return the microseconds an event of each stage, and of all."""
    chunks = list(read_all(expand([file]), SourceRegistry()))[-BATCHES:]
    events = sum(len(chunk.lines) for chunk in chunks)
    clocks = {stage: Clock(holder, name) for stage, (holder, name) in STAGES.items()}
    gc.disable()
    runs = []
    for _ in range(ROUNDS):
        for clock in clocks.values():
            clock.seconds = 0.0
        table, start = EventTable(lambda *_: b""), time.perf_counter()
        for chunk in chunks:
            table.append(chunk)
        runs.append({"in all": time.perf_counter() - start} | {stage: clock.seconds for stage, clock in clocks.items()})
    best = min(runs, key=lambda run: run["in all"])
    return {stage: round(seconds / events * 1e6, 2) for stage, seconds in best.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("file", type=Path)
    for stage, microseconds in measure(parser.parse_args().file).items():
        print(f"{microseconds:>7.2f}  {stage}")
