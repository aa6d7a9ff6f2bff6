"""Matching a table gives what matching every event by itself gives, for any list."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import EnabledFeatures, EventType, Filter, FilterList, Panic, Version
from tetratui.core.tetragon.format.filter import CapabilityFilter, CapabilitySet
from tetratui.core.tetragon.format.versions import LATEST, Features
from tetratui.core.tetragon.match.bulk_match import find_shadowed, match_each

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")
REGEXES = st.lists(
    st.sampled_from(
        ["bash$", "^/usr/bin/", "", "^$", "open-audit", "cron", "-", "[0-9]", "sshd", "x", "^default$", "a+b"]
    ),
    max_size=3,
).map(tuple)
CEL = ("process_kprobe.args[1].int_arg == 1", "process_exec.process.pid > 9u")
FILTERS = st.builds(
    Filter,
    **{
        name: st.one_of(st.none(), st.none(), REGEXES)
        for name in ("binary_regex", "arguments_regex", "parent_binary_regex", "parent_arguments_regex", "pod_regex",
                     "namespace_regex", "container_name_regex", "container_id", "ancestor_binary_regex")
    },
    event_set=st.one_of(st.none(), st.lists(st.sampled_from([*EventType, 77]), max_size=6).map(tuple)),
    namespace=st.sampled_from([None, None, None, ("",), ("default",), ("default", "kube-system")]),
    pid=st.sampled_from([None, None, None, (7001,), (0,)]),
    pid_set=st.sampled_from([None, None, None, None, None, (7001,)]),
    health_check=st.sampled_from([None, None, None, True, False]),
    in_init_tree=st.sampled_from([None, None, None, True, False]),
    policy_names=st.sampled_from([None, None, None, ("connect",), ("",), ()]),
    labels=st.sampled_from([None, None, None, ("!k8s-app",), ("org=empire", "tier")]),
    capabilities=st.sampled_from([None, None, None, CapabilityFilter(effective=CapabilitySet(any=(13,)))]),
    cel_expression=st.sampled_from([None, None, None, CEL]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(FILTERS, max_size=4), st.sampled_from([Version(1, 3), Version(1, 4), Version(1, 6), Version(1, 7)]))
def test_masks_equal_matching_each_event(
    table: EventTable, events: list[dict[str, Any]], filters: list[Filter], version: Version
) -> None:
    filter_list = FilterList.of(filters, version, ON)
    if not filter_list.accepted:
        return
    answer = filter_list.match_table(table)
    alone = filter_list.without_memory()
    for index, event in enumerate(events):
        try:
            entry = alone.first_match(event)
        except Panic:
            assert index in answer.panics
            assert answer.first[index] == -1
        else:
            assert answer.first[index] == (-1 if entry is None else entry), (index, event)
            assert index not in answer.panics


def test_only_the_named_rows_are_matched(table: EventTable) -> None:
    answer = FilterList.of([Filter()]).match_table(table, rows=[3, 5])
    assert np.flatnonzero(answer.first >= 0).tolist() == [3, 5]


def test_a_refused_list_matches_nothing(table: EventTable) -> None:
    assert (FilterList.of([Filter(binary_regex=("(",))]).first_matches(table) == -1).all()


def test_matching_twice_gives_the_same_though_pid_set_remembers(table: EventTable) -> None:
    filters = FilterList.of([Filter(pid_set=(7000,))], options=ON)
    assert np.array_equal(filters.first_matches(table), filters.first_matches(table))
    assert (filters.first_matches(table) == 0).sum() > 1


def test_an_empty_table_has_no_matches() -> None:
    assert len(FilterList.of([Filter(binary_regex=("x",))]).first_matches(build_table([]))) == 0


def test_an_entry_is_shadowed_when_the_events_prove_it(table: EventTable) -> None:
    wide, narrow, other = (
        Filter(binary_regex=("/bash$",)),
        Filter(binary_regex=("^/usr/bin/bash$",)),
        Filter(pid=(7001,)),
    )
    masks = match_each([wide, narrow, other], Features(LATEST, EnabledFeatures()), table)
    assert find_shadowed(masks) == {1: 0}
    assert find_shadowed(masks[::-1]) == {}
    assert (
        find_shadowed(
            match_each([wide, Filter(binary_regex=("^/no/such$",))], Features(LATEST, EnabledFeatures()), table)
        )
        == {}
    )
