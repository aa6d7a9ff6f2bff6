"""Whoever combines columns sees one moment of the table: here it grows between any two reads of a column."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Pattern
from tetratui.core.lineage import Lineage, collect_life
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.groups import Board
from tetratui.core.noise.lifetimes import Lifetimes
from tetratui.core.noise.matching import Matcher
from tetratui.core.noise.roots import below, roots
from tetratui.core.query import parse
from tetratui.core.query.columns import count_values
from tetratui.core.query.completion import complete
from tetratui.core.query.fields import FIELDS
from tetratui.core.table import EventTable, build_table, losses_of
from tetratui.core.table.query_fields import NUMBERS, TEXT_FIELDS
from tetratui.core.table.storage.interned_rows import InternedRows
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.storage.vector import Vector
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.cover.runs import find_runs
from tetratui.core.tuning.hits import count_hits
from tetratui.core.tuning.impact import impact
from tetratui.core.tuning.learning.learnable_events import suspect_events
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.workspace.event_rates import scan_mask
from tetratui.core.workspace.view import View
from tetratui.ui.render.event_detail import describe_event
from tetratui.ui.widgets.top_binaries import count_binaries

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
LINES = gzip.decompress((CAPTURES / "server.log.gz").read_bytes()).split(b"\n")[:400]
GROWTHS = 60
"""Lines that arrive while one function reads."""


@dataclass
class Lines:
    """A batch as a source would bring it."""

    lines: list[bytes]
    file: int = 0

    @property
    def offsets(self) -> list[int]:
        return list(range(len(self.lines)))


def new_line(number: int) -> bytes:
    """Return an event of a process that no event before it names, with texts of its own in every column."""
    event = orjson.loads(LINES[number % len(LINES)])
    body = next(iter(event.values()))
    for block in filter(None, (body.get("process"), body.get("parent"))):
        block |= {"exec_id": f"new:{number}:{block['pid']}", "binary": f"/new/{number}", "arguments": f"{number}"}
        block |= {"cwd": f"/{number}", "flags": f"f{number}", "parent_exec_id": f"new:{number}"}
        block["pod"] = {"namespace": f"n{number}", "name": f"p{number}", "container": {"name": f"c{number}"}}
        block["uid"] = number
    event["node_name"] = f"node{number}"
    return orjson.dumps(event)


@contextmanager
def growing(table: EventTable, evict: int = 0) -> Iterator[None]:
    """Let an event arrive before each read of a column, as another thread would; or let some leave memory."""
    numbers, busy = count(), False
    values, rows = Vector.values, Vector.__len__
    # The types of texts and distinct rows are compiled: what reads them stands in their place.
    readers = [(InternedRows, "column"), (InternedRows, "__len__"), (ProcessTable, "_setting_column")]

    def grow() -> None:
        nonlocal busy
        if not busy and (number := next(numbers)) < GROWTHS:
            busy = True
            table.append(Lines([new_line(number)]))
            if evict:
                table.evict_oldest(evict)
            busy = False

    def grown_values(vector: Vector) -> Any:
        grow()
        return values.fget(vector)  # type: ignore[attr-defined]

    def grown_rows(vector: Vector) -> int:
        grow()
        return rows(vector)

    def make_grown(read: Callable[..., Any]) -> Callable[..., Any]:
        def grown(*arguments: Any) -> Any:
            grow()
            return read(*arguments)

        return grown

    patch = pytest.MonkeyPatch()
    patch.setattr(Vector, "values", property(grown_values))
    patch.setattr(Vector, "__len__", grown_rows)
    for owner, name in readers:
        patch.setattr(owner, name, make_grown(getattr(owner, name)))
    try:
        yield
    finally:
        patch.undo()


FILTERS = read(b'{"binary_regex":["bash"],"namespace":[""],"parent_binary_regex":["."],"policy_names":["x"]}\n')
EXCLUSION = Exclusion((Kind.EXEC,), (Pattern.exactly("/usr/bin/bash"),))


def all_of(values: Any) -> list[Any]:
    return [getattr(values, name) for name in values.__slots__ if isinstance(getattr(values, name), np.ndarray)]


def root_masks(table: EventTable) -> list[Any]:
    return [below(table, root) for root in roots(table)]


def marked(table: EventTable) -> list[Any]:
    marks = Marks().with_rows(Verdict.NOISE, table, range(table.first, table.first + 20))
    return [marks.codes(table), marks.rows(table, Verdict.NOISE)]


def listed(table: EventTable) -> list[Any]:
    board = Board()
    board.update(table)
    groups = board.groups()
    return [[group.key for group in groups], [group.events for group in groups]]


def details(table: EventTable) -> list[Any]:
    return [describe_event(table, Lineage(table), row, None) for row in range(table.first, table.stop, 60)]


def lives(table: EventTable) -> list[Any]:
    ids = [table.event(row).exec_id for row in range(table.first, table.stop, 60)]
    return [collect_life(table, Lineage(table), name) for name in ids if name]


READERS: dict[str, Callable[[EventTable], Any]] = {
    "roots": roots,
    "below": root_masks,
    "columns": lambda table: all_of(Columns.of(table)),
    "suspects": lambda table: suspect_events(Columns.of(table)),
    "runs": lambda table: all_of(find_runs(Columns.of(table), Commands.of(Columns.of(table)))),
    "lifetimes": lambda table: Lifetimes(table).of(np.arange(table.first, table.stop)),
    "matcher": lambda table: Matcher(Columns.of(table)).any([EXCLUSION]),
    "impact": lambda table: impact([EXCLUSION], table),
    "hits": lambda table: count_hits(FILTERS, table),
    "losses": losses_of,
    "scan": scan_mask,
    "marks": marked,
    "groups": listed,
    "details": details,
    "lives": lives,
    "busiest": lambda table: count_binaries(table, np.arange(table.first, table.stop)),
    "completions": lambda table: complete("bin:", 4, table),
    **{f"count {name}": lambda table, name=name: list(count_values(table, name)) for name in FIELDS},
    **{f"number {name}": lambda table, name=name: table.numbers(name) for name in NUMBERS},
    **{
        f"sort {name}": lambda table, name=name: sorted_rows(table, name)
        for name in ("kind", "pid", "dport", "time", *TEXT_FIELDS)
    },
    **{
        f"query {text}": lambda table, text=text: parse(text).mask(table)
        for text in ("cmd:a b", "bin:bash", "anc:bash", "pid>5", "took>1", "status=0", "ns:*", "host:server", "args~a")
    },
}


AT_LEAST_PARTS = {"lifetimes", "busiest", "scan", "marks"}
"""What is always given a part; with row ids that were counted on another moment the rest would make no sense."""


def sorted_rows(table: EventTable, field: str) -> Any:
    view = View.of(table, "")
    view.sort_by(field)
    view.adopt(view.look())
    return view.ids


def assert_same(some: Any, other: Any) -> None:
    if is_dataclass(some):
        some, other = ([getattr(one, field.name) for field in fields(some)] for one in (some, other))
    np.testing.assert_equal(some, other)


@pytest.mark.parametrize("reader", READERS)
def test_a_part_is_read_as_if_nothing_arrived(reader: str) -> None:
    table = build_table(LINES)
    with growing(table):
        while_growing = READERS[reader](table.still())
    at_rest = READERS[reader](build_table(LINES))
    assert_same(while_growing, at_rest)


@pytest.mark.parametrize("evict", [0, 3])
@pytest.mark.parametrize("reader", sorted(READERS.keys() - AT_LEAST_PARTS))
def test_what_reads_the_whole_table_reads_one_moment_of_it(reader: str, evict: int) -> None:
    """Events may leave memory, too: then every row of the tables has another number."""
    table = build_table(LINES)
    gone = None
    with growing(table, evict):
        try:
            READERS[reader](table)
        except IndexError as error:
            gone = str(error)
    assert gone is None or (evict and "is not in memory" in gone)


def test_a_root_is_drafted_from_though_its_template_has_changed_meanwhile() -> None:
    table = build_table(LINES)
    root = roots(table)[0]
    other = replace(root, template=Pattern((Chars("^\n", 0),)))
    assert below(table, other).sum() >= below(table, root).sum() > 0
