"""A query made ready: text, tree, badges, and the mask of the events it selects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

import numpy as np

from tetratui.core.query import values
from tetratui.core.query.badges import Badges, badges
from tetratui.core.query.columns import KIND_WORDS
from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, Sort
from tetratui.core.query.parse import QueryParser
from tetratui.core.query.syntax import All, Any, Node, Not, Term, terms
from tetratui.core.query.term_mask import NumberMask, TermMask, text_mask
from tetratui.core.query.value_tests import Mask, number_test, text_test

if TYPE_CHECKING:
    from tetratui.core.table import EventTable as Table


Narrow = Callable[[Term, Mask], Mask]
"""Given a term and the events it selects, says which of these shall count."""


@dataclass(frozen=True, slots=True)
class Query:
    """What `parse()` made of a text. One thread at a time may ask it for masks: it remembers what it has looked at."""

    text: str
    node: Node | None
    """The tree; None selects everything."""
    _masks: dict[Term, TermMask] = field(default_factory=dict, compare=False, repr=False)

    @property
    def export_badges(self) -> Badges:
        """Tell which exports can say it."""
        return badges(self.node)

    @property
    def moving(self) -> bool:
        """Whether it names a time before now (`time>-5m`), so that it must be parsed anew to keep up."""
        found = () if self.node is None else terms(self.node)
        return any(FIELDS[term.field].sort is Sort.TIME and any(map(values.relative, term.values)) for term in found)

    def mask(
        self, table: Table, start: int | None = None, stop: int | None = None, narrow: Narrow | None = None
    ) -> Mask:
        """Tell for each row id in [start, stop), by default all that are held, whether the query selects it.

        `narrow` takes events away from what a term selects; under a negation it is not asked, so that the result never
        holds more than without it. Rows outside those held are cut off first.

        Raises:
            QueryTimeout: for an expression that takes too long.
        """
        start = table.first if start is None else start
        stop = table.stop if stop is None else stop
        # History may be joined above meanwhile: a part holds on to the columns as they are now.
        part = table.part(start, stop)
        return np.ones(len(part), dtype=bool) if self.node is None else self._over(self.node, part, narrow)

    def _over(self, node: Node, part: Table, narrow: Narrow | None = None) -> Mask:
        if isinstance(node, Term):
            mask = self._masks[node].over(part)
            return mask if narrow is None else mask & narrow(node, mask)
        if isinstance(node, Not):
            return ~self._over(node.node, part)
        first, *others = node.nodes
        mask = self._over(first, part, narrow)
        for inner in others:
            if isinstance(node, All) and not mask.any():
                break
            other = self._over(inner, part, narrow)
            mask = mask | other if isinstance(node, Any) else mask & other
        return mask


def parse(text: str, now: datetime | None = None, zone: tzinfo | None = None) -> Query:
    """Read a query; `now` is what `-5m` and a bare `18:04` count from, `zone` what a time without one is in.

    Without `zone` that is the zone of this machine. Raises QueryError with the column of what is wrong.
    """
    node = QueryParser(text).whole()
    moment = now or datetime.now(UTC)
    masks = {} if node is None else {term: _mask(term, moment, zone) for term in terms(node)}
    return Query(text, node, masks)


def _mask(term: Term, now: datetime, zone: tzinfo | None) -> TermMask:
    sort = FIELDS[term.field].sort
    if sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}:
        return NumberMask(term, number_test(term, now, zone))
    if sort is Sort.KIND:
        return text_mask(term, text_test(_kinds(term)))
    return text_mask(term, text_test(term))


def _kinds(term: Term) -> Term:
    """Write kinds as the columns do (`rate limit` and `process_exec` are taken too); one that is none is an error."""
    words = tuple(
        replace(value, text=value.text.lower().replace(" ", "_").removeprefix("process_")) for value in term.values
    )
    for value in words:
        if not value.present and not text_test(replace(term, values=(value,))).matches(KIND_WORDS).any():
            raise QueryError(f"no kind is called {value.shown}", value.column, f"kinds: {', '.join(KIND_WORDS)}")
    return replace(term, values=words)
