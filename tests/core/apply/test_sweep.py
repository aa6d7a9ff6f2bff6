"""Whatever ends an apply, and wherever: the old or the new list is in force, whole, and the journal tells which.

`TETRATUI_SWEEP=5000` tries that many endings (CONTRIBUTING, "Tests").
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.agent_world import Scenario
from sensor.sweep import OLD, Faults, Sweep, try_apply
from tetratui.core.apply import restart_watch
from tetratui.core.apply.change import ChangeState

ENDINGS = int(os.environ.get("TETRATUI_SWEEP", "40"))
CASES = {
    "healthy": (Scenario(), "cut"),
    "slow policies": (Scenario(policies=2.0), "cut"),
    "refused at parsing": (Scenario(refuses_at="parse"), "agent-refuses"),
    "refused at building": (Scenario(), "agent-refuses"),
    "refused at building, with policies": (Scenario(policies=2.0), "agent-refuses"),
    "silent": (Scenario(), "agent-is-silent"),
    "dies late": (Scenario(), "agent-dies-late"),
    "stops slowly": (Scenario(stop=4.0), "cut"),
    "restart not permitted": (Scenario(restart_permission=False), "cut"),
}
POINTS: dict[str, int] = {}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restart_watch, "MARKER_WAIT", 2.0)
    monkeypatch.setattr(restart_watch, "LEAST_WAIT", 10.0)
    monkeypatch.setattr(restart_watch, "_LONGER", 1.0)


@contextmanager
def make_sweep(case: str, answer: bool | None) -> Iterator[Sweep]:
    scenario, binary = CASES[case]
    # In memory where there is such a folder: thousands of runs flush to the disk at every step.
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        yield Sweep(folder, OLD + b'{"binary_regex":["^/usr/bin/%s$"]}\n' % binary.encode(), scenario, answer)
    finally:
        shutil.rmtree(folder)


def count_points(case: str) -> int:
    if case not in POINTS:
        with make_sweep(case, True) as sweep:
            POINTS[case] = sweep.count_points()
    return POINTS[case]


@pytest.mark.parametrize("case", CASES)
def test_without_a_fault(case: str) -> None:
    with make_sweep(case, True) as sweep:
        state = try_apply(sweep, Faults(), keeper_lives=True)
    confirmed = case in {"healthy", "slow policies", "stops slowly"} or case == "dies late"
    assert state is (ChangeState.CONFIRMED if confirmed else ChangeState.REVERTED) or case == "dies late"


@settings(
    max_examples=ENDINGS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    case=st.sampled_from(sorted(CASES)),
    what=st.sampled_from(["kill", "kill", "term", "hup", "int", "terminal", "full"]),
    share=st.floats(0, 1, exclude_max=True),
    before=st.booleans(),
    answer=st.sampled_from([True, None, False]),
    keeper_lives=st.booleans(),
    keeper_dies_at=st.one_of(st.none(), st.integers(0, 90)),
)
def test_whatever_ends_it(
    case: str,
    what: str,
    share: float,
    before: bool,
    answer: bool | None,
    keeper_lives: bool,
    keeper_dies_at: int | None,
) -> None:
    at = int(share * count_points(case))
    with make_sweep(case, answer) as sweep:
        second = Faults(keeper_dies_at, "kill", before) if keeper_dies_at is not None else None
        state = try_apply(sweep, Faults(at, what, before), keeper_lives, second)
        if answer is not True:
            assert state is not ChangeState.CONFIRMED
