"""Finite automata over bytes, to prove that no text of a kind satisfies some patterns all at once.

Only that is proved: where a pattern holds what no automaton can follow (a look-ahead, a reference), or the search
becomes too large, the answer is that some text may.
"""

from __future__ import annotations

import heapq
import itertools
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Bytes = frozenset[int]
ANY_BYTE: Bytes = frozenset(range(1, 256))
_MOST_STATES = 4_000
_MOST_PRODUCTS = 6_000
_AT_BEGIN, _AT_END = 1, 2
"""When an edge without a byte may be taken; 0 is always."""


class TooLargeError(ValueError):
    """The pattern cannot be followed, or takes too many states."""


@dataclass(slots=True)
class Automaton:
    """States with edges; it accepts a text that leads from state 0 to `final`."""

    edges: list[list[tuple[Bytes, int]]] = field(default_factory=lambda: [[]])
    free: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    """Edges without a byte: when, to where."""
    final: int = 0
    _after: dict[tuple[frozenset[int], int], frozenset[int]] = field(default_factory=dict)
    """What was answered before; nothing is added to an automaton once it is asked."""
    _classes: list[int] = field(default_factory=list)
    _distances: list[int] = field(default_factory=list)

    def add(self) -> int:
        """Add a state."""
        if len(self.edges) >= _MOST_STATES:
            raise TooLargeError
        self.edges.append([])
        self.free.append([])
        return len(self.edges) - 1

    def step_over(self, start: int, taken: Bytes) -> int:
        """Add a byte of a set after a state."""
        end = self.add()
        self.edges[start].append((taken, end))
        return end

    def join(self, start: int, end: int, when: int = 0) -> None:
        """Add an edge without a byte."""
        self.free[start].append((when, end))

    def closure(self, states: Iterable[int], *, at_begin: bool = False, at_end: bool = False) -> frozenset[int]:
        """Add what can be reached without a byte."""
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
        """Take one byte."""
        known = self._after.get((states, byte))
        if known is None:
            known = self.closure({end for state in states for taken, end in self.edges[state] if byte in taken})
            self._after[states, byte] = known
        return known

    def distance(self, states: frozenset[int]) -> int:
        """Count the bytes that at least are missing to a text that is accepted."""
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
            here = work.popleft()
            for state, bytes_between in before[here]:
                if distances[here] + bytes_between < distances[state]:
                    distances[state] = distances[here] + bytes_between
                    work.append(state)
        return distances

    def classes(self) -> list[int]:
        """Number the bytes from 1 on so that those get one number which no edge tells apart."""
        if not self._classes:
            sets = {taken for edges in self.edges for taken, _ in edges}
            numbers = [0] * 255
            for taken in sets:
                split: dict[tuple[int, bool], int] = {}
                numbers = [
                    split.setdefault((number, byte in taken), len(split)) for byte, number in enumerate(numbers, 1)
                ]
            self._classes = numbers
        return self._classes

    def accepts(self, states: frozenset[int], *, at_begin: bool = False) -> bool:
        """Whether a text that has led here may end here."""
        return self.final in self.closure(states, at_begin=at_begin, at_end=True)


def begin_of(automaton: Automaton, start: int) -> int:
    """Add the condition that nothing stands before."""
    end = automaton.add()
    automaton.join(start, end, _AT_BEGIN)
    return end


def end_of(automaton: Automaton, start: int) -> int:
    """Add the condition that nothing comes after."""
    end = automaton.add()
    automaton.join(start, end, _AT_END)
    return end


def search(fragments: Iterable[tuple[Automaton, int]]) -> Automaton:
    """Make the automaton of texts that hold a match: anything before it, anything after it."""
    whole = Automaton()
    whole.edges[0].append((ANY_BYTE, 0))
    whole.final = whole.add()
    whole.edges[whole.final].append((ANY_BYTE, whole.final))
    for automaton, end in fragments:
        offset = len(whole.edges)
        whole.edges += [[(taken, to + offset) for taken, to in edges] for edges in automaton.edges]
        whole.free += [[(when, to + offset) for when, to in free] for free in automaton.free]
        whole.join(0, offset)
        whole.join(end + offset, whole.final)
    return whole


def of_expression(pattern: bytes, *, caseless: bool = False) -> tuple[Automaton, int]:
    """Build the states of a regular expression in the part of their language that PCRE2 and Python share.

    Raises:
        TooLargeError: it holds something else.
    """
    # The parser of `re` is private, and there is no other in the standard library.
    import re
    from re import _parser  # type: ignore[attr-defined]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError, IndexError) as error:
        raise TooLargeError from error
    automaton = Automaton()
    return automaton, _Builder(automaton, caseless).sequence(tree, 0)


def whole(pattern: bytes) -> Automaton:
    """Make the automaton of texts that are as a regular expression says, from their begin to their end."""
    automaton, end = of_expression(pattern)
    automaton.final = end
    return automaton


@dataclass(slots=True)
class _Builder:
    automaton: Automaton
    caseless: bool

    def sequence(self, tree: Any, start: int) -> int:
        for operation, argument in tree:
            start = self._part(str(operation), argument, start)
        return start

    def _part(self, operation: str, argument: Any, start: int) -> int:
        match operation:
            case "LITERAL":
                return self._byte({argument}, start)
            case "NOT_LITERAL":
                return self.automaton.step_over(start, ANY_BYTE - self._folded({argument}))
            case "ANY":
                return self.automaton.step_over(start, ANY_BYTE - {10})
            case "IN":
                return self.automaton.step_over(start, self._class(argument))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(argument, start)
            case "SUBPATTERN":
                if argument[1] or argument[2]:
                    raise TooLargeError
                return self.sequence(argument[-1], start)
            case "BRANCH":
                return self._branch(argument[1], start)
            case "AT":
                return self._anchor(str(argument), start)
            case _:
                raise TooLargeError

    def _byte(self, taken: set[int], start: int) -> int:
        return self.automaton.step_over(start, self._folded(taken))

    def _folded(self, taken: Iterable[int]) -> Bytes:
        taken = frozenset(taken)
        if not self.caseless:
            return taken
        return taken | {byte ^ 0x20 for byte in taken if 65 <= byte <= 90 or 97 <= byte <= 122}

    def _class(self, items: Any) -> Bytes:
        taken: set[int] = set()
        for operation, argument in items:
            match str(operation):
                case "LITERAL":
                    taken.add(argument)
                case "RANGE":
                    taken |= set(range(argument[0], argument[1] + 1))
                case "CATEGORY":
                    taken |= _CATEGORIES[str(argument)]
        folded = self._folded(taken)
        return ANY_BYTE - folded if str(items[0][0]) == "NEGATE" else folded & ANY_BYTE

    def _repeat(self, argument: Any, start: int) -> int:
        low, high, inner = int(argument[0]), argument[1], argument[2]
        for _ in range(low):
            start = self.sequence(inner, start)
        if str(high) == "MAXREPEAT":
            loop = self.automaton.add()
            self.automaton.join(start, loop)
            self.automaton.join(self.sequence(inner, loop), loop)
            return loop
        end = self.automaton.add()
        self.automaton.join(start, end)
        for _ in range(int(high) - low):
            start = self.sequence(inner, start)
            self.automaton.join(start, end)
        return end

    def _branch(self, alternatives: Any, start: int) -> int:
        end = self.automaton.add()
        for alternative in alternatives:
            self.automaton.join(self.sequence(alternative, start), end)
        return end

    def _anchor(self, kind: str, start: int) -> int:
        if kind in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return begin_of(self.automaton, start)
        if kind in ("AT_END", "AT_END_STRING"):
            return end_of(self.automaton, start)
        raise TooLargeError


_DIGITS = frozenset(b"0123456789")
_SPACES = frozenset(b" \t\n\v\f\r")
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": ANY_BYTE - _DIGITS,
    "CATEGORY_SPACE": _SPACES,
    "CATEGORY_NOT_SPACE": ANY_BYTE - _SPACES,
    "CATEGORY_WORD": _WORDS,
    "CATEGORY_NOT_WORD": ANY_BYTE - _WORDS,
}


def may_meet(automata: Sequence[Automaton]) -> bool:
    """Whether some text is accepted by all of them; also True where the search becomes too large."""
    bytes_to_try = _representatives(automata)
    first = tuple(one.closure({0}, at_begin=True) for one in automata)
    if all(one.accepts(states, at_begin=True) for one, states in zip(automata, first, strict=True)):
        return True
    seen = {first}
    # Nearest to an end first: where there is such a text, it is found soon.
    count = itertools.count()
    work = [(0, next(count), first)]
    while work:
        here = heapq.heappop(work)[2]
        for following in _following(automata, here, bytes_to_try):
            if following in seen:
                continue
            if all(one.accepts(states) for one, states in zip(automata, following, strict=True)):
                return True
            seen.add(following)
            missing = sum(one.distance(states) for one, states in zip(automata, following, strict=True))
            heapq.heappush(work, (missing, next(count), following))
        if len(seen) > _MOST_PRODUCTS:
            return True
    return False


def _following(
    automata: Sequence[Automaton], here: tuple[frozenset[int], ...], bytes_to_try: Sequence[int]
) -> Iterator[tuple[frozenset[int], ...]]:
    for byte in bytes_to_try:
        following = []
        for automaton, states in zip(automata, here, strict=True):
            after = automaton.after(states, byte)
            if not after:
                break
            following.append(after)
        else:
            yield tuple(following)


def _representatives(automata: Sequence[Automaton]) -> list[int]:
    """Choose one byte of each class of bytes that no edge tells apart."""
    chosen: dict[tuple[int, ...], int] = {}
    for byte, together in enumerate(zip(*(one.classes() for one in automata), strict=True), 1):
        chosen.setdefault(together, byte)
    return list(chosen.values())
