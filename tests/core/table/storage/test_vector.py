"""The column that grows: whatever is done to it, it holds what a list would."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.table.storage.vector import Vector

STEPS = st.lists(st.tuples(st.sampled_from(["extend", "prepend", "drop", "upto"]), st.integers(0, 3000)), max_size=30)


@given(STEPS)
def test_a_vector_holds_what_a_list_would(steps: list[tuple[str, int]]) -> None:
    vector, expected = Vector(np.int64, [1, 2], fill=-7), [1, 2]
    for number, (step, count) in enumerate(steps):
        values = list(range(number, number + count))
        match step:
            case "extend":
                vector.extend(values)
                expected += values
            case "prepend":
                vector.prepend(np.array(values, dtype=np.int64))
                expected = values + expected
            case "drop":
                vector.drop(min(count, len(vector)))
                del expected[:count]
            case "upto":
                expected += [-7] * (count - len(expected))
                assert vector.upto(count).tolist() == expected[:count]
        assert vector.values.tolist() == expected
        assert (len(vector), vector.nbytes) == (len(expected), 8 * len(expected))


@given(STEPS)
def test_what_a_reader_took_stays_as_it_was(steps: list[tuple[str, int]]) -> None:
    vector = Vector(np.int64, range(100))
    taken, before = vector.values, list(range(100))
    for step, count in steps:
        if step == "drop":
            vector.drop(min(count, len(vector)))
        elif step != "upto":
            getattr(vector, step)([-1] * count)
        assert taken.tolist() == before


def test_what_was_let_go_makes_room() -> None:
    vector = Vector(np.int64)
    for _ in range(2000):
        vector.extend(range(100))
        vector.drop(max(0, len(vector) - 1000))
    assert len(vector._span[0]) < 10_000
