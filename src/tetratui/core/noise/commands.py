"""The distinct commands of a table and the template of each, learned per binary when first asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.templates import DEFAULT, Thresholds, learn


class Commands:
    """Templates of every command line seen, as a process or as a parent, over one picture of a table."""

    def __init__(self, columns: Columns, thresholds: Thresholds = DEFAULT) -> None:
        self._thresholds = thresholds
        self._texts: dict[str, set[str]] = {}
        for binary, arguments in (("bin", "args"), ("parent", "pargs")):
            names, texts = columns.text[binary], columns.text[arguments]
            for name, text in distinct(names.codes, texts.codes):
                self._texts.setdefault(names.texts[name], set()).add(texts.texts[text])
        self._learned: dict[str, dict[str, Pattern]] = {}

    def template(self, binary: str, arguments: str) -> Pattern:
        """Give the template that this command line belongs to; exactly itself if it was never seen."""
        if binary not in self._learned:
            self._learned[binary] = learn(self._texts.get(binary, ()), self._thresholds)
        return self._learned[binary].get(arguments) or Pattern.exactly(arguments)


def distinct(first: NDArray[np.int64], second: NDArray[np.int64]) -> list[tuple[int, int]]:
    """List the distinct pairs of two code columns, in code order."""
    pairs = np.unique((first.astype(np.int64) << 32) | second)
    return [(int(pair >> 32), int(pair & 0xFFFFFFFF)) for pair in pairs]
