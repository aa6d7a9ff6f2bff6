"""Draw processes as a tree of text, alike siblings folded into one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tetratui.core.lineage.process_graph import Ending, Origin, ProcessGraph, ProcessNode


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line: a process, or several alike that started nothing."""

    depth: int
    node: ProcessNode
    count: int = 1

    @property
    def text(self) -> str:
        """The command with pid and end; hostile text in it is not escaped."""
        command = self.node.command or "(unknown program)"
        if self.count > 1:
            return f"{self.node.binary or '(unknown program)'} ×{self.count:,}"
        fork = " (fork)" if self.node.origin is Origin.FORK else ""
        return f"{'-' if self.node.pid is None else self.node.pid} {command}{fork}{_end(self.node)}"


def _end(node: ProcessNode) -> str:
    if node.ending is Ending.REPLACED:
        return ""
    if node.signal:
        return f"  [signal {node.signal}]"
    return f"  [status {node.status}]" if node.status else ""


def draw_tree(graph: ProcessGraph, roots: Sequence[int], only: frozenset[int] | None = None) -> Iterator[TreeLine]:
    """Yield the lines of some processes and all below them; with `only`, of these processes alone."""
    work = [(number, 0, 1) for number in reversed(roots)]
    while work:
        number, depth, count = work.pop()
        yield TreeLine(depth, graph.node(number), count)
        if count == 1:
            children = [child for child in graph.children(number).tolist() if only is None or child in only]
            work += [(child, depth + 1, times) for child, times in reversed(_fold(graph, children))]


def _fold(graph: ProcessGraph, children: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first of siblings in a row that are one program and started nothing, and how many they are."""
    binaries = graph.column("binary")
    folded: list[tuple[int, int]] = []
    former: int | None = None
    for child in children:
        is_leaf = graph.subtree_size(child) == 1
        binary = int(binaries[child]) if is_leaf else None
        if folded and binary is not None and binary == former:
            first, count = folded[-1]
            folded[-1] = first, count + 1
        else:
            folded.append((child, 1))
        former = binary
    return folded
