from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tetratui.core.table import load
from tetratui.core.tetragon import FilterList, build_filter
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.tuning_context import TuningContext

CAPTURES = Path(__file__).parents[2] / "data" / "captures"


@pytest.mark.parametrize("name", ["every-kind.log.gz", "everything-on.log.gz", "server.log.gz", "docker.log.gz"])
@pytest.mark.parametrize(
    "scope", ["exact", "command", "template", "caller", "subtree", "binary", "destination", "network", "policy"]
)
def test_an_exclusion_hides_what_tetragon_drops_for_its_filter(name: str, scope: str) -> None:
    table = load([CAPTURES / name])
    context = TuningContext(table, attack_samples=())
    made = draft_events(context, np.arange(table.first, table.stop), DraftRequest(scope, reason="test"))
    for exclusion in [exclusion for draft in made.drafts for exclusion in draft.exclusions][:60]:
        filters = FilterList.of([build_filter(exclusion)])
        assert filters.accepted
        assert np.array_equal(context.matcher.mask(exclusion), filters.first_matches(table) >= 0), exclusion
