"""Frozen rows stay as they were, however many rows are added to those that they were taken from."""

from __future__ import annotations

import numpy as np

from tetratui.core.table.storage.distinct_rows import DistinctRows
from tetratui.core.table.storage.interned_rows import SocketTable


def test_frozen_rows_do_not_grow() -> None:
    rows = DistinctRows(2, 1)
    assert [rows.add([code, 7], [-code]) for code in range(1, 6)] == [1, 2, 3, 4, 5]
    frozen = rows.freeze()
    for code in range(6, 200):
        rows.add([code, 7], [-code])

    assert len(frozen) == 6
    assert frozen.code_column(0).tolist() == [0, 1, 2, 3, 4, 5]
    assert frozen.number_column(0).tolist() == [-1, -1, -2, -3, -4, -5]
    assert len(rows) == 200
    assert np.array_equal(rows.code_column(0), np.arange(200))


def test_columns_of_a_frozen_table_have_one_length() -> None:
    table = SocketTable()
    frozen = table.freeze()
    table._rows.add([1, 2, 3, 4], [5, 6])
    assert (len(frozen), len(frozen.column("saddr")), len(frozen.column("dport"))) == (1, 1, 1)
    assert (len(table), len(table.column("saddr"))) == (2, 2)
