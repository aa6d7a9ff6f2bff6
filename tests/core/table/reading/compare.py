"""Compare what a table holds of some lines with what the slow reader says of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tetratui.core.table import EventTable, build_table

from .slow_reader import CONTEXT, FIELDS, PROCESS, SOCKET, joins_to_itself, read_line


def assert_reads_like_the_slow_reader(lines: Sequence[bytes]) -> None:
    """Check that a table over these lines has the right events, values and unreadable lines."""
    table = build_table(lines)
    expected = [read_line(line) for line in lines]
    events = [index for index, event in enumerate(expected) if event is not None]
    assert table.source_rows().tolist() == events
    assert table.size.tolist() == [len(lines[index]) for index in events]
    for index, actual in zip(events, rows_of(table), strict=True):
        if actual != expected[index]:
            differing = [
                (name, got, wanted)
                for name, got, wanted in zip(FIELDS, actual, expected[index] or (), strict=True)
                if got != wanted
            ]
            raise AssertionError(f"{lines[index]!r}: {differing}")


def rows_of(table: EventTable) -> list[tuple[Any, ...]]:
    """Return the values of FIELDS of each event."""
    columns: dict[str, list[Any]] = {"kind": table.kind.tolist()}
    columns["time"] = [
        None if approximate else time for time, approximate in zip(table.time.tolist(), table.approximate, strict=True)
    ]
    for names, rows, tables in ((CONTEXT, table.context, table.contexts), (SOCKET, table.socket, table.sockets)):
        for name in names:
            columns[name] = values_of(tables, name, rows)
    columns["has_socket"] = [True if socket else None for socket in table.socket.tolist()]
    for of, rows in (("process", table.process), ("parent", table.parent)):
        columns[f"{of}.present"] = [True if row else None for row in rows.tolist()]
        for name in PROCESS:
            columns[f"{of}.{name}"] = process_values_of(table, name, rows)
    return list(zip(*(columns[name] for name in FIELDS), strict=True))


def values_of(tables: Any, name: str, rows: Any) -> list[Any]:
    values = np.asarray(tables.column(name))[rows].tolist()
    if name in tables.texts:
        texts = tables.texts[name]
        return [texts.get(code) for code in values]
    return [None if value == -1 else value for value in values]


def process_values_of(table: EventTable, name: str, rows: Any) -> list[Any]:
    processes = table.processes
    if name not in ("exec_id", "parent_exec_id"):
        return values_of(processes, name, rows)
    read = processes.exec_id if name == "exec_id" else processes.parent_exec_id
    ids = [read(row) or None for row in range(len(processes))]
    for row, exec_id in enumerate(ids):
        check_parts(table, row, "parent_" if name != "exec_id" else "", exec_id)
    return [ids[row] for row in rows.tolist()]


def check_parts(table: EventTable, row: int, prefix: str, exec_id: str | None) -> None:
    """Check that an exec id of the usual form was split: the process tree finds it by its parts."""
    processes = table.processes
    parts = joins_to_itself(exec_id) if exec_id is not None else None
    if parts is not None and (prefix or parts[2] == processes.value("pid", row)):
        node = processes.texts["node"][processes.value(f"{prefix}node", row)]
        assert parts == (node, processes.value(f"{prefix}ktime", row), processes.value(f"{prefix}pid", row))
    else:
        assert processes.value(f"{prefix}ktime", row) < 0
