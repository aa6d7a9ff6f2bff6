from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tetratui.core.table import load
from tetratui.core.tetragon import FilterList, filter_of
from tetratui.core.tuning.drafting import Wish, drafted
from tetratui.core.tuning.ladder import Ground

CAPTURES = Path(__file__).parents[2] / "data" / "captures"


@pytest.mark.parametrize("name", ["every-kind.log.gz", "everything-on.log.gz", "server.log.gz"])
@pytest.mark.parametrize("rung", ["0", "1", "2", "3", "4", "5", "n0", "n1", "n2"])
def test_an_exclusion_hides_what_tetragon_drops_for_its_filter(name: str, rung: str) -> None:
    table = load([CAPTURES / name])
    ground = Ground(table, needles=())
    made = drafted(ground, np.arange(table.first, table.stop), Wish(rung, reason="test"))
    for exclusion in [one for draft in made.drafts for one in draft.exclusions][:60]:
        filters = FilterList.of([filter_of(exclusion)])
        assert filters.accepted
        assert np.array_equal(ground.matcher.mask(exclusion), filters.first_matches(table) >= 0), exclusion
