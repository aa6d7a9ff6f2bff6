"""Finite automata over bytes, to prove that no text matches several patterns at once.

Nothing else is proved. If a pattern has a construct that no automaton follows (a lookahead, a reference), or if the
search becomes too large, the answer is that some text may match.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Bytes = frozenset[int]
ANY_BYTE: Bytes = frozenset(range(1, 256))
_MOST_STATES = 4_000
_MOST_PRODUCTS = 6_000
_AT_BEGIN, _AT_END = 1, 2
"""When an edge without a byte may be followed; 0 means always."""


class NoAutomatonError(ValueError):
    """No automaton follows a pattern, or it would have too many states."""


@dataclass(slots=True)
class Automaton:
    """States, numbered from 0, with edges; it accepts a text that leads from state 0 to `final`."""

    edges: list[list[tuple[Bytes, int]]] = field(default_factory=lambda: [[]])
    """By state: the bytes of an edge and its target."""
    free: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    """By state, the edges without a byte: when they may be followed, and the target."""
    final: int = 0
    _after: dict[tuple[frozenset[int], int], frozenset[int]] = field(default_factory=dict)
    """Remembered answers of `after`; nothing is added to an automaton after the first question."""
    _classes: list[int] = field(default_factory=list)
    _distances: list[int] = field(default_factory=list)

    def add(self) -> int:
        """Add a state and return it.

        Raises:
            NoAutomatonError: there are too many states.
        """
        if len(self.edges) >= _MOST_STATES:
            raise NoAutomatonError
        self.edges.append([])
        self.free.append([])
        return len(self.edges) - 1

    def step_over(self, start: int, accepted: Bytes) -> int:
        """Add an edge for some bytes from a state to a new state, and return the new one."""
        end = self.add()
        self.edges[start].append((accepted, end))
        return end

    def join(self, start: int, end: int, when: int = 0) -> None:
        """Add an edge without a byte between two states."""
        self.free[start].append((when, end))

    def closure(self, states: Iterable[int], *, at_begin: bool = False, at_end: bool = False) -> frozenset[int]:
        """Return the states and all that can be reached from them without a byte."""
        seen = set(states)
        work = list(seen)
        while work:
            for when, end in self.free[work.pop()]:
                allowed = when == 0 or (when == _AT_BEGIN and at_begin) or (when == _AT_END and at_end)
                if allowed and end not in seen:
                    seen.add(end)
                    work.append(end)
        return frozenset(seen)

    def after(self, states: frozenset[int], byte: int) -> frozenset[int]:
        """Return the states after one more byte."""
        known = self._after.get((states, byte))
        if known is None:
            known = self.closure({end for state in states for accepted, end in self.edges[state] if byte in accepted})
            self._after[states, byte] = known
        return known

    def distance(self, states: frozenset[int]) -> int:
        """Return the least number of bytes that lead from one of the states to an accepted text."""
        if not self._distances:
            self._distances = self._all_distances()
        return min(self._distances[state] for state in states)

    def _all_distances(self) -> list[int]:
        before: list[list[tuple[int, int]]] = [[] for _ in self.edges]
        for state, edges in enumerate(self.edges):
            for _, end in edges:
                before[end].append((state, 1))
            for _, end in self.free[state]:
                before[end].append((state, 0))
        distances = [_MOST_STATES] * len(self.edges)
        distances[self.final] = 0
        work = deque([self.final])
        while work:
            end = work.popleft()
            for state, bytes_between in before[end]:
                if distances[end] + bytes_between < distances[state]:
                    distances[state] = distances[end] + bytes_between
                    work.append(state)
        return distances

    def byte_classes(self) -> list[int]:
        """Return a number for each byte from 1 on; bytes that no edge distinguishes have the same number."""
        if not self._classes:
            sets = {accepted for edges in self.edges for accepted, _ in edges}
            numbers = [0] * 255
            for accepted in sets:
                split: dict[tuple[int, bool], int] = {}
                numbers = [
                    split.setdefault((number, byte in accepted), len(split)) for byte, number in enumerate(numbers, 1)
                ]
            self._classes = numbers
        return self._classes

    def accepts(self, states: frozenset[int], *, at_begin: bool = False) -> bool:
        """Return whether a text that leads to these states is accepted."""
        return self.final in self.closure(states, at_begin=at_begin, at_end=True)


def add_begin(automaton: Automaton, start: int) -> int:
    """Add the condition that the text begins here, and return the state behind it."""
    end = automaton.add()
    automaton.join(start, end, _AT_BEGIN)
    return end


def add_end(automaton: Automaton, start: int) -> int:
    """Add the condition that the text ends here, and return the state behind it."""
    end = automaton.add()
    automaton.join(start, end, _AT_END)
    return end


def search_automaton(alternatives: Iterable[tuple[Automaton, int]]) -> Automaton:
    """Return the automaton of texts that contain a match of an alternative, given with its last state."""
    whole = Automaton()
    whole.edges[0].append((ANY_BYTE, 0))
    whole.final = whole.add()
    whole.edges[whole.final].append((ANY_BYTE, whole.final))
    for automaton, end in alternatives:
        offset = len(whole.edges)
        whole.edges += [[(accepted, to + offset) for accepted, to in edges] for edges in automaton.edges]
        whole.free += [[(when, to + offset) for when, to in free] for free in automaton.free]
        whole.join(0, offset)
        whole.join(end + offset, whole.final)
    return whole


def may_all_accept(automata: Sequence[Automaton]) -> bool:
    """Return whether some text may be accepted by all automata: True also if the search becomes too large."""
    bytes_to_try = _representatives(automata)
    first = tuple(automaton.closure({0}, at_begin=True) for automaton in automata)
    if all(automaton.accepts(states, at_begin=True) for automaton, states in zip(automata, first, strict=True)):
        return True
    seen = {first}
    # The states nearest to an end come first: a common text, if there is one, is then met soon.
    count = itertools.count()
    work = [(0, next(count), first)]
    while work:
        current = heapq.heappop(work)[2]
        for following in _following(automata, current, bytes_to_try):
            if following in seen:
                continue
            if all(automaton.accepts(states) for automaton, states in zip(automata, following, strict=True)):
                return True
            seen.add(following)
            missing = sum(automaton.distance(states) for automaton, states in zip(automata, following, strict=True))
            heapq.heappush(work, (missing, next(count), following))
        if len(seen) > _MOST_PRODUCTS:
            return True
    return False


def _following(
    automata: Sequence[Automaton], current: tuple[frozenset[int], ...], bytes_to_try: Sequence[int]
) -> Iterator[tuple[frozenset[int], ...]]:
    """Yield the states of all automata after each byte that none of them rejects."""
    for byte in bytes_to_try:
        following = []
        for automaton, states in zip(automata, current, strict=True):
            after = automaton.after(states, byte)
            if not after:
                break
            following.append(after)
        else:
            yield tuple(following)


def _representatives(automata: Sequence[Automaton]) -> list[int]:
    """Return one byte of each class of bytes that no edge of any automaton distinguishes."""
    chosen: dict[tuple[int, ...], int] = {}
    for byte, classes in enumerate(zip(*(automaton.byte_classes() for automaton in automata), strict=True), 1):
        chosen.setdefault(classes, byte)
    return list(chosen.values())
