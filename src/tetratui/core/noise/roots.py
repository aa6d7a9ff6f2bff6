"""Find the root cause of noise: the script, timer, service or agent from which most of it descends, by generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import re2
from numpy.typing import NDArray

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns, Mask, starters
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner
from tetratui.core.table import EventTable

GENERATIONS = 12
"""How many parents up a process is followed."""
_TOO_MUCH = 0.98
"""An ancestor of a greater share of all events explains nothing: it is init or the kernel."""
_SAME = 0.9
"""A descendant with a greater share of an ancestor's events explains them better than the ancestor."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation below a root."""

    events: int
    """Events of the processes of this generation."""
    filters: int
    """Filters by parent that hide them and that no earlier generation needs; one for each distinct caller."""


@dataclass(frozen=True, slots=True)
class Root:
    """A command from which events descend."""

    binary: str
    template: Pattern
    events: int
    """Events of all its descendants, without its own."""
    share: float
    """Of all events that were looked at, 0 to 1."""
    generations: tuple[Generation, ...]
    """Children, grandchildren and so on. All `filters` together hide all `events`."""


def roots(table: EventTable, mask: Mask | None = None, top: int = 5) -> list[Root]:
    """Return the commands from which most events descend, biggest first; `mask` selects held events.

    An ancestor is left out if nearly all its events descend from the command of one of its children.
    """
    columns = Columns.of(table)
    tree = _Tree(columns)
    asked = np.ones(len(columns)) if mask is None else mask.astype(np.float64)
    weight = np.bincount(columns.process, weights=asked, minlength=tree.size).astype(np.float64)
    weight[0] = 0
    return tree.roots(weight, top)


def below(table: EventTable, root: Root) -> Mask:
    """Return a mask of the held events that descend from a root's command."""
    return below_each(table, [root])[0]


def below_each(table: EventTable, roots_: Sequence[Root]) -> list[Mask]:
    """Return for each root a mask of the held events that descend from its command."""
    columns = Columns.of(table)
    tree = _Tree(columns)
    return [_below(tree, columns, root) for root in roots_]


def _below(tree: _Tree, columns: Columns, root: Root) -> Mask:
    of_root = tree.is_root(root)
    up, descends = tree.parent, np.zeros(tree.size, dtype=np.bool_)
    for _ in range(GENERATIONS):
        descends |= (up > 0) & of_root[up]
        up = tree.parent[up]
    return np.asarray(descends[columns.process])


class _Tree:
    """The rows of the process table with the row of each parent, and the family (binary and template) of each."""

    def __init__(self, columns: Columns) -> None:
        processes = self._processes = columns.processes
        self.size = len(processes.binary)
        commands = Commands.of(columns)
        binary, arguments = (np.asarray(getattr(processes, name), dtype=np.int64) for name in ("binary", "arguments"))
        names, texts = processes.texts["binary"].values(), processes.texts["arguments"].values()
        pairs, places = np.unique((binary << 32) | arguments, return_inverse=True)
        self.families: Interner[tuple[str, Pattern]] = Interner()
        codes = []
        for pair in pairs.tolist():
            name, text = names[pair >> 32], texts[pair & 0xFFFFFFFF]
            codes.append(self.families.code((name, commands.template(name, text))))
        self.family = np.array(codes, dtype=np.int64)[places.reshape(-1)]
        self.parent = starters(processes)

    def is_root(self, root: Root) -> Mask:
        """Return for each process row whether its command is the root's."""
        key = (root.binary, root.template)
        if key in self.families.keys:
            return np.asarray(self.family == self.families.code(key))
        # Events that came after the root was found may have changed the templates: what it matches is still it.
        expression = re2.compile(root.template.to_re2())
        names, texts = (self._processes.texts[name].values() for name in ("binary", "arguments"))
        matching = np.array([expression.fullmatch(text) is not None for text in texts], dtype=np.bool_)
        binary = np.array([name == root.binary for name in names], dtype=np.bool_)
        return np.asarray(binary[self._processes.binary] & matching[self._processes.arguments])

    def roots(self, weight: NDArray[np.float64], top: int) -> list[Root]:
        total = weight.sum()
        if not total:
            return []
        heavy = np.flatnonzero(weight)
        seen: list[NDArray[np.int64]] = []
        found = heavy
        members = np.arange(len(heavy))
        for generation in range(GENERATIONS):
            up = self.parent[found]
            kept = (up > 0) & (up != found)
            found, members = up[kept], members[kept]
            if not len(found):
                break
            seen.append(np.stack([self.family[found], members, np.full(len(found), generation)]))
        return self._ranked(np.concatenate(seen, axis=1), heavy, weight, top) if seen else []

    def _ranked(
        self, seen: NDArray[np.int64], heavy: NDArray[np.int64], weight: NDArray[np.float64], top: int
    ) -> list[Root]:
        """Return the roots of the families with the most events below them.

        A process counts once for each family above it, in the generation of its nearest ancestor of that family.
        """
        order = np.lexsort((seen[2], seen[1], seen[0]))
        family, member, generation = seen[:, order]
        first = np.concatenate(([True], (family[1:] != family[:-1]) | (member[1:] != member[:-1])))
        family, member, generation = family[first], member[first], generation[first]
        events = np.bincount(family, weights=weight[heavy[member]], minlength=len(self.families))
        total = float(weight.sum())
        ranked: list[Root] = []
        below: list[set[int]] = []
        for code in np.argsort(-events, kind="stable").tolist():
            if events[code] <= 0.005 * total or len(ranked) >= 4 * top:
                break
            if events[code] > _TOO_MUCH * total:
                continue
            mine = family == code
            ranked.append(self._root(code, member[mine], generation[mine], heavy, weight))
            below.append(set(member[mine].tolist()))
        return _closest(ranked, below, [weight[heavy[list(members)]].sum() for members in below])[:top]

    def _root(
        self,
        code: int,
        member: NDArray[np.int64],
        generation: NDArray[np.int64],
        heavy: NDArray[np.int64],
        weight: NDArray[np.float64],
    ) -> Root:
        rows = heavy[member]
        callers = self.family[self.parent[rows]]
        generations, asked = [], set[int]()
        for number in range(int(generation.max()) + 1):
            mine = generation == number
            if mine.any():
                new = set(callers[mine].tolist()) - asked
                asked |= new
                generations.append(Generation(int(weight[rows[mine]].sum()), len(new)))
        events = int(weight[rows].sum())
        binary, template = self.families.keys[code]
        return Root(binary, template, events, events / float(weight.sum()), tuple(generations))


def _closest(ranked: list[Root], below: list[set[int]], events: list[float]) -> list[Root]:
    """Return the roots without those that a root below explains, and without those below a root that was kept."""
    kept: list[int] = []
    for place, members in enumerate(below):
        inside = [other for other in range(len(below)) if other != place and below[other] < members]
        explained = any(events[other] >= _SAME * events[place] for other in inside)
        covered = any(members <= below[other] for other in kept)
        if not explained and not covered:
            kept.append(place)
    return [ranked[place] for place in kept]
