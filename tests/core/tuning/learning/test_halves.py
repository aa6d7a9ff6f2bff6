"""Drafts judged by time: what the first half teaches must hide the second."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.draft_request import draft_events
from tetratui.core.tuning.learning.halves import Halves, cut, judge_halves
from tetratui.core.tuning.scopes.scopes import build_scopes
from tetratui.core.tuning.tuning_context import TuningContext

PARENT = {"binary": "/usr/bin/bash", "arguments": "/opt/ops/watch.sh"}
KERNEL = {"binary": "[kworker/u4:3-events_unbound]"}


def context_of(
    lines: Any, arguments: list[str], parents: list[dict[str, str]] | None = None, **more: Any
) -> TuningContext:
    above = parents or [PARENT] * len(arguments)
    events = [
        lines.event(pid=10 + n, binary="/usr/bin/probe", arguments=text, parent=parent, **more)
        for n, (text, parent) in enumerate(zip(arguments, above, strict=True))
    ]
    return TuningContext(build_table(events), attack_samples=())


@pytest.mark.parametrize(
    ("arguments", "scope"),
    [
        (["--once"] * 8, "exact"),
        ([f"-p {1200 + 7 * n}" for n in range(8)], "template"),
        ([f"--port={40_000 + n} host" for n in range(8)], "template"),
        (["-n 1", "-n 2", "-n 3"] * 4, "exact"),
        (["--pid 4117", "--pid 4120"], "caller"),
        ([f"/tmp/tmp.{n}aB3dE6gH" for n in range(8)], "exact"),
        ([f"-id {n:064x}" for n in range(8)], "exact"),
    ],
)
def test_the_default_is_the_narrowest_scope_that_does_not_pin_what_changes(
    lines: Any, arguments: list[str], scope: str
) -> None:
    context = context_of(lines, arguments)
    built = build_scopes(context, range(len(arguments)))
    assert built.default == scope
    assert built[scope].holds
    drafts = draft_events(context, range(len(arguments))).drafts
    assert {draft.scope for draft in drafts} == {scope}
    mask = context.matcher.any([one for draft in drafts for one in draft.exclusions])
    assert mask.all()


def test_kernel_workers_of_any_name_are_one_parent(lines: Any) -> None:
    parents = [{"binary": f"[kworker/u4:{n}-events_unbound]"} for n in range(6)]
    built = build_scopes(context_of(lines, ["-q -- net-pf-16-proto-9"] * 6, parents), range(6))
    assert (built.default, len(built["exact"].exclusions)) == ("exact", 1)
    assert built["exact"].halves == Halves(1.0, 1.0)


def test_only_what_comes_back_is_judged(lines: Any) -> None:
    built = build_scopes(context_of(lines, ["alpha", "beta", "gamma", "delta"]), range(4))
    assert (built.default, built["exact"].halves) == ("exact", None)


def test_an_interpreter_is_not_drafted_by_its_caller_alone(lines: Any) -> None:
    events = [
        lines.event(pid=10 + n, binary="/usr/bin/python3", arguments=f"/opt/x.py {n}", parent=PARENT) for n in range(2)
    ]
    found = draft_events(TuningContext(build_table(events), attack_samples=()), range(2))
    assert [draft.scope for draft in found.drafts] == ["exact"]
    assert "pins what changes" in found.notes[0]


def test_halves_are_cut_by_time_and_not_by_line(lines: Any) -> None:
    events = [lines.event(pid=pid) for pid in (30, 10, 20, 40)]
    first, second = cut(TuningContext(build_table(events), attack_samples=()).columns, np.arange(4))
    assert (first.tolist(), second.tolist()) == ([1, 2], [0, 3])


def test_what_is_learned_from_the_first_half_is_measured_on_both(capture: EventTable, context: TuningContext) -> None:
    asked = np.ones(len(capture), dtype=np.bool_)

    def learn(half: np.ndarray[Any, Any]) -> Any:
        part = context.part(half)
        assert len(part.columns) == len(half)
        return part.build("command", np.arange(50))

    halves = judge_halves(context.columns, context.matcher, asked, learn)
    hidden = context.matcher.any(learn(cut(context.columns, np.arange(len(capture)))[0]))
    assert halves.first * 0.5 + halves.second * 0.5 == pytest.approx(float(hidden.mean()), abs=1e-3)
    assert halves.first > 0
    assert Halves(0.5, 0.44).hold is False
    assert Halves(0.5, 0.46).hold
