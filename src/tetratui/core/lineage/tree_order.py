"""Put a forest of processes in an order in which each subtree is one stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_PROCESS = -1
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TreeOrder:
    """A forest whose nodes are numbered from 0."""

    parent: Numbers
    """By number, its parent; NO_PROCESS at the top. Without cycles."""
    order: Numbers
    """The numbers, each before all that descend from it, and these directly after it."""
    position: Numbers
    """By number, where it stands in `order`."""
    size: Numbers
    """By number, the size of its subtree, itself included."""
    by_parent: Numbers
    """The numbers by parent and, of one parent, by start."""
    bounds: Numbers
    """By number, where its children begin in `by_parent`; they end where those of the next number begin."""

    def children(self, number: int) -> Numbers:
        """Return the children of a node."""
        return self.by_parent[self.bounds[number] : self.bounds[number + 1]]

    def subtree(self, number: int) -> Numbers:
        """Return a node and all that descend from it."""
        first = int(self.position[number])
        return self.order[first : first + int(self.size[number])]


def order_tree(parent: Numbers, start: NDArray[np.int64]) -> TreeOrder:
    """Order a forest; of processes that name each other as parent, the earliest becomes the top."""
    parent = _without_cycles(parent, start)
    count = len(parent)
    by_parent = np.lexsort((np.arange(count), start, parent))
    bounds = np.searchsorted(parent[by_parent], np.arange(count + 1))
    order, size = _walk(parent, by_parent, bounds)
    position = np.empty(count, dtype=np.intp)
    position[order] = np.arange(count)
    return TreeOrder(parent, order, position, size, by_parent, bounds)


def _walk(parent: Numbers, by_parent: Numbers, bounds: Numbers) -> tuple[Numbers, Numbers]:
    """Return the order and the sizes; a stack of numbers, as a chain of re-execs may be very deep."""
    children, first = by_parent.tolist(), bounds.tolist()
    stack = children[: first[0]][::-1]
    order: list[int] = []
    while stack:
        number = stack.pop()
        order.append(number)
        low, high = first[number], first[number + 1]
        if high > low:
            stack += children[low:high][::-1]
    size = [1] * len(order)
    parents = parent.tolist()
    for number in reversed(order):
        above = parents[number]
        if above != NO_PROCESS:
            size[above] += size[number]
    return np.array(order, dtype=np.intp), np.array(size, dtype=np.intp)


def _without_cycles(parent: Numbers, start: NDArray[np.int64]) -> Numbers:
    # Each round doubles how far up is looked: what still has an ancestor after all rounds is in a cycle or below one.
    top = len(parent)
    up = np.append(np.where(parent == NO_PROCESS, top, parent), top)
    above = up
    for _ in range(max(top, 2).bit_length()):
        above = above[above]
    left = np.flatnonzero(above[:top] != top)
    if not len(left):
        return parent
    parent = parent.copy()
    on_cycle = np.unique(above[left])
    pending = set(on_cycle.tolist())
    while pending:
        cycle = [pending.pop()]
        while (following := int(up[cycle[-1]])) != cycle[0]:
            cycle.append(following)
        pending -= set(cycle)
        parent[min(cycle, key=lambda number: (int(start[number]), number))] = NO_PROCESS
    return parent
