from __future__ import annotations

from typing import Any

import numpy as np

from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.tuning.tuning_context import TuningContext


def test_loose_marks_of_several_scripts_are_covered_by_few_exclusions(
    capture: EventTable, context: TuningContext
) -> None:
    query = "pargs:open-audit.sh or parent=/usr/local/bin/tick.sh or parent=/opt/lab/pyfork.py"
    rows = np.flatnonzero(parse(query).mask(capture))
    found = select_cover(context, rows)
    mask = context.matcher.any([one.exclusion for one in found.chosen])
    assert mask[rows].all()
    assert (found.missed, sum(one.collateral for one in found.chosen)) == (0, 0)
    assert np.array_equal(np.flatnonzero(mask), rows)
    assert len(found.chosen) <= 8


def test_collateral_stays_within_the_bound(lines: Any) -> None:
    words = ("alpha", "beta", "gamma", "delta")
    events = [lines.event(pid=1, arguments=word, parent={"binary": "/bin/cron"}) for word in words]
    table = build_table([*events, lines.event(pid=20, arguments="--other", parent={"binary": "/bin/cron"})])
    context = TuningContext(table, attack_samples=())
    strict, lax = select_cover(context, range(4)), select_cover(context, range(4), collateral=1)
    assert (strict.missed, int(strict.mask[4:].sum())) == (0, 0)
    assert [one.scope for one in strict.chosen] == ["command"]
    assert ("scope subtree under /bin/cron: would hide 1 event not marked", 1) in [
        (one.why, one.more) for one in strict.alternatives
    ]
    assert (lax.missed, int(lax.mask[4:].sum())) == (0, 1)
    assert [one.scope for one in lax.chosen] == ["subtree"]


def test_a_keep_bounds_what_is_proposed(lines: Any) -> None:
    table = build_table([lines.event(pid=n, arguments=f"-j {n}", parent={"binary": "/bin/cron"}) for n in range(6)])
    marks = Marks().with_rows(Verdict.KEEP, table, [5])
    context = TuningContext(table, marks, attack_samples=())
    found = select_cover(context, range(5), collateral=10)
    mask = context.matcher.any([one.exclusion for one in found.chosen])
    assert mask.tolist() == [True] * 5 + [False]
