"""Regular expressions that an operator types, run under a time limit over many distinct texts at once.

One call of `regex` with a time limit costs as much as a short match, and lets go of the interpreter each time; so the
texts are joined by line feeds and searched in one call. What that search touches is asked again text by text: the
joined search only tells which texts cannot match. That holds for expressions whose match inside a text stays one when
other texts stand around it; those that look at edges or at what does not follow are asked text by text at once.
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
"""Time for one expression over one batch of texts, however few."""
LIMIT_SECONDS_A_TEXT = 20e-6
"""What each text adds to it: a plain expression needs a tenth."""
_HOLD_SECONDS = 0.005
"""Longest a single text is matched before other threads are let in."""
_BLOCK = 4096
"""Texts joined into one block."""
_LONGEST = 2000
_MOST_COPIES = 100_000

# Edges of the whole text, negative and atomic groups, verbs, \K, possessive repeats: a joined search may miss these.
_ALONE = re.compile(r"\\[AZzGKBX]|\(\?(?![:iP<])|\(\?<[!=]|\(\?P[=>]|\(\*|[*+?}]\+")


class UserExpression:
    """One compiled expression; raises QueryError where it is none or would be too costly to build."""

    def __init__(self, value: Value) -> None:
        self.value = value
        _cheap(value)
        with warnings.catch_warnings():
            # The library warns of sets that a later version may read otherwise; a warning would land on the screen.
            warnings.simplefilter("ignore")
            try:
                self._single = regex.compile(value.text, regex.VERSION0, cache_pattern=False)
                self._joined = None if _ALONE.search(value.text) else _joined(value.text)
            except regex.error as error:
                where = value.column + int(value.quoted) + (error.pos or 0)
                raise QueryError(f"not a regular expression: {error.msg}", where, "escape it with \\") from error
            except (RecursionError, OverflowError, ValueError, KeyError) as error:
                raise QueryError("this expression is too deep", value.column, "write it flatter") from error

    def matches(self, texts: Sequence[str]) -> np.ndarray:
        """Tell for each text whether the expression is found in it; raises QueryTimeout past the limit."""
        until = time.monotonic() + LIMIT_SECONDS + LIMIT_SECONDS_A_TEXT * len(texts)
        found = np.zeros(len(texts), dtype=bool)
        try:
            for first in range(0, len(texts), _BLOCK):
                block = texts[first : first + _BLOCK]
                for index in self._touched(block, until):
                    found[first + index] = self._search(block[index], until)
        except TimeoutError as error:
            raise QueryTimeout(
                f"the expression {self.value.shown} takes too long",
                self.value.column,
                "write it without nested repeats",
            ) from error
        return found

    def _touched(self, block: Sequence[str], until: float) -> Iterable[int]:
        """Give the texts of a block that a match begins in, ends in or runs over."""
        if self._joined is None:
            return range(len(block))
        starts = [0, *accumulate(len(text) + 1 for text in block)]
        touched: dict[int, None] = {}
        for match in self._joined.finditer("\n".join(block), timeout=_left(until), concurrent=True):
            first, last = (bisect_right(starts, place) - 1 for place in match.span())
            touched.update(dict.fromkeys(range(first, min(last, len(block) - 1) + 1)))
        return touched

    def _search(self, text: str, until: float) -> bool:
        try:
            # Letting other threads in costs more than most matches take.
            return self._single.search(text, timeout=min(_HOLD_SECONDS, _left(until)), concurrent=False) is not None
        except TimeoutError:
            return self._single.search(text, timeout=_left(until), concurrent=True) is not None


def _joined(text: str) -> Any:
    # The tail eats the rest of the text, so that a match that is found everywhere is found once a text.
    return regex.compile(f"(?:{text})[^\\n]*+", regex.VERSION0 | regex.MULTILINE, cache_pattern=False)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cheap(value: Value) -> None:
    """Refuse what takes long to compile, which has no time limit: the library copies what is counted."""
    if len(value.text) > _LONGEST:
        raise QueryError(f"an expression longer than {_LONGEST} characters", value.column, "shorten it")
    copies = 1
    for low, high in re.findall(r"\{(\d{1,9}),?(\d{0,9})\}", value.text):
        copies *= max(int(high or low), 1)
        if copies > _MOST_COPIES:
            raise QueryError("this expression counts too far", value.column, "use + or * instead of large counts")
