"""Draw a chain as a Mermaid flowchart. Each character of a label that is no plain letter is written as its number."""

from __future__ import annotations

import re

from tetratui.core.events.visible import visible
from tetratui.core.lineage.chain_report import ChainReport
from tetratui.core.lineage.tree_lines import TreeLine, draw_tree

MOST_NODES = 150
"""Nodes of a picture: Mermaid draws no more than 500 edges and 50,000 characters, and nobody reads so many."""
LONGEST_LABEL = 100
_ACTING = re.compile(r"[^A-Za-z0-9 _./:=,+-]")


def write_mermaid(report: ChainReport) -> str:
    """Return the text of `chain.mmd`."""
    chain = report.chain
    wanted = frozenset(chain.processes)
    top = chain.processes[0]
    marked = {each.process for each in report.events if each.techniques and each.process not in chain.ancestors}
    lines, parents = ["flowchart LR"], dict[int, str]()
    above: list[str] = []
    drawn = 0
    for line in draw_tree(chain.graph, [top], wanted):
        del above[line.depth :]
        name = f"p{line.node.number}"
        above.append(name)
        if drawn < MOST_NODES:
            lines.append(f'  {name}["{escape_label(_label(line))}"]')
            if line.depth:
                lines.append(f"  {above[line.depth - 1]} --> {name}")
            parents[line.node.number] = name
        drawn += 1
    if drawn > MOST_NODES:
        lines.append(f'  rest["{drawn - MOST_NODES} more processes are not drawn"]')
    lines.append("  classDef technique stroke-width:3px")
    lines += [f"  class {parents[number]} technique" for number in sorted(marked & parents.keys())]
    return "\n".join(lines) + "\n"


def _label(line: TreeLine) -> str:
    text = visible(line.text)
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def escape_label(text: str) -> str:
    """Return text for a quoted label: it cannot end the quotes, and no reader takes a part of it for markup."""
    return _ACTING.sub(lambda match: f"#{ord(match.group())};", text)
