"""Write a chain as a report in Markdown: summary, timeline, tree, indicators, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tetratui.core.amounts import format_count
from tetratui.core.events.markdown import cell, code, fence
from tetratui.core.events.times import format_rfc3339
from tetratui.core.lineage.chain_report import ChainEvent, ChainReport
from tetratui.core.lineage.tree_lines import draw_tree

LONGEST_TEXT = 300


def write_markdown(report: ChainReport) -> str:
    """Return the text of `chain.md`."""
    lines = [
        *_summary(report),
        "## Timeline",
        "",
        *_timeline(report),
        "",
        "## Tree",
        "",
        *fence(list(_tree(report))),
        "",
        "## Indicators",
        "",
        *_indicators(report),
        "## Gaps",
        "",
    ]
    lines += [f"- {cell(gap)}" for gap in report.gaps] or ["- none that the events tell of"]
    return "\n".join(lines) + "\n"


def _summary(report: ChainReport) -> Iterator[str]:
    root, (first, last) = report.root, report.reach
    own = [each for each in report.events if each.process not in report.chain.ancestors]
    yield f"# Chain of {code(root.command or 'an unknown program')}"
    yield ""
    yield f"- exec id: {code(root.exec_id)}, pid {'unknown' if root.pid is None else root.pid}"
    yield f"- from {first or 'unknown'} to {last or 'unknown'}"
    processes = format_count(len(report.chain.members), "process")
    yield f"- {processes}, {format_count(len(own), 'event')}; {len(report.chain.ancestors)} above it"
    yield f"- techniques: {', '.join(report.techniques) or 'none that the rules know'}"
    above = [report.chain.graph.node(number) for number in report.chain.ancestors]
    yield f"- started by: {' → '.join(code(node.command or node.exec_id, 80) for node in above) or 'unknown'}"
    yield "- of the processes above only start and end are shown"
    yield ""


def _timeline(report: ChainReport) -> Iterator[str]:
    yield "| time | pid | what | techniques |"
    yield "|---|---:|---|---|"
    # Alike events in a row are one line: the noise within a chain.
    for _, group in groupby(report.events, key=lambda each: (each.process, each.text, each.techniques)):
        alike = list(group)
        yield _timeline_row(alike[0], len(alike))


def _timeline_row(each: ChainEvent, count: int) -> str:
    event = each.event
    time = format_rfc3339(event.time) or "unknown"
    approximate = "~" if event.approximate else ""
    times = f" ×{count:,}" if count > 1 else ""
    what = code(each.text, LONGEST_TEXT, in_table=True)
    return f"| {approximate}{time} | {event.pid or ''} | {what}{times} | {' '.join(each.techniques)} |"


def _tree(report: ChainReport) -> Iterator[str]:
    chain = report.chain
    for line in draw_tree(chain.graph, [chain.processes[0]], frozenset(chain.processes)):
        mark = ">" if line.node.number == chain.root else " "
        yield f"{mark} {'  ' * line.depth}{line.text}"


def _indicators(report: ChainReport) -> Iterator[str]:
    empty = True
    for name, values in report.indicators.items():
        if values:
            empty = False
            yield f"- {name}: {_list(values)}"
    if empty:
        yield "- none"
    yield "- hashes: unknown, the events in the table hold none"
    yield ""


def _list(values: Sequence[str]) -> str:
    return ", ".join(code(value) for value in values)
