"""The mask of one term over a table: each distinct text is asked once, then mapped through the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from tetratui.core.query import columns
from tetratui.core.query.ancestry import any_ancestor
from tetratui.core.query.columns import DistinctTexts
from tetratui.core.query.syntax import Term
from tetratui.core.query.value_tests import Contains, Mask, NumberTest, Present, TextTest
from tetratui.core.table.storage.lookup_path import broadcast

if TYPE_CHECKING:
    from tetratui.core.table import EventTable as Table


class TermMask(Protocol):
    """A term made ready to be asked over a table, again and again as it grows."""

    def over(self, table: Table) -> Mask:
        """Tell for each event held by the table (or part of one) whether the term is true."""


class Answers:
    """What a test said of the distinct texts of one column so far; only new texts are asked."""

    def __init__(self, test: TextTest) -> None:
        self._test = test
        self._texts: DistinctTexts | None = None
        self._known: Mask = np.zeros(1, dtype=bool)

    def by_code(self, texts: DistinctTexts) -> Mask:
        """Give the answer for each code; the absent text (code 0) makes every term false."""
        if texts is not self._texts or len(texts) < len(self._known):
            self._texts, self._known = texts, np.zeros(1, dtype=bool)
        known, size = len(self._known), len(texts)
        if size > known:
            self._known = np.concatenate([self._known, self._test.matches(texts[known:size])])
        return self._known


class TextMask:
    """A term over a column of texts."""

    def __init__(self, term: Term, test: TextTest) -> None:
        self.term = term
        self._answers = Answers(test)

    def over(self, table: Table) -> Mask:
        """Map the answers to the events."""
        steps, texts = columns.steps(table, self.term.field)
        return broadcast(self._answers.by_code(texts), steps)


class CommandMask:
    """A term over the command line that one of its two columns can answer: no blank in what is looked for."""

    def __init__(self, test: TextTest) -> None:
        self._of_column = {"bin": Answers(test), "args": Answers(test)}

    def over(self, table: Table) -> Mask:
        """Look into binary and arguments without joining them."""
        mask = np.zeros(len(table), dtype=bool)
        for field, answers in self._of_column.items():
            steps, texts = columns.steps(table, field)
            mask |= broadcast(answers.by_code(texts), steps)
        return mask


class AncestorMask:
    """`anc`: a test of the binary of any ancestor, the parent included."""

    def __init__(self, test: TextTest) -> None:
        self._answers = Answers(test)

    def over(self, table: Table) -> Mask:
        """Hand the answers for binaries down from parents to children, over the distinct processes."""
        process, parent = table.process, table.parent
        binary = table.processes.binary
        by_row = self._answers.by_code(table.processes.texts["binary"])[binary]
        return any_ancestor(table.processes, by_row, process, parent)


class NumberMask:
    """A term over a column of numbers."""

    def __init__(self, term: Term, test: NumberTest | Present) -> None:
        self.term = term
        self._test = test

    def over(self, table: Table) -> Mask:
        """Compare the numbers; an absent one makes every term false."""
        numbers, present = columns.numbers(table, self.term.field)
        return present if isinstance(self._test, Present) else self._test.matches(numbers) & present


def text_mask(term: Term, test: TextTest) -> TermMask:
    """Choose how a term over texts is asked."""
    if term.field == "anc":
        return AncestorMask(test)
    joined = not isinstance(test, Present) and not (isinstance(test, Contains) and not test.with_blank)
    return TextMask(term, test) if term.field != "cmd" or joined else CommandMask(test)
