"""Run regular expressions that an operator types over many distinct texts, under a time limit.

One call of `regex` with a time limit costs as much as a short match, and releases the interpreter each time. So the
texts are joined by line feeds and searched in one call. The joined search only rules texts out: each text that it
touches is searched again alone. This is right for expressions whose match inside a text stays a match when other texts
stand around it. Expressions that look at edges, or at what does not follow, are run on each text alone.
"""

from __future__ import annotations

import re
import time
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import regex

from tetratui.core.query.errors import QueryError, QueryTimeout
from tetratui.core.query.syntax import Value

LIMIT_SECONDS = 1.0
"""Time for one expression over one batch of texts, however few they are."""
LIMIT_SECONDS_PER_TEXT = 20e-6
"""Time that each text adds to it: a plain expression needs a tenth."""
_HOLD_SECONDS = 0.005
"""Time for which the match of a single text may hold the interpreter."""
_BLOCK = 4096
"""Texts joined into one block."""
_MAX_CHARACTERS = 2000
_MAX_COPIES = 100_000
"""The product of all counts in braces: the library copies what is counted when it compiles."""

# Edges of the whole text, negative and atomic groups, verbs, \K, possessive repeats: a joined search may miss matches.
_NOT_JOINED = re.compile(r"\\[AZzGKBX]|\(\?(?![:iP<])|\(\?<[!=]|\(\?P[=>]|\(\*|[*+?}]\+")


class UserExpression:
    """One compiled expression; raises QueryError for one that is not valid or too costly to compile."""

    def __init__(self, value: Value) -> None:
        self.value = value
        _refuse_costly(value)
        with warnings.catch_warnings():
            # The library warns of sets that a later version may read differently; a warning would land on the screen.
            warnings.simplefilter("ignore")
            try:
                self._single = regex.compile(value.text, regex.VERSION0, cache_pattern=False)
                self._joined = None if _NOT_JOINED.search(value.text) else _compile_joined(value.text)
            except regex.error as error:
                where = value.column + int(value.quoted) + (error.pos or 0)
                raise QueryError(f"not a regular expression: {error.msg}", where, "escape it with \\") from error
            except (RecursionError, OverflowError, ValueError, KeyError) as error:
                raise QueryError(
                    "this expression is nested too deeply", value.column, "use fewer groups inside groups"
                ) from error

    def matches(self, texts: Sequence[str]) -> np.ndarray:
        """Return for each text whether the expression matches in it; raises QueryTimeout past the time limit."""
        deadline = time.monotonic() + LIMIT_SECONDS + LIMIT_SECONDS_PER_TEXT * len(texts)
        mask = np.zeros(len(texts), dtype=bool)
        try:
            for first in range(0, len(texts), _BLOCK):
                block = texts[first : first + _BLOCK]
                for index in self._candidates(block, deadline):
                    mask[first + index] = self._search(block[index], deadline)
        except TimeoutError as error:
            raise QueryTimeout(
                f"the expression {self.value.shown} takes too long",
                self.value.column,
                "avoid repeats inside repeats",
            ) from error
        return mask

    def _candidates(self, block: Sequence[str], deadline: float) -> Iterable[int]:
        """Return the indexes of the texts of a block that may match: those that a match of the joined texts touches."""
        if self._joined is None:
            return range(len(block))
        starts = [0, *accumulate(len(text) + 1 for text in block)]
        candidates: dict[int, None] = {}
        for match in self._joined.finditer("\n".join(block), timeout=_seconds_left(deadline), concurrent=True):
            first, last = (bisect_right(starts, position) - 1 for position in match.span())
            candidates.update(dict.fromkeys(range(first, min(last, len(block) - 1) + 1)))
        return candidates

    def _search(self, text: str, deadline: float) -> bool:
        try:
            # Releasing the interpreter costs more than most matches take.
            return (
                self._single.search(text, timeout=min(_HOLD_SECONDS, _seconds_left(deadline)), concurrent=False)
                is not None
            )
        except TimeoutError:
            return self._single.search(text, timeout=_seconds_left(deadline), concurrent=True) is not None


def _compile_joined(text: str) -> Any:
    # The tail consumes the rest of a text: an expression that matches at each character is found once a text.
    return regex.compile(f"(?:{text})[^\\n]*+", regex.VERSION0 | regex.MULTILINE, cache_pattern=False)


def _seconds_left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _refuse_costly(value: Value) -> None:
    """Raise QueryError for an expression that takes long to compile: compiling has no time limit."""
    if len(value.text) > _MAX_CHARACTERS:
        raise QueryError(f"the expression is longer than {_MAX_CHARACTERS} characters", value.column, "shorten it")
    copies = 1
    for low, high in re.findall(r"\{(\d{1,9}),?(\d{0,9})\}", value.text):
        copies *= max(int(high or low), 1)
        if copies > _MAX_COPIES:
            raise QueryError("the counts in this expression are too large", value.column, "use + or * instead")
