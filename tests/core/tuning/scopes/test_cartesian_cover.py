from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.tuning.scopes.cartesian_cover import products

SEEN = st.sets(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 3)), max_size=14)


@settings(max_examples=200)
@given(SEEN)
def test_products_cover_exactly_what_was_seen(seen: set[tuple[str, str, int]]) -> None:
    assert {one for sets in products(seen) for one in product(*sets)} == seen


@given(SEEN)
def test_the_order_does_not_matter(seen: set[tuple[str, str, int]]) -> None:
    assert products(sorted(seen)) == products(sorted(seen, reverse=True))


def test_a_full_rectangle_is_one_product() -> None:
    assert len(products(set(product("abc", "xy", (1, 2))))) == 1


def test_a_missing_pair_is_never_filled_in() -> None:
    assert len(products({("a", "x"), ("a", "y"), ("b", "x")})) == 2
