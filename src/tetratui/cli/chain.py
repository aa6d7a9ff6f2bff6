"""`tetratui chain`: what a process descends from, what it started, and what they did, as a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.lineage_options import find_process, load_graph, select_rows
from tetratui.cli.output import ExitCode, put_json, say
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import exit_code
from tetratui.core.amounts import format_count
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.lineage.chain import ProcessChain
    from tetratui.core.lineage.chain_report import ChainReport
    from tetratui.core.lineage.process_graph import ProcessGraph
    from tetratui.core.table import EventTable

_NAMED = 5
"""Other commands that are named where a query selects several."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--exec-id", metavar="ID", help="The process.")
@click.option("--where", metavar="QUERY", help="The process of the first event that matches.")
@click.option("--siblings", is_flag=True, help="Also what the same shell, script or service started besides it.")
@click.option("--denylist", metavar="FILE", help="The list in force: name what of the chain it would hide.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write chain.md, chain.mmd, chain.json, chain.jsonl."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    sources: tuple[str, ...],
    exec_id: str | None,
    where: str | None,
    siblings: bool,
    denylist: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Follow one process of SOURCE (file, folder, .gz or -): what started it, what it started, what they did."""
    if (where is None) == (exec_id is None):
        raise UsageError("whose chain is not said", "give either --exec-id or --where")
    # The table needs numpy; `--help` does not.
    from tetratui.core.lineage.chain import make_chain
    from tetratui.core.lineage.documents import chain_document

    table, graph = load_graph(sources)
    subject = find_subject(table, graph, exec_id, where)
    if subject is None:
        say("tetratui: the query selects no event of a process: there is no chain")
        return ExitCode.REFUSED
    report = _report(make_chain(graph, subject, siblings=siblings), denylist)
    files = [] if out is None else _write(report, out)
    if as_json:
        put_json({**chain_document(report), "files": files})
    else:
        _print(report, files)
    return exit_code(table)


def find_subject(table: EventTable, graph: ProcessGraph, exec_id: str | None, where: str | None) -> int | None:
    """Return the process that the options name; None where a query selects no event of a process.

    Raises:
        UsageError: no event names the exec id.
    """
    # The table is loaded by then; `--help` does not need this.
    from tetratui.core.lineage.chain import find_subjects

    if exec_id is not None:
        return find_process(graph, exec_id)
    subjects = find_subjects(graph, select_rows(table, where or ""))
    if len(subjects) > 1:
        say(f"tetratui: the query selects events of {len(subjects)} commands; this is the chain of the first; others:")
        for number in subjects[1 : _NAMED + 1]:
            node = graph.node(number)
            say(f"  --exec-id {node.exec_id}  {node.command[:100]}".replace("\n", "⏎"))
    return subjects[0] if subjects else None


def _report(chain: ProcessChain, denylist: str | None) -> ChainReport:
    # The table is loaded by then; `--help` does not need this.
    from tetratui.core.lineage.chain_report import report_chain

    if denylist is None:
        return report_chain(chain, ["which filters were in force is not known: events that they hid are missing here"])
    # The list's reader brings the expression engines, which a chain without a list does not need.
    from tetratui.cli.check import named_target, read_lists

    filters = read_lists(denylist, named_target(None, None), "denylist")["denylist"]
    hidden = filters.first_matches(chain.graph.table)[chain.rows - chain.graph.table.first] >= 0
    count = format_count(int(hidden.sum()), "event")
    gaps = [f"the list {denylist} would hide {count} of these {len(chain.rows):,}, and has hidden those like them"]
    return report_chain(chain, gaps if hidden.any() else [f"the list {denylist} would hide none of these events"])


def _write(report: ChainReport, out: Path) -> list[str]:
    # The writers are needed now; `--help` does not need them.
    import orjson

    from tetratui.core.errors import SourceError
    from tetratui.core.export.atomic_write import write_all
    from tetratui.core.lineage.chain_markdown import write_markdown
    from tetratui.core.lineage.documents import chain_document, process_document
    from tetratui.core.lineage.mermaid import write_mermaid

    graph = report.chain.graph
    lines = []
    for _, line in graph.table.lines(report.chain.rows):
        if isinstance(line, SourceError):
            raise line
        lines.append(line)
    details = [process_document(graph, number) for number in report.chain.processes]
    document = {**chain_document(report), "details": details}
    files = {
        "chain.md": write_markdown(report).encode("utf-8", "backslashreplace"),
        "chain.mmd": write_mermaid(report).encode(),
        "chain.json": orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
        "chain.jsonl": b"".join(line + b"\n" for line in lines),
    }
    return [str(each.path) for each in write_all({out / name: data for name, data in files.items()})]


def _print(report: ChainReport, files: list[str]) -> None:
    # Only the report without `--json` needs it.
    from tetratui.cli.output import put
    from tetratui.core.lineage.chain_markdown import write_markdown

    put(write_markdown(report).rstrip("\n"))
    for path in files:
        say(f"tetratui: written: {path}")
