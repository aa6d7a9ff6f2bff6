"""Command lines left out of a scope stay visible, and the rest is hidden."""

from __future__ import annotations

import numpy as np

from tetratui.core.query import parse
from tetratui.core.table import EventTable
from tetratui.core.tuning.scopes.line_split import split_out
from tetratui.core.tuning.tuning_context import TuningContext


def test_a_line_split_out_stays_visible_and_the_rest_hidden(capture: EventTable, context: TuningContext) -> None:
    rows = np.flatnonzero(parse("bin=/usr/bin/true parent=/opt/lab/pyfork.py").mask(capture))
    line = str(capture.event(int(rows[0])).arguments)
    exclusions = split_out(context, "template", rows, [("/usr/bin/true", line)])
    hidden = context.matcher.any(exclusions)
    same = np.flatnonzero(parse(f'bin=/usr/bin/true args="{line}"').mask(capture))
    assert len(same) == 2
    assert not hidden[same].any()
    assert hidden[np.setdiff1d(rows, same)].all()
