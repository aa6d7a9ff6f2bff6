"""Measure where the time of one event goes: `python -m benchmarks.stages FILE` times each stage of the table.

CPU microseconds an event, of the quickest of five runs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tetratui.core.sources import SourceRegistry, expand
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.read_sources import split_sources
from tetratui.core.table import EventTable
from tetratui.core.table.ingest import ingest
from tetratui.core.table.ingest.index_threads import RANGE_BYTES
from tetratui.core.table.ingest.scan_lines import LineScan, find_lines
from tetratui.core.table.storage.interned_rows import Arena, ContextTable, SocketTable
from tetratui.core.table.storage.process_table import ProcessTable

ROUNDS = 5
BLOCKS = 16
"""Blocks that are measured, the last of the file; each has about four megabytes."""


def measure(file: Path) -> dict[str, float]:
    """Return the microseconds an event of each stage, and of all."""
    items = split_sources(expand([file]), SourceRegistry(), RANGE_BYTES)
    blocks = [item.read_block() for item in items if isinstance(item, ByteRange)][-BLOCKS:]
    events = sum(block.data.count(b"\n") for block in blocks)
    rounds = [_measure_round(blocks, events) for _ in range(ROUNDS)]
    return {stage: round(min(times[stage] for times in rounds), 3) for stage in rounds[0]}


def _measure_round(blocks: list[Any], events: int) -> dict[str, float]:
    scan, processes, sockets = LineScan(), ProcessTable(), SocketTable()
    contexts = ContextTable(processes.texts["node"])
    table = EventTable(lambda *_: b"")
    seconds = dict.fromkeys(("lines found", "scanned", "processes joined", "contexts and sockets joined", "all"), 0.0)

    def clock(stage: str, run: Callable[[], Any]) -> Any:
        start = time.process_time()
        result = run()
        seconds[stage] += time.process_time() - start
        return result

    for block in blocks:
        begins, ends = clock("lines found", lambda block=block: find_lines(block.data))
        scan.clear(len(begins))
        clock("scanned", lambda block=block, begins=begins, ends=ends: scan.scan(block.data, begins, ends))
        arena = Arena(scan.texts.data, scan.texts.starts)
        clock("processes joined", lambda arena=arena: processes.join(scan.blocks, arena))
        clock(
            "contexts and sockets joined",
            lambda arena=arena: (contexts.join(scan.contexts, arena), sockets.join(scan.sockets, arena)),
        )
        clock("all", lambda block=block: table.append(ingest.index_batch(block)))
    return {stage: value / events * 1e6 for stage, value in seconds.items()}


def main() -> None:
    """Print the stages of a file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("file", type=Path)
    for stage, microseconds in measure(parser.parse_args().file).items():
        print(f"{microseconds:6.3f}  {stage}")


if __name__ == "__main__":
    main()
