"""The mask of one term over a table: each distinct text is tested once, then the answers are mapped to the events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from tetratui.core.query import columns
from tetratui.core.query.ancestry import match_any_ancestor
from tetratui.core.query.columns import DistinctTexts
from tetratui.core.query.syntax import Term
from tetratui.core.query.value_tests import Contains, Mask, NumberTest, Present, TextTest
from tetratui.core.table.storage.lookup_path import broadcast

if TYPE_CHECKING:
    from tetratui.core.table import EventTable


class TermMask(Protocol):
    """A compiled term, which can be asked again and again as a table grows."""

    def over(self, table: EventTable) -> Mask:
        """Return for each event of the table (or of a part of one) whether the term is true."""


class Answers:
    """The answers of a test for the distinct texts of one column; only texts that are new since then are tested."""

    def __init__(self, test: TextTest) -> None:
        self._test = test
        self._texts: DistinctTexts | None = None
        self._by_code: Mask = np.zeros(1, dtype=bool)

    def by_code(self, texts: DistinctTexts) -> Mask:
        """Return the answer for each code; code 0, the absent text, makes every term false."""
        # Other texts (another table, or this one after events have left it) have other codes.
        if texts is not self._texts or len(texts) < len(self._by_code):
            self._texts, self._by_code = texts, np.zeros(1, dtype=bool)
        known, size = len(self._by_code), len(texts)
        if size > known:
            self._by_code = np.concatenate([self._by_code, self._test.matches(texts[known:size])])
        return self._by_code


class TextMask:
    """A term over a column of texts."""

    def __init__(self, term: Term, test: TextTest) -> None:
        self.term = term
        self._answers = Answers(test)

    def over(self, table: EventTable) -> Mask:
        """Return the answer of each event's text."""
        path, texts = columns.find_text_path(table, self.term.field)
        return broadcast(self._answers.by_code(texts), path)


class CommandMask:
    """A term over the command line whose text has no space: it lies in the binary or in the arguments, never across."""

    def __init__(self, test: TextTest) -> None:
        self._answers = {"bin": Answers(test), "args": Answers(test)}

    def over(self, table: EventTable) -> Mask:
        """Return whether binary or arguments match, without joining the two."""
        mask = np.zeros(len(table), dtype=bool)
        for field, answers in self._answers.items():
            path, texts = columns.find_text_path(table, field)
            mask |= broadcast(answers.by_code(texts), path)
        return mask


class AncestorMask:
    """A term over `anc`: the binary of any ancestor, the parent included."""

    def __init__(self, test: TextTest) -> None:
        self._answers = Answers(test)

    def over(self, table: EventTable) -> Mask:
        """Return whether any ancestor's binary matches; works on the distinct processes, then maps to the events."""
        # The events first: every process row that they name is then among the rows that are read after them.
        process, parent = table.process, table.parent
        binary = table.processes.binary
        by_row = self._answers.by_code(table.processes.texts["binary"])[binary]
        return match_any_ancestor(table.processes, by_row, process, parent)


class NumberMask:
    """A term over a column of numbers."""

    def __init__(self, term: Term, test: NumberTest | Present) -> None:
        self.term = term
        self._test = test

    def over(self, table: EventTable) -> Mask:
        """Return the answer of each event's number; an absent number makes every term false."""
        numbers, present = columns.find_numbers(table, self.term.field)
        return present if isinstance(self._test, Present) else self._test.matches(numbers) & present


def build_text_mask(term: Term, test: TextTest) -> TermMask:
    """Return the mask of a term over texts."""
    if term.field == "anc":
        return AncestorMask(test)
    if term.field == "cmd" and (isinstance(test, Present) or (isinstance(test, Contains) and not test.has_space)):
        return CommandMask(test)
    return TextMask(term, test)
