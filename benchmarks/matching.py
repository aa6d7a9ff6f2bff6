"""What lists, rules and groups cost: a denylist, Wazuh rules, the noise board."""

from __future__ import annotations

import ctypes
import re
import statistics
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks import wazuh_rules
from benchmarks.memory import resident
from tetratui.core.noise.groups import Board
from tetratui.core.table import EventTable, HeldBatch
from tetratui.core.tetragon import Filter, FilterList

ENTRIES = 50
ASKED_ONE_BY_ONE = 20_000
BATCH = 5_000
LISTED = 200
"""Groups that the board shows."""


def first_lines(file: Path, count: int) -> list[bytes]:
    """Give the first lines of a file, without line feeds."""
    with file.open("rb") as source:
        return [line.rstrip(b"\n") for line in islice(source, count)]


def denylist(table: EventTable, file: Path) -> dict[str, Any]:
    """Ask a list of exclusions, exact and general in turn, of the whole table, and of single events one by one."""
    filters = FilterList.of(_entries(table))
    taken = []
    for _ in range(3):
        start = time.process_time()
        dropped = int((filters.first_matches(table) >= 0).sum())
        taken.append(time.process_time() - start)
    whole = statistics.median(taken)
    lines = first_lines(file, ASKED_ONE_BY_ONE)
    start = time.process_time()
    for line in lines:
        filters.first_match(orjson.loads(line))
    single = (time.process_time() - start) / len(lines) * len(table)
    return {
        "denylist_entries": ENTRIES,
        "denylist_dropped": dropped,
        "denylist_cpu_s": round(whole, 2),
        "denylist_one_by_one_cpu_s": round(single, 1),
    }


def _entries(table: EventTable) -> list[Filter]:
    processes = table.processes
    binaries, arguments = processes.binary[table.process].tolist(), processes.arguments[table.process].tolist()
    common = Counter(zip(binaries, arguments, strict=True)).most_common(ENTRIES)
    return [
        Filter(
            binary_regex=(_exact(processes.texts["binary"][one]),),
            arguments_regex=((_general if number % 2 else _exact)(processes.texts["arguments"][two]),),
        )
        for number, ((one, two), _) in enumerate(common)
    ]


def _exact(text: str) -> str:
    return f"^{re.escape(text)}$"


def _general(text: str) -> str:
    """Let numbers vary, as a template does, and be an expression even where there are none."""
    return f"^{re.sub(r'[0-9]+', '[0-9]+', re.escape(text))} ?$"


def groups(table: EventTable, file: Path) -> dict[str, Any]:
    """Count all events in groups and list them, then ten batches more. The batches are added to the table."""
    board, before, start = Board(), resident(), time.process_time()
    board.update(table)
    count = len(board.groups())
    whole, grown = time.process_time() - start, resident() - before
    # What the C library keeps for the next counting is no event's.
    ctypes.CDLL(None).malloc_trim(0)
    held = resident() - before
    lines, counted, listed = first_lines(file, 10 * BATCH), [], []
    for first in range(0, len(lines), BATCH):
        table.append(HeldBatch(lines[first : first + BATCH], range(first, first + BATCH)))
        start = time.process_time()
        board.update(table)
        counted.append(time.process_time() - start)
        board.groups(LISTED)
        listed.append(time.process_time() - start)
    return {
        "groups": count,
        "groups_cpu_s": round(whole, 2),
        "groups_bytes_an_event": round(held / (board.events - len(lines)), 1),
        "groups_bytes_an_event_untrimmed": round(grown / (board.events - len(lines)), 1),
        "groups_batch_5000_ms": round(statistics.median(counted) * 1000, 1),
        "groups_batch_5000_and_list_ms": round(statistics.median(listed) * 1000, 1),
        "groups_batch_5000_and_list_worst_ms": round(max(listed) * 1000, 1),
    }


def wazuh() -> dict[str, Any]:
    """Match 100,000 events against 250 suppression rules and 50 rules on the raw line; wall clock."""
    seconds, won = wazuh_rules.measure()
    return {"wazuh_100000_events_s": round(seconds, 1), "wazuh_rules_that_won": len(won)}
