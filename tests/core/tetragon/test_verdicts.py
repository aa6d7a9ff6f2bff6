"""Tetragon's own verdicts: accepted or refused and where, dropped events, first filter, crashes: all agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tetratui.core.table import EventTable
from tetratui.core.tetragon import EnabledFeatures, FilterList, Panic, Version, read

from .conftest import setting_of

SETTINGS = ("1.3", "1.7", "1.3-full", "1.7-full")
Outcome = tuple[list[int], list[int], list[int]]


def one_by_one(filters: FilterList, events: list[dict[str, Any]]) -> Outcome:
    dropped, first, panics = [], [], []
    for index, event in enumerate(events):
        try:
            entry = filters.first_match(event)
        except Panic:
            panics.append(index)
            continue
        if entry is not None:
            dropped.append(index)
            first.append(entry)
    return dropped, first, panics


def by_table(filters: FilterList, table: EventTable) -> Outcome:
    answer = filters.match_table(table)
    dropped = np.flatnonzero(answer.first >= 0)
    return dropped.tolist(), answer.first[dropped].tolist(), (answer.panics - table.first).tolist()


def disagreements(
    recorded: list[dict[str, Any]],
    events: list[dict[str, Any]],
    setting: str,
    ask: Callable[[FilterList], Outcome],
    setting_of: Callable[[str], tuple[Version, EnabledFeatures]] = setting_of,
) -> list[str]:
    """Compare with what Tetragon's filter functions say; the agent never gives them what it writes past its lists."""
    past = {index for index, event in enumerate(events) if "rate_limit_info" in event}
    assert past
    wrong = []
    for case in recorded:
        verdict = case["verdicts"][setting]
        filters = read(case["text"], *setting_of(setting))
        if not filters.accepted:
            if filters.errors[0].stage != verdict["stage"]:
                wrong.append(f"{case['name']}: {filters.errors[0]}")
            continue
        hits = [pair for pair in zip(verdict["dropped"], verdict["first"], strict=True) if pair[0] not in past]
        panics = [index for index in verdict["panics"] if index not in past]
        expected = ([index for index, _ in hits], [first for _, first in hits], panics)
        if verdict["stage"] or len(filters.filters) != verdict["filters"] or ask(filters) != expected:
            wrong.append(f"{case['name']}: {case['what']}")
    return wrong


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_event_gets_tetragons_verdict(
    setting: str, recorded: list[dict[str, Any]], events: list[dict[str, Any]], report_agreement: Callable[[str], None]
) -> None:
    wrong = disagreements(recorded, events, setting, lambda filters: one_by_one(filters, events))
    report_agreement(f"tetragon, {setting}: one by one  {len(recorded) - len(wrong)}/{len(recorded)} lists agree")
    assert wrong == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_masks_over_the_table_give_the_same(
    setting: str,
    recorded: list[dict[str, Any]],
    events: list[dict[str, Any]],
    table: EventTable,
    report_agreement: Callable[[str], None],
) -> None:
    wrong = disagreements(recorded, events, setting, lambda filters: by_table(filters, table))
    report_agreement(f"tetragon, {setting}: by masks    {len(recorded) - len(wrong)}/{len(recorded)} lists agree")
    assert wrong == []


def test_a_real_agent_starts_with_what_is_accepted_and_with_nothing_else(agent: list[dict[str, Any]]) -> None:
    assert [case["case"] for case in agent if read(case["text"]).accepted != case["alive"]] == []


def test_lists_under_which_a_real_agent_wrote_nothing_get_an_error(agent: list[dict[str, Any]]) -> None:
    from tetratui.core.tetragon.lint.lints import lint

    for case in agent:
        if case["alive"]:
            severities = {result.severity for result in lint(read(case["text"]))}
            assert ("error" in severities) is not case["log_exists"], case["case"]
