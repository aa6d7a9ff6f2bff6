"""Few exclusions for many seen combinations: two fields hold several values each only if every pair was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)
Product = tuple[frozenset[Value], ...]


def products(combinations: Iterable[tuple[Value, ...]]) -> list[Product[Value]]:
    """Cover exactly these combinations by products of sets, place by place; the same result for any order.

    Products that differ at one place only are joined there, which adds no combination; each place in turn until none is
    left to join. Places that come last are joined first: put the one with the most values there.
    """
    found: set[Product[Value]] = {tuple(frozenset((value,)) for value in combination) for combination in combinations}
    if not found:
        return []
    places = range(len(next(iter(found))))
    before = -1
    while len(found) != before:
        before = len(found)
        for place in reversed(places):
            found = _joined(found, place)
    return sorted(found, key=lambda product: [sorted(map(str, values)) for values in product])


def _joined(found: set[Product[Value]], place: int) -> set[Product[Value]]:
    others: dict[Product[Value], set[Value]] = defaultdict(set)
    for product in found:
        others[product[:place] + product[place + 1 :]].update(product[place])
    return {(*rest[:place], frozenset(values), *rest[place:]) for rest, values in others.items()}
