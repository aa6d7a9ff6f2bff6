"""How much a process grows by the events it holds: a process of its own, so that nothing else is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def resident() -> int:
    """Give this process's resident memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(file: Path) -> dict[str, Any]:
    """Measure a table over a file, indexed by one process and by others."""
    return {"one_process": _child(file, "alone"), "with_workers": _child(file, "together")}


def _child(file: Path, how: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", str(file), how]
    grown: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return grown


def main() -> None:
    """Print what a table over the file takes."""
    from tetratui.core.query import parse
    from tetratui.core.table import load

    # What the modules themselves take is not the events'.
    parse("args~x").mask(load([__file__]))
    if sys.argv[2] == "alone":
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    before = resident()
    table = load([sys.argv[1]])
    grown, count = resident() - before, len(table)
    found = {
        "rss_bytes_an_event": round(grown / count, 1),
        "counted_bytes_an_event": round(table.nbytes / count, 1),
        "process_rows": len(table.processes),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
