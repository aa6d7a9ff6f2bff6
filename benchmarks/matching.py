"""Measure what matching costs: a denylist, Wazuh rules, the noise groups."""

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
from tetratui.core.table import EventTable, LineBatch
from tetratui.core.tetragon import Filter, FilterList

ENTRIES = 50
SINGLE_EVENTS = 20_000
BATCH = 5_000
LISTED = 200
"""Groups that the Noise screen shows."""


def first_lines(file: Path, count: int) -> list[bytes]:
    """Return the first lines of a file, without line feeds."""
    with file.open("rb") as source:
        return [line.rstrip(b"\n") for line in islice(source, count)]


def denylist(table: EventTable, file: Path) -> dict[str, Any]:
    """Match a list of filters, exact and general in turn, with the whole table, and with single events one by one."""
    filters = FilterList.of(_entries(table))
    seconds = []
    for _ in range(3):
        start = time.process_time()
        dropped = int((filters.first_matches(table) >= 0).sum())
        seconds.append(time.process_time() - start)
    whole = statistics.median(seconds)
    lines = first_lines(file, SINGLE_EVENTS)
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
            binary_regex=(_exact(processes.texts["binary"][binary]),),
            arguments_regex=((_general if number % 2 else _exact)(processes.texts["arguments"][argument]),),
        )
        for number, ((binary, argument), _) in enumerate(common)
    ]


def _exact(text: str) -> str:
    return f"^{re.escape(text)}$"


def _general(text: str) -> str:
    """Return a pattern in which numbers vary, as in a template; the end makes it an expression even without numbers."""
    return f"^{re.sub(r'[0-9]+', '[0-9]+', re.escape(text))} ?$"


def groups(table: EventTable, file: Path) -> dict[str, Any]:
    """Group all events and list the groups, then do the same with ten more batches, which are added to the table."""
    board, before, start = Board(), resident(), time.process_time()
    board.update(table)
    count = len(board.groups())
    whole, growth = time.process_time() - start, resident() - before
    # The C library keeps memory for later: that is not memory of the events.
    ctypes.CDLL(None).malloc_trim(0)
    trimmed_growth = resident() - before
    lines, update_times, list_times = first_lines(file, 10 * BATCH), [], []
    for first in range(0, len(lines), BATCH):
        table.append(LineBatch(lines[first : first + BATCH], range(first, first + BATCH)))
        start = time.process_time()
        board.update(table)
        update_times.append(time.process_time() - start)
        board.groups(LISTED)
        list_times.append(time.process_time() - start)
    return {
        "groups": count,
        "groups_cpu_s": round(whole, 2),
        "groups_bytes_an_event": round(trimmed_growth / (board.events - len(lines)), 1),
        "groups_bytes_an_event_untrimmed": round(growth / (board.events - len(lines)), 1),
        "groups_batch_5000_ms": round(statistics.median(update_times) * 1000, 1),
        "groups_batch_5000_and_list_ms": round(statistics.median(list_times) * 1000, 1),
        "groups_batch_5000_and_list_worst_ms": round(max(list_times) * 1000, 1),
    }


def wazuh() -> dict[str, Any]:
    """Match 100,000 events against 250 suppression rules and 50 rules on the raw line; wall clock."""
    seconds, wins = wazuh_rules.measure()
    return {"wazuh_100000_events_s": round(seconds, 1), "wazuh_rules_that_won": len(wins)}
