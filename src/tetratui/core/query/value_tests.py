"""What a term asks of one value: over distinct texts, or over an array of numbers."""

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
"""Texts searched as one; a block with a text beyond ASCII is searched text by text."""


class TextTest(Protocol):
    """Answers for many distinct texts; the absent text is never asked."""

    def matches(self, texts: Sequence[str]) -> Mask:
        """Tell for each text whether the term is true."""


class NumberTest(Protocol):
    """Answers for an array of numbers; absent ones are masked by the caller."""

    def matches(self, numbers: npt.NDArray[Any]) -> Mask:
        """Tell for each number whether the term is true."""


class Present:
    """`field:*`"""

    def matches(self, texts: Sequence[str]) -> Mask:
        """Say yes: the absent are never asked."""
        return np.ones(len(texts), dtype=bool)


class Contains:
    """`:` on a text: any of the attack samples somewhere in it, any case."""

    def __init__(self, attack_samples: Sequence[str]) -> None:
        self.attack_samples = [attack_sample.casefold() for attack_sample in attack_samples]
        self.with_blank = any(" " in attack_sample for attack_sample in self.attack_samples)

    def matches(self, texts: Sequence[str]) -> Mask:
        """Look for the attack samples in each text."""
        found = np.zeros(len(texts), dtype=bool)
        for first in range(0, len(texts), _BLOCK):
            block = texts[first : first + _BLOCK]
            for attack_sample in self.attack_samples:
                self._look(attack_sample, block, found[first : first + _BLOCK])
        return found

    @staticmethod
    def _look(attack_sample: str, block: Sequence[str], found: Mask) -> None:
        joined = "\n".join(block)
        if not attack_sample or "\n" in attack_sample or not joined.isascii():
            # Folding may change the length of other texts, so that places would not tell which text it was.
            found |= np.fromiter((attack_sample in text.casefold() for text in block), bool, len(block))
            return
        pieces = joined.casefold().split(attack_sample)
        if len(pieces) > 1:
            # Where each attack sample ends: no attack sample holds a line feed, so none reaches into the next text.
            ends_of_attack_samples = np.cumsum(_lengths(pieces[:-1]) + len(attack_sample))
            found[np.searchsorted(np.cumsum(_lengths(block) + 1), ends_of_attack_samples, side="left")] = True


def _lengths(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


class Equal:
    """`=` on a text: it is one of these, exact case."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = frozenset(wanted)

    def matches(self, texts: Sequence[str]) -> Mask:
        """Compare each text."""
        return np.fromiter((text in self.wanted for text in texts), bool, len(texts))


class Within:
    """`:` with networks on an address."""

    def __init__(self, networks: Sequence[values.Network]) -> None:
        self.networks = networks

    def matches(self, texts: Sequence[str]) -> Mask:
        """Ask each address; a text that is none is in no network."""
        found = (values.address(text) for text in texts)
        return np.fromiter(
            (address is not None and any(address in net for net in self.networks) for address in found),
            bool,
            len(texts),
        )


class Either:
    """Any of several tests."""

    def __init__(self, tests: Sequence[TextTest]) -> None:
        self.tests = tests

    def matches(self, texts: Sequence[str]) -> Mask:
        """Ask each test."""
        found = self.tests[0].matches(texts)
        for test in self.tests[1:]:
            found = found | test.matches(texts)
        return found


class Compared:
    """A number against bounds: any of the half-open ranges."""

    def __init__(self, ranges: Sequence[tuple[float, float]]) -> None:
        self.ranges = ranges

    def matches(self, numbers: npt.NDArray[Any]) -> Mask:
        """Compare each number with each range, low included, high not."""
        found = np.zeros(len(numbers), dtype=bool)
        for low, high in self.ranges:
            found |= (numbers >= low) & (numbers < high)
        return found


def text_test(term: Term) -> TextTest:
    """Make the test of a term over a text field; raises QueryError with the column of the value at fault."""
    if any(value.present for value in term.values) and term.operator == ":":
        return Present()
    if term.operator == "~":
        _split_expression(term)
        return Either([UserExpression(value) for value in term.values])
    address = FIELDS[term.field].sort is Sort.ADDRESS
    networks = [network for value in term.values if address and (network := values.network(value))]
    others = [value.text for value in term.values if not (address and values.network(value))]
    if term.operator == "=":
        if networks:
            raise QueryError("= compares one address", term.values[0].column, f"a network: {term.field}:{networks[0]}")
        return Equal(others)
    tests: list[TextTest] = [Within(networks)] if networks else []
    if others:
        tests.append(Contains(others))
    return tests[0] if len(tests) == 1 else Either(tests)


def _split_expression(term: Term) -> None:
    """Refuse an expression that a comma cut in two: `a{1,2}` outside quotes."""
    for value in term.values[:-1]:
        if not value.quoted and value.text.rpartition("{")[1] and "}" not in value.text.rpartition("{")[2]:
            raise QueryError("a comma separates alternatives here", value.column, "quote the expression")


def number_test(term: Term, now: datetime, zone: tzinfo | None) -> NumberTest | Present:
    """Make the test of a term over a number, a duration or a time."""
    if any(value.present for value in term.values) and term.operator == ":":
        return Present()
    return Compared([_range(term, value, now, zone) for value in term.values])


def _range(term: Term, value: Value, now: datetime, zone: tzinfo | None) -> tuple[float, float]:
    low, high = _bounds(term, value, now, zone)
    ever, never = -np.inf, np.inf
    return {
        ":": (low, high),
        "=": (low, high),
        ">": (_above(low, FIELDS[term.field].sort), never),
        ">=": (low, never),
        "<": (ever, low),
        "<=": (ever, _above(low, FIELDS[term.field].sort)),
    }[term.operator]


def _above(low: float, sort: Sort) -> float:
    return float(np.nextafter(low, np.inf)) if sort is Sort.DURATION else low + 1


def _bounds(term: Term, value: Value, now: datetime, zone: tzinfo | None) -> tuple[float, float]:
    """Read a value as the range that `=` means."""
    sort = FIELDS[term.field].sort
    if sort is Sort.NUMBER:
        whole = values.number(value)
        return whole, whole + 1
    if sort is Sort.DURATION:
        duration, step = values.milliseconds(value)
        return duration, duration + step
    if values.relative(value) and term.operator in {":", "="}:
        raise QueryError(f"{value.shown} is one moment", value.column, f"since then: {term.field}>{value.text}")
    span = values.span(value, now, zone)
    return span.low, span.high
