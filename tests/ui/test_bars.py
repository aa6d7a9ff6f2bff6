"""Shares, counts and sizes in few cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.ui.render.bars import bar, draw_counts, size, strip
from tetratui.ui.render.block_bars import block_bar

BEGIN = 1_795_461_629_000_000_000
"""A time as events have it, in nanoseconds."""


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, "░░░░"), (0.001, "█░░░"), (0.5, "██░░"), (0.99, "████"), (1.0, "████")]
)
def test_a_share_above_zero_is_never_empty(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("count", "drawn"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (4_200_000, "4.2 MB"), (5 * 10**12, "5000.0 GB")],
)
def test_a_size_takes_the_unit_that_keeps_it_short(count: int, drawn: str) -> None:
    assert size(count) == drawn


def test_no_moments_are_an_empty_strip() -> None:
    assert strip(np.empty(0, np.int64), 4) == "    "


def test_each_moment_is_drawn_in_its_span() -> None:
    assert strip(np.array([0, 1, 2, 30, 39], np.int64) + BEGIN, 4) == "▇  ▅"


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.integers(1, 60))
def test_moments_nanoseconds_apart_are_drawn_too(offsets: list[int], width: int) -> None:
    drawn = strip(np.array(offsets, np.int64) + BEGIN, width)
    assert len(drawn) == width
    assert drawn[0] != " "
    assert "▇" in drawn


def test_the_greatest_count_has_the_highest_cell() -> None:
    assert draw_counts(np.array([0, 1, 100], np.int64)) == " ▁▇"


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, ""), (0.001, "▏"), (0.5, "██"), (0.53, "██▏"), (1, "████"), (2, "████")]
)
def test_a_bar_of_blocks_is_true_to_an_eighth_of_a_cell(share: float, drawn: str) -> None:
    assert block_bar(share, 4) == drawn
