"""Where the time of one event goes: `python -m benchmarks.stages FILE` puts a clock around each stage of the table.

A stage holds those indented below it. Microseconds an event, of the run out of five that was quickest in all.
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path
from typing import Any

from tetratui.core.sources import SourceRegistry, expand, read_all
from tetratui.core.table import EventTable
from tetratui.core.table.ingest import decode_columns as said
from tetratui.core.table.ingest import ingest as intake
from tetratui.core.table.storage import process_block_cache as blocks
from tetratui.core.table.storage import process_table as processes
from tetratui.core.table.storage.interned_texts import Texts

ROUNDS = 5
BATCHES = 60
"""Megabytes that are read, the last of the file."""
STAGES: dict[str, tuple[Any, str]] = {
    "lines: typed decode, kind, who says it": (said.Reader, "read"),
    "    typed decode": (said, "decode_all"),
    "two process blocks looked up by their bytes": (blocks.Blocks, "rows"),
    "new blocks": (blocks.Blocks, "publish"),
    "    read": (blocks, "_read"),
    "    into the process table": (processes.ProcessTable, "extend"),
    "        exec ids": (processes.ProcessTable, "_ids_of"),
    "        texts": (Texts, "codes"),
    "        settings": (processes.ProcessTable, "_settings_of"),
    "        start times": (processes, "parse_rfc3339_all"),
    "columns, times": (intake._Rows, "columns"),
    "sizes, places": (intake, "_places"),
}


class Clock:
    """Adds up the time that a function takes."""

    def __init__(self, holder: Any, name: str) -> None:
        self.seconds = 0.0
        called = getattr(holder, name)

        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            found = called(*args, **named)
            self.seconds += time.perf_counter() - start
            return found

        setattr(holder, name, timed)


def measure(file: Path) -> dict[str, float]:
    """Give the time of each stage, and of all."""
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
        runs.append({"in all": time.perf_counter() - start} | {stage: one.seconds for stage, one in clocks.items()})
    best = min(runs, key=lambda run: run["in all"])
    return {stage: round(seconds / events * 1e6, 2) for stage, seconds in best.items()}


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    words.add_argument("file", type=Path)
    for stage, microseconds in measure(words.parse_args().file).items():
        print(f"{microseconds:>7.2f}  {stage}")
