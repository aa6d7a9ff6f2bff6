"""The list is in the order of time, however late a line came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.table import build_table
from tetratui.core.workspace import time_order
from tetratui.core.workspace.view import View

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Lines:
    """A batch as a source would bring it."""

    file = 0

    def __init__(self, seconds: list[int]) -> None:
        self.lines = [
            b'{"process_exec":{"process":{"binary":"/x"}},"time":"%s"}'
            % (NOON + timedelta(seconds=second)).isoformat().replace("+00:00", "Z").encode()
            for second in seconds
        ]
        self.offsets = list(range(len(self.lines)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 30), max_size=6)), max_size=8),
    st.sampled_from([2, 20_000]),
    st.integers(0, 3),
)
def test_rows_are_by_time_and_of_one_time_by_line(batches: list, tail: int, evict: int) -> None:
    former, time_order.TAIL = time_order.TAIL, tail
    table = build_table([])
    view = View.of(table, "")
    try:
        for above, seconds in batches:
            (table.prepend if above else table.append)(Lines(seconds))
            if len(table) > 6 and evict and not above:
                table.evict_oldest(evict)
            view.adopt(view.look())
            rows = np.arange(table.first, table.stop)
            expected = rows[np.argsort(table.time, kind="stable")]
            assert view.ids[view.ids >= table.first].tolist() == expected.tolist()
    finally:
        time_order.TAIL = former


def test_a_row_that_is_not_shown_has_its_position_by_time() -> None:
    table = build_table(Lines([5, 1, 3]).lines)
    view = View.of(table, "")
    view.adopt(view.look())
    assert view.ids.tolist() == [1, 2, 0]
    assert [view.index(row) for row in (0, 1, 2)] == [2, 0, 1]
