"""Few exclusions for many seen combinations: two fields hold several values each only if every pair was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)
Product = tuple[frozenset[Value], ...]


def products(combinations: Iterable[tuple[Value, ...]]) -> list[Product[Value]]:
    """Cover exactly these combinations by products of sets, one set per position; the same for any order.

    Products that differ in one position only are joined there, which adds no combination; each position in turn until
    none is left to join. The last positions are joined first: put the one with the most values there.
    """
    joined: set[Product[Value]] = {tuple(frozenset((value,)) for value in combination) for combination in combinations}
    if not joined:
        return []
    positions = range(len(next(iter(joined))))
    before = -1
    while len(joined) != before:
        before = len(joined)
        for position in reversed(positions):
            joined = _join(joined, position)
    return sorted(joined, key=lambda product: [sorted(map(str, values)) for values in product])


def _join(unjoined: set[Product[Value]], position: int) -> set[Product[Value]]:
    values_by_rest: dict[Product[Value], set[Value]] = defaultdict(set)
    for product in unjoined:
        values_by_rest[product[:position] + product[position + 1 :]].update(product[position])
    return {(*rest[:position], frozenset(values), *rest[position:]) for rest, values in values_by_rest.items()}
