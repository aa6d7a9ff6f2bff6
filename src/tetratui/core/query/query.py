"""Parse a query, and compute the mask of the events that it selects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

import numpy as np

from tetratui.core.query.badges import Badges, judge_exports
from tetratui.core.query.columns import KIND_WORDS
from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.query.parse import QueryParser
from tetratui.core.query.syntax import All, Any, Node, Not, Term, walk_terms
from tetratui.core.query.term_mask import NumberMask, TermMask, build_text_mask
from tetratui.core.query.value_tests import AnyWord, Mask, build_number_test, build_text_test

if TYPE_CHECKING:
    from tetratui.core.table import EventTable


Narrow = Callable[[Term, Mask], Mask]
"""Given a term and the events it selects, says which of these shall count."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. It remembers its answers for the texts it has seen, so only one thread may ask for masks."""

    text: str
    node: Node | None
    """The tree; None selects everything."""
    masks: dict[Term, TermMask] = field(default_factory=dict, compare=False, repr=False)

    @property
    def export_badges(self) -> Badges:
        """The exports that can express the query."""
        return judge_exports(self.node)

    def mask(
        self, table: EventTable, start: int | None = None, stop: int | None = None, narrow: Narrow | None = None
    ) -> Mask:
        """Return for each row id in [start, stop), by default all in memory, whether the query selects it.

        `narrow` takes events away from what a term selects. Under a negation it is not asked, so that the result never
        holds more than without it. Row ids that are not in memory are cut off first.

        Raises:
            QueryTimeout: an expression takes too long.
        """
        start = table.first if start is None else start
        stop = table.stop if stop is None else stop
        # Another thread may add or drop events meanwhile: a part keeps the columns as they are now.
        part = table.part(start, stop)
        return np.ones(len(part), dtype=bool) if self.node is None else self._over(self.node, part, narrow)

    def _over(self, node: Node, part: EventTable, narrow: Narrow | None = None) -> Mask:
        if isinstance(node, Term):
            mask = self.masks[node].over(part)
            return mask if narrow is None else mask & narrow(node, mask)
        if isinstance(node, Not):
            return ~self._over(node.node, part)
        first, *others = node.nodes
        mask = self._over(first, part, narrow)
        for inner in others:
            # Nothing is left to select: the other terms need not be asked, which may be slow expressions.
            if isinstance(node, All) and not mask.any():
                break
            other = self._over(inner, part, narrow)
            mask = mask | other if isinstance(node, Any) else mask & other
        return mask


def parse(text: str, now: datetime | None = None, zone: tzinfo | None = None) -> Query:
    """Return a parsed query.

    `-5m` and a bare `18:04` count from `now`; times without a zone are in `zone`, by default that of this machine.
    Raises QueryError with the column of what is wrong.
    """
    node = QueryParser(text).parse()
    moment = now or datetime.now(UTC)
    masks = {} if node is None else {term: _build_mask(term, moment, zone) for term in walk_terms(node)}
    return Query(text, node, masks)


def _build_mask(term: Term, now: datetime, zone: tzinfo | None) -> TermMask:
    sort = FIELDS[term.field].sort
    if sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        return NumberMask(term, build_number_test(term, now, zone))
    if sort is Sort.KIND:
        return build_text_mask(term, build_text_test(_normalize_kinds(term)))
    test = build_text_test(term)
    return build_text_mask(term, AnyWord(test) if term.field == "technique" else test)


def _normalize_kinds(term: Term) -> Term:
    """Return the term with kinds spelled as in the table: `rate limit` and `process_exec` are accepted too.

    Raises QueryError for a word that is no kind.
    """
    words = tuple(
        replace(value, text=value.text.lower().replace(" ", "_").removeprefix("process_")) for value in term.values
    )
    for value in words:
        if not value.present and not build_text_test(replace(term, values=(value,))).matches(KIND_WORDS).any():
            raise QueryError(f"unknown kind: {value.shown}", value.column, f"kinds: {', '.join(KIND_WORDS)}")
    return replace(term, values=words)
