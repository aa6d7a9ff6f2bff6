"""Measure how much memory a table takes, each time in a new process, so that nothing else is counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(file: Path) -> dict[str, Any]:
    """Measure a table over a file, indexed by one thread and by several."""
    return {"one_thread": _run(file, "alone"), "threads": _run(file, "together")}


def _run(file: Path, mode: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", str(file), mode]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return figures


def main() -> None:
    """Print the memory that a table over the file of the command line takes, as JSON."""
    from tetratui.core.query import parse
    from tetratui.core.table import load

    # Import and run everything once first: the memory of the modules is not that of the events.
    parse("args~x").mask(load([__file__]))
    if sys.argv[2] == "alone":
        # With one processor no other thread is started.
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    before = resident()
    table = load([sys.argv[1]])
    growth, count = resident() - before, len(table)
    figures = {
        "rss_bytes_an_event": round(growth / count, 1),
        "counted_bytes_an_event": round(table.nbytes / count, 1),
        "process_rows": len(table.processes),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
