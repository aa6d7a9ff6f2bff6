"""`tetratui events`: the events of the sources, without envelopes, for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.completion import complete_event_fields
from tetratui.cli.output import ExitCode, put_line, say
from tetratui.cli.source_argument import SOURCE
from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tetratui.core.table import EventTable

FORMATS = ("jsonl", "csv", "table")
_FIELDS = "time,kind,host,pid,bin,args,parent,policy,daddr,dport"
"""The columns of csv and table where none are named."""
_LINES_AT_ONCE = 2_000


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", metavar="QUERY", help="Only the events that match (docs/query-language.md).")
@click.option(
    "--fields",
    metavar="A,B",
    shell_complete=complete_event_fields,
    help=f"Columns of csv and table, by their names in queries; default: {_FIELDS}. With jsonl: only these, by name.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", help="jsonl: the events themselves.")
def command(sources: tuple[str, ...], where: str | None, fields: str | None, form: str) -> int:
    """Print events of SOURCE (file, folder, compressed file or -) without envelopes, for jq, tetra or a spreadsheet."""
    # The table needs numpy; `--help` does not.
    import numpy as np

    from tetratui.cli.source_report import exit_code, load_sources
    from tetratui.core.query import parse
    from tetratui.core.query.field_values import list_records, read_field_names

    names = read_field_names(fields or ("" if form == "jsonl" else _FIELDS))
    query = None if where is None else parse(where)
    table = load_sources(sources)
    indexes = np.arange(len(table)) if query is None else np.flatnonzero(query.mask(table))
    missing = 0
    if form == "jsonl" and not names:
        missing = _write_lines(table, indexes + table.first)
    elif form == "table":
        _print_table(names, list_records(table, names, indexes))
    else:
        _write_records(form, names, list_records(table, names, indexes))
    if missing:
        say(f"tetratui: {format_count(missing, 'event')} left out, whose lines can no longer be read")
        return ExitCode.UNREADABLE
    return exit_code(table)


def _write_lines(table: EventTable, rows: NDArray[np.int64]) -> int:
    """Write the events as they were; return how many of them can no longer be read."""
    missing = 0
    for begin in range(0, len(rows), _LINES_AT_ONCE):
        for _, line in table.lines(rows[begin : begin + _LINES_AT_ONCE]):
            if isinstance(line, bytes):
                put_line(line.strip())
            else:
                missing += 1
    return missing


def _write_records(form: str, names: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
    # `--help` writes neither.
    import orjson

    from tetratui.core.events.csv_cells import write_csv_record

    if form == "csv":
        put_line(write_csv_record(names).encode().rstrip(b"\n"))
    for values in records:
        if form == "csv":
            put_line(write_csv_record(values).encode("utf-8", "backslashreplace").rstrip(b"\n"))
        else:
            put_line(orjson.dumps(dict(zip(names, values, strict=True))))


def _print_table(names: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
    # Rich only draws for people.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    listing = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        listing.add_column(name, overflow="fold")
    for values in records:
        listing.add_row(*(Text(visible("" if value is None else str(value))) for value in values))
    Console(highlight=False).print(listing)
