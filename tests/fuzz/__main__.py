"""Compare the compiled reader with the slow one over damaged lines: `make fuzz`, or `python -m fuzz` in tests.

Stops at the first line that is read otherwise, and prints it. `--lines` and `--minutes` say how much is enough.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from random import Random

from core.table.reading.compare import assert_reads_like_the_slow_reader
from core.table.reading.damage import FILES, damage, read_file

BATCH = 4_000


def main() -> None:
    """Run until there are enough lines or the time is over; print how many there were and what memory they took."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    options = parser.parse_args()
    lines = [line for path in FILES for line in read_file(path)]
    random, start, count, memory = Random(options.seed), time.monotonic(), 0, 0
    print(f"seed {options.seed}, {len(lines)} lines to damage", flush=True)
    truncated = _truncate_all(lines)
    while count < options.lines and time.monotonic() - start < options.minutes * 60:
        assert_reads_like_the_slow_reader([damage(line, random) for line in random.choices(lines, k=BATCH)])
        count += BATCH
        if count == 25 * BATCH:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if count % (25 * BATCH) == 0:
            print(f"{count:,} lines, {time.monotonic() - start:.0f} s", flush=True)
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory if memory else 0
    print(f"{count:,} damaged and {truncated:,} truncated lines are read alike; memory grew by {growth} KiB")


def _truncate_all(lines: list[bytes]) -> int:
    """Compare one line of each length class, cut at every byte."""
    by_class = {(len(line) // 200, line[:20]): line for line in lines if len(line) < 20_000}
    count = 0
    for line in by_class.values():
        assert_reads_like_the_slow_reader([line[:end] for end in range(len(line))])
        count += len(line)
    return count


if __name__ == "__main__":
    sys.exit(main())
