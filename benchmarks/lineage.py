"""Measure the lineage: `python -m benchmarks.lineage FILE [--copies N]` times the graph, subtrees, a chain, the hunt.

Copies of the file get hosts of their own, so that their processes are other ones.
"""

from __future__ import annotations

import argparse
import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tetratui.core.lineage.chain import make_chain
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.lineage.suspicion import Hunt
from tetratui.core.sources import SourceRegistry, expand, read_all
from tetratui.core.table import build_table

_EXEC_ID = re.compile(rb'("(?:parent_)?exec_id":")([^"]+)')


def copies(lines: list[bytes], count: int) -> Iterator[bytes]:
    """Yield the lines once for each of so many hosts."""
    for number in range(count):
        known: dict[bytes, bytes] = {}

        def rename(match: re.Match[bytes], known: dict[bytes, bytes] = known, number: int = number) -> bytes:
            exec_id = match[2]
            if exec_id not in known:
                known[exec_id] = base64.b64encode(b"h%d-" % number + base64.b64decode(exec_id))
            return match[1] + known[exec_id]

        yield from (_EXEC_ID.sub(rename, line) for line in lines)


def timed(what: str, run: Callable[[], Any]) -> Any:
    """Run something and print how long it took, in milliseconds."""
    start = time.perf_counter()
    result = run()
    print(f"{what:<36} {(time.perf_counter() - start) * 1000:>10,.2f} ms")
    return result


def main() -> None:
    """Measure a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--copies", type=int, default=1)
    options = parser.parse_args()
    lines = [line for chunk in read_all(expand([options.file]), SourceRegistry()) for line in chunk.lines]
    table = build_table(copies(lines, options.copies))
    graph: ProcessGraph = timed(f"graph of {len(table):,} events", lambda: ProcessGraph(table))
    biggest = max(graph.roots.tolist(), key=graph.subtree_size)
    timed(f"subtree of {graph.subtree_size(biggest):,} processes", lambda: graph.subtree(biggest))
    timed("50 processes described", lambda: [graph.node(int(number)) for number in graph.subtree(biggest)[:50]])
    timed("chain of the last process", lambda: make_chain(graph, int(graph.subtree(biggest)[-1])))
    hunt = timed("hunt: reasons", lambda: Hunt(graph))
    timed("hunt: chains", hunt.suspects)


if __name__ == "__main__":
    main()
