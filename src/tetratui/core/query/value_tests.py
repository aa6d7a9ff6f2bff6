"""The tests of a term: for many distinct texts, or for an array of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tetratui.core.query import values
from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.query.syntax import Term, Value
from tetratui.core.query.user_expression import UserExpression

Mask = npt.NDArray[np.bool_]
_BLOCK = 512
"""Texts that are joined and searched as one; a block with a text beyond ASCII is searched text by text."""


class TextTest(Protocol):
    """Tests many distinct texts; never called with the absent text."""

    def matches(self, texts: Sequence[str]) -> Mask:
        """Return for each text whether the term is true."""


class NumberTest(Protocol):
    """Tests an array of numbers; the caller masks absent ones."""

    def matches(self, numbers: npt.NDArray[Any]) -> Mask:
        """Return for each number whether the term is true."""


class Present:
    """`field:*`: true of every text that is there."""

    def matches(self, texts: Sequence[str]) -> Mask:
        """Return true for each text."""
        return np.ones(len(texts), dtype=bool)


class Contains:
    """`:` on a text: it contains any of the wanted texts, in any case."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = [text.casefold() for text in wanted]
        self.has_space = any(" " in text for text in self.wanted)

    def matches(self, texts: Sequence[str]) -> Mask:
        """Search each text for each wanted text."""
        mask = np.zeros(len(texts), dtype=bool)
        for first in range(0, len(texts), _BLOCK):
            block = texts[first : first + _BLOCK]
            for wanted in self.wanted:
                self._search(wanted, block, mask[first : first + _BLOCK])
        return mask

    @staticmethod
    def _search(wanted: str, block: Sequence[str], mask: Mask) -> None:
        # One search of all texts, joined by line feeds, instead of one search a text.
        joined = "\n".join(block)
        if not wanted or "\n" in wanted or not joined.isascii():
            # Folding may change the length of texts beyond ASCII: a position would no longer tell which text it is in.
            mask |= np.fromiter((wanted in text.casefold() for text in block), bool, len(block))
            return
        pieces = joined.casefold().split(wanted)
        if len(pieces) > 1:
            # The end of each match; without a line feed in `wanted` it lies in the same text as the beginning.
            match_ends = np.cumsum(_lengths(pieces[:-1]) + len(wanted))
            mask[np.searchsorted(np.cumsum(_lengths(block) + 1), match_ends, side="left")] = True


def _lengths(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


class Equal:
    """`=` on a text: it is one of the wanted texts, in the same case."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = frozenset(wanted)

    def matches(self, texts: Sequence[str]) -> Mask:
        """Compare each text with the wanted ones."""
        return np.fromiter((text in self.wanted for text in texts), bool, len(texts))


class Within:
    """`:` with networks on an address: it lies in one of them."""

    def __init__(self, networks: Sequence[values.Network]) -> None:
        self.networks = networks

    def matches(self, texts: Sequence[str]) -> Mask:
        """Return whether each address is in a network; a text that is no address is in none."""
        addresses = (values.parse_address(text) for text in texts)
        return np.fromiter(
            (address is not None and any(address in net for net in self.networks) for address in addresses),
            bool,
            len(texts),
        )


class Either:
    """True where any of several tests is."""

    def __init__(self, tests: Sequence[TextTest]) -> None:
        self.tests = tests

    def matches(self, texts: Sequence[str]) -> Mask:
        """Return for each text whether any test is true."""
        mask = self.tests[0].matches(texts)
        for test in self.tests[1:]:
            mask = mask | test.matches(texts)
        return mask


class AnyWord:
    """True where a test is true of any word of the text: an event may be like several techniques."""

    def __init__(self, test: TextTest) -> None:
        self.test = test

    def matches(self, texts: Sequence[str]) -> Mask:
        """Return for each text whether the test is true of one of its words."""
        return np.fromiter((bool(self.test.matches(text.split()).any()) for text in texts), bool, len(texts))


class AnyLabel:
    """True of a pod's labels (`app=web,tier=front`) where a test is true of one of them."""

    def __init__(self, test: TextTest) -> None:
        self._test = test

    def matches(self, texts: Sequence[str]) -> Mask:
        """Test each label of each text by itself."""
        labels = [text.split(",") for text in texts]
        owners = np.repeat(np.arange(len(texts)), [len(own) for own in labels])
        mask = np.zeros(len(texts), dtype=bool)
        mask[owners[self._test.matches([label for own in labels for label in own])]] = True
        return mask


class LabelIs:
    """`:` on a label: `app=web` is this label in any case, `app=` any value of it, a text without `=` a part of one."""

    def __init__(self, wanted: Sequence[str]) -> None:
        folded = [text.casefold() for text in wanted]
        self._labels = frozenset(text for text in folded if "=" in text)
        self._keys = tuple(text for text in self._labels if text.endswith("="))
        self._parts = tuple(text for text in folded if "=" not in text)

    def matches(self, texts: Sequence[str]) -> Mask:
        """Compare each label with each wanted text."""
        return np.fromiter(map(self._is_wanted, map(str.casefold, texts)), bool, len(texts))

    def _is_wanted(self, label: str) -> bool:
        return label in self._labels or label.startswith(self._keys) or any(part in label for part in self._parts)


class InRanges:
    """True of a number in any of several half-open ranges."""

    def __init__(self, ranges: Sequence[tuple[float, float]]) -> None:
        self.ranges = ranges

    def matches(self, numbers: npt.NDArray[Any]) -> Mask:
        """Return for each number whether it is in a range; the low end belongs to it, the high end does not."""
        mask = np.zeros(len(numbers), dtype=bool)
        for low, high in self.ranges:
            mask |= (numbers >= low) & (numbers < high)
        return mask


def build_text_test(term: Term) -> TextTest:
    """Return the test of a term over a text field; raises QueryError with the column of the value at fault."""
    if any(value.present for value in term.values) and term.operator == ":":
        return Present()
    if FIELDS[term.field].sort is Sort.LABELS:
        return AnyLabel(_build_label_test(term))
    if term.operator == "~":
        _refuse_split_expression(term)
        return Either([UserExpression(value) for value in term.values])
    is_address = FIELDS[term.field].sort is Sort.ADDRESS
    networks = [network for value in term.values if is_address and (network := values.parse_network(value))]
    texts = [value.text for value in term.values if not (is_address and values.parse_network(value))]
    if term.operator == "=":
        if networks:
            raise QueryError(
                "= compares with one address", term.values[0].column, f"for a network write {term.field}:{networks[0]}"
            )
        return Equal(texts)
    tests: list[TextTest] = [Within(networks)] if networks else []
    if texts:
        tests.append(Contains(texts))
    return tests[0] if len(tests) == 1 else Either(tests)


def _build_label_test(term: Term) -> TextTest:
    if term.operator == "~":
        _refuse_split_expression(term)
        return Either([UserExpression(value) for value in term.values])
    texts = [value.text for value in term.values]
    return Equal(texts) if term.operator == "=" else LabelIs(texts)


def _refuse_split_expression(term: Term) -> None:
    """Raise QueryError for an expression that a comma cuts in two: `a{1,2}` outside quotes."""
    for value in term.values[:-1]:
        if not value.quoted and value.text.rpartition("{")[1] and "}" not in value.text.rpartition("{")[2]:
            raise QueryError("a comma separates alternatives here", value.column, "put the expression in quotes")


def build_number_test(term: Term, now: datetime, zone: tzinfo | None) -> NumberTest | Present:
    """Return the test of a term over a number, a duration or a time."""
    if any(value.present for value in term.values) and term.operator == ":":
        return Present()
    return InRanges([_build_range(term, value, now, zone) for value in term.values])


def _build_range(term: Term, value: Value, now: datetime, zone: tzinfo | None) -> tuple[float, float]:
    low, high = _read_bounds(term, value, now, zone)
    lowest, highest = -np.inf, np.inf
    return {
        ":": (low, high),
        "=": (low, high),
        ">": (_next_above(low, FIELDS[term.field].sort), highest),
        ">=": (low, highest),
        "<": (lowest, low),
        "<=": (lowest, _next_above(low, FIELDS[term.field].sort)),
    }[term.operator]


def _next_above(low: float, sort: Sort) -> float:
    """Return the next greater value that a field of this sort can have."""
    return float(np.nextafter(low, np.inf)) if sort is Sort.DURATION else low + 1


def _read_bounds(term: Term, value: Value, now: datetime, zone: tzinfo | None) -> tuple[float, float]:
    """Return the range that `=` with this value means."""
    sort = FIELDS[term.field].sort
    if sort is Sort.NUMBER:
        whole = values.parse_number(value, term.field)
        return whole, whole + 1
    if sort is Sort.DURATION:
        duration, step = values.parse_duration(value)
        return duration, duration + step
    if values.is_relative(value) and term.operator in {":", "="}:
        raise QueryError(
            f"{value.shown} is a single moment", value.column, f"for all since then write {term.field}>{value.text}"
        )
    span = values.parse_time(value, now, zone)
    return span.low, span.high
