"""The distinct commands of a table and the template of each, learned per binary when first asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import re2
from numpy.typing import NDArray

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.templates import DEFAULT, Thresholds, learn

_FINDERS = 64
"""Templates of one binary that a new text is tried against before the binary is learned anew."""


class Commands:
    """Templates of every command line seen, as a process or as a parent; commands may be added at any time.

    A new text that a known template matches takes it; others stand alone until enough of them have come to learn the
    binary anew, so that a batch costs little however many texts there are.
    """

    def __init__(self, thresholds: Thresholds = DEFAULT) -> None:
        self._thresholds = thresholds
        self._binaries: dict[str, _Binary] = {}

    @classmethod
    def of(cls, columns: Columns, thresholds: Thresholds = DEFAULT) -> Commands:
        """Take up all commands of a picture of a table."""
        commands = cls(thresholds)
        for binary, arguments in (("bin", "args"), ("parent", "pargs")):
            names, texts = columns.text[binary], columns.text[arguments]
            commands.add((names.texts[a], texts.texts[b]) for a, b in distinct(names.codes, texts.codes))
        return commands

    def add(self, commands: Iterable[tuple[str, str]]) -> None:
        """Take up commands, each a binary and its arguments."""
        for binary, arguments in commands:
            known = self._binaries.get(binary)
            if known is None:
                known = self._binaries[binary] = _Binary()
            known.texts.add(arguments)
            if arguments not in known.learned:
                known.new.append(arguments)

    def refresh(self) -> set[str]:
        """Learn what is new; gives the binaries of which templates of known texts may have changed."""
        waiting = {name: binary for name, binary in self._binaries.items() if binary.new}
        return {name for name, binary in waiting.items() if binary.learn(self._thresholds)}

    def template(self, binary: str, arguments: str) -> Pattern:
        """Give the template that this command line belongs to; exactly itself if it was never seen."""
        known = self._binaries.get(binary)
        if known is None:
            return Pattern.exactly(arguments)
        if known.new:
            known.learn(self._thresholds)
        return known.learned.get(arguments) or Pattern.exactly(arguments)


class _Binary:
    """The texts of one binary and what was learned from them."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.learned: dict[str, Pattern] = {}
        self.new: list[str] = []
        self._alone = 0
        self._finders: list[tuple[re2._Regexp, Pattern]] = []

    def learn(self, thresholds: Thresholds) -> bool:
        """Take up new texts; says whether everything was learned anew."""
        for text in self.new if self.learned else ():
            template = next((pattern for finder, pattern in self._finders if finder.search(text)), None)
            self.learned[text] = template or Pattern.exactly(text)
            self._alone += template is None
        few = self._alone <= max(thresholds.typed - 1, len(self.texts) // 20)
        self.new.clear()
        if few and len(self.learned) == len(self.texts):
            return False
        self.learned = learn(self.texts, thresholds)
        self._alone = 0
        distinct_patterns = {id(pattern): pattern for pattern in self.learned.values()}.values()
        templates = [pattern for pattern in distinct_patterns if pattern.literal is None]
        ordered = sorted(templates, key=Pattern.re2)[:_FINDERS]
        self._finders = [(re2.compile(pattern.re2()), pattern) for pattern in ordered]
        return True


def distinct(first: NDArray[np.int64], second: NDArray[np.int64]) -> list[tuple[int, int]]:
    """List the distinct pairs of two code columns, in code order."""
    return paired(first, second)[0]


_TABLE = 1 << 24
"""Cells up to which a table of all possible pairs is made, which is faster than sorting."""


def paired(first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    """List the distinct pairs of two code columns, in code order, and per row the number of its pair."""
    if not len(first):
        return [], np.zeros(0, dtype=np.int64)
    width = int(second.max()) + 1
    if (int(first.max()) + 1) * width > _TABLE:
        found, places = np.unique((first << 32) | second, return_inverse=True)
        return [(pair >> 32, pair & 0xFFFFFFFF) for pair in found.tolist()], places.reshape(-1)
    keys = first * width + second
    table = np.zeros((int(first.max()) + 1) * width, dtype=np.int64)
    table[keys] = 1
    found = np.flatnonzero(table)
    table[found] = np.arange(len(found))
    return [divmod(pair, width) for pair in found.tolist()], table[keys]
