from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import FilterList, build_filter
from tetratui.core.tetragon.lint.lints import lint
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.cover.recurring import find_recurring
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.tuning.scopes.scopes import expressions
from tetratui.core.tuning.tuning_context import TuningContext


@pytest.fixture(
    scope="module", params=[(0.6, "caller"), (0.8, "subtree"), (1.0, "template"), (1.0, "subtree")], ids=str
)
def cover(request: pytest.FixtureRequest, context: TuningContext) -> Cover:
    return suggest(context, *request.param)


def test_every_attack_row_stays_visible_under_every_suggestion(cover: Cover, attacks: list[int]) -> None:
    assert len(attacks) > 200
    assert not cover.mask[attacks].any()


def test_no_suggestion_hides_an_attack_sample_or_collateral(cover: Cover, context: TuningContext) -> None:
    assert context.shield.refuses([one.exclusion for one in cover.chosen]) is None
    collateral = find_recurring(context.columns, context.commands, context.blockers).collateral
    assert not (cover.mask & collateral).any()


def test_what_is_suggested_is_what_tetragon_drops(cover: Cover, context: TuningContext) -> None:
    filters = FilterList.of([build_filter(one.exclusion) for one in cover.chosen])
    assert np.array_equal(filters.first_matches(context.table) >= 0, cover.mask)
    assert [one.code for one in lint(filters) if one.severity == "error"] == []


def test_eighty_percent_of_the_capture_takes_few_filters(context: TuningContext) -> None:
    found = suggest(context, 0.8, "subtree")
    assert found.share >= 0.8
    assert len(found.chosen) <= 25
    assert sum(expressions(one.exclusion) for one in found.chosen) <= 60


def test_the_default_reaches_its_share_and_uses_no_subtree(context: TuningContext) -> None:
    found = suggest(context)
    assert found.share >= 0.6
    assert {one.scope for one in found.chosen} <= {"exact", "command", "template", "caller"}


def test_several_values_in_two_fields_stand_together_only_if_each_pair_was_seen(
    cover: Cover, context: TuningContext
) -> None:
    matcher = context.matcher
    for candidate in cover.chosen:
        exclusion = candidate.exclusion
        fields = ("binary", "arguments", "parent_binary", "parent_arguments")
        many = [name for name in fields if len(getattr(exclusion, name)) > 1]
        for one, other in combinations(many, 2):
            for left, right in product(getattr(exclusion, one), getattr(exclusion, other)):
                assert matcher.mask(type(exclusion)(exclusion.kinds, **{one: (left,), other: (right,)})).any()


def test_the_same_events_give_the_same_suggestion(capture: EventTable, context: TuningContext) -> None:
    first, second = suggest(context), suggest(TuningContext(capture))
    assert [one.exclusion for one in first.chosen] == [one.exclusion for one in second.chosen]


def test_learned_on_the_first_half_no_attack_is_hidden_in_the_second(capture: EventTable, attacks: list[int]) -> None:
    half = len(capture) // 2
    first = TuningContext(build_table([capture.line(row) for row in range(half)]))
    filters = FilterList.of([build_filter(one.exclusion) for one in suggest(first, 0.8, "subtree").chosen])
    dropped = filters.first_matches(capture) >= 0
    assert not dropped[attacks].any()
    assert dropped[half:].mean() >= 0.7


def test_a_keep_is_never_suggested_away(capture: EventTable, context: TuningContext) -> None:
    hidden = np.flatnonzero(suggest(context).mask)[:1]
    marks = Marks().with_rows(Verdict.KEEP, capture, hidden.tolist())
    assert not suggest(TuningContext(capture, marks)).mask[hidden].any()


def test_one_burst_does_not_recur(lines: Any) -> None:
    burst = [lines.event(pid=n, binary="/usr/bin/su", arguments="root", parent={"binary": "/x"}) for n in range(5)]
    steady = [lines.event(pid=n, arguments="-t", parent={"binary": "/bin/tick"}) for n in range(1, 60)]
    found = suggest(TuningContext(build_table([*burst, *steady]), attack_samples=()), 1.0, "subtree")
    assert found.share == pytest.approx(59 / 64)


def test_no_more_is_suggested_than_a_person_reads_and_the_rest_the_next_time(context: TuningContext) -> None:
    first = suggest(context, 1.0, "command")
    assert len(first.chosen) <= 25
    assert sum(expressions(one.exclusion) for one in first.chosen) <= 60
    assert first.full
    second = suggest(context, 1.0, "command", already=first.mask)
    assert second.share > first.share
    assert not {one.exclusion for one in first.chosen} & {one.exclusion for one in second.chosen}
    assert all((one.mask & ~first.mask).any() for one in second.chosen)


def test_an_exclusion_hides_as_much_collateral_as_allowed_and_no_more(context: TuningContext) -> None:
    strict, lax = suggest(context, 1.0, "subtree"), suggest(context, 1.0, "subtree", collateral=50)
    assert {one.collateral for one in strict.chosen} == {0}
    assert 0 < max(one.collateral for one in lax.chosen) <= 50
    assert lax.share > strict.share


def test_nothing_is_suggested_for_no_events() -> None:
    found = suggest(TuningContext(build_table([])))
    assert (found.chosen, found.share) == ((), 0.0)
