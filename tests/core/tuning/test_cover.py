from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from tetratui.core.table import EventTable, table_of
from tetratui.core.tetragon import FilterList, filter_of
from tetratui.core.tetragon.lints import lint
from tetratui.core.tuning.cover import Cover, suggest
from tetratui.core.tuning.habits import habits
from tetratui.core.tuning.ladder import Ground, expressions
from tetratui.core.tuning.marks import Marks, Verdict


@pytest.fixture(scope="module", params=[(0.6, "3"), (0.8, "4"), (1.0, "2"), (1.0, "4")], ids=str)
def cover(request: pytest.FixtureRequest, ground: Ground) -> Cover:
    return suggest(ground, *request.param)


def test_every_attack_row_stays_visible_under_every_suggestion(cover: Cover, attacks: list[int]) -> None:
    assert len(attacks) > 200
    assert not cover.mask[attacks].any()


def test_no_suggestion_hides_a_needle_or_a_rare_event(cover: Cover, ground: Ground) -> None:
    assert ground.shield.refuses([one.exclusion for one in cover.chosen]) is None
    rare = habits(ground.columns, ground.commands, ground.blockers).rare
    assert not (cover.mask & rare).any()


def test_what_is_suggested_is_what_tetragon_drops(cover: Cover, ground: Ground) -> None:
    filters = FilterList.of([filter_of(one.exclusion) for one in cover.chosen])
    assert np.array_equal(filters.first_matches(ground.table) >= 0, cover.mask)
    assert [one.code for one in lint(filters) if one.severity == "error"] == []


def test_eighty_percent_of_the_capture_takes_few_filters(ground: Ground) -> None:
    found = suggest(ground, 0.8, "4")
    assert found.share >= 0.8
    assert len(found.chosen) <= 25
    assert sum(expressions(one.exclusion) for one in found.chosen) <= 60


def test_the_default_reaches_its_share_and_uses_no_subtree(ground: Ground) -> None:
    found = suggest(ground)
    assert found.share >= 0.6
    assert {one.rung for one in found.chosen} <= {"0", "1", "2", "3"}


def test_several_values_in_two_fields_stand_together_only_if_each_pair_was_seen(cover: Cover, ground: Ground) -> None:
    matcher = ground.matcher
    for candidate in cover.chosen:
        exclusion = candidate.exclusion
        fields = ("binary", "arguments", "parent_binary", "parent_arguments")
        many = [name for name in fields if len(getattr(exclusion, name)) > 1]
        for one, other in combinations(many, 2):
            for left, right in product(getattr(exclusion, one), getattr(exclusion, other)):
                assert matcher.mask(type(exclusion)(exclusion.kinds, **{one: (left,), other: (right,)})).any()


def test_the_same_events_give_the_same_suggestion(capture: EventTable, ground: Ground) -> None:
    first, second = suggest(ground), suggest(Ground(capture))
    assert [one.exclusion for one in first.chosen] == [one.exclusion for one in second.chosen]


def test_learned_on_the_first_half_nothing_of_an_attack_goes_dark_in_the_second(
    capture: EventTable, attacks: list[int]
) -> None:
    half = len(capture) // 2
    first = Ground(table_of([capture.line(row) for row in range(half)]))
    filters = FilterList.of([filter_of(one.exclusion) for one in suggest(first, 0.8, "4").chosen])
    dropped = filters.first_matches(capture) >= 0
    assert not dropped[attacks].any()
    assert dropped[half:].mean() >= 0.7


def test_a_keep_is_never_suggested_away(capture: EventTable, ground: Ground) -> None:
    hidden = np.flatnonzero(suggest(ground).mask)[:1]
    marks = Marks()
    marks.add(Verdict.KEEP, capture, hidden.tolist())
    assert not suggest(Ground(capture, marks)).mask[hidden].any()


def test_one_burst_is_no_habit(lines: Any) -> None:
    burst = [lines.event(pid=n, binary="/usr/bin/su", arguments="root", parent={"binary": "/x"}) for n in range(5)]
    steady = [lines.event(pid=n, arguments="-t", parent={"binary": "/bin/tick"}) for n in range(1, 60)]
    found = suggest(Ground(table_of([*burst, *steady]), needles=()), 1.0, "4")
    assert found.share == pytest.approx(59 / 64)


def test_no_more_is_suggested_than_a_person_reads_and_the_rest_at_another_time(ground: Ground) -> None:
    first = suggest(ground, 1.0, "1")
    assert len(first.chosen) <= 25
    assert sum(expressions(one.exclusion) for one in first.chosen) <= 60
    assert first.full
    second = suggest(ground, 1.0, "1", already=first.mask)
    assert second.share > first.share
    assert not {one.exclusion for one in first.chosen} & {one.exclusion for one in second.chosen}
    assert all((one.mask & ~first.mask).any() for one in second.chosen)


def test_collateral_lets_an_exclusion_hide_so_many_rare_events_and_no_more(ground: Ground) -> None:
    strict, lax = suggest(ground, 1.0, "4"), suggest(ground, 1.0, "4", collateral=50)
    assert {one.rare for one in strict.chosen} == {0}
    assert 0 < max(one.rare for one in lax.chosen) <= 50
    assert lax.share > strict.share


def test_nothing_is_suggested_for_no_events() -> None:
    found = suggest(Ground(table_of([])))
    assert (found.chosen, found.share) == ((), 0.0)
