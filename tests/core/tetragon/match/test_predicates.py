"""Fields match missing blocks, crash and remember as Tetragon's do, in its order."""

from __future__ import annotations

from typing import Any

import pytest

from tetratui.core.tetragon import EnabledFeatures, Panic, read

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")
THROTTLE: dict[str, Any] = {"process_throttle": {"type": "THROTTLE_START"}}
BARE: dict[str, Any] = {"process_kprobe": {"process": {}, "policy_name": "p"}}
NO_PROCESS: dict[str, Any] = {"process_kprobe": {"policy_name": "p"}}


@pytest.mark.parametrize(
    ("text", "event", "matches"),
    [
        ('{"binary_regex":["^$"]}', BARE, True),
        ('{"binary_regex":["^$"]}', NO_PROCESS, False),
        ('{"parent_arguments_regex":[""]}', BARE, False),
        ('{"pid":[0]}', BARE, True),
        ('{"namespace":[""]}', BARE, True),
        ('{"namespace":[""]}', THROTTLE, False),
        ('{"namespace_regex":[""]}', BARE, False),
        ('{"labels":[""]}', {"process_exec": {"process": {"pod": {}}}}, True),
        ('{"labels":["!a"]}', BARE, False),
        ('{"container_id":["^$"]}', BARE, True),
        ('{"policy_names":["p"]}', NO_PROCESS, True),
        ('{"policy_names":["p"]}', {"process_usdt": {"process": {}, "policy_name": "p"}}, False),
        ('{"health_check":false}', THROTTLE, True),
        (
            '{"health_check":true}',
            {"process_exec": {"parent": {"pod": {"container": {"maybe_exec_probe": True}}}}},
            True,
        ),
        ('{"capabilities":{}}', BARE, False),
        ('{"capabilities":{}}', {"process_exec": {"process": {"cap": {}}}}, True),
        ('{"capabilities":{"effective":{"none":["CAP_BPF"]}}}', {"process_exec": {"process": {"cap": {}}}}, True),
        ('{"ancestor_binary_regex":[""]}', BARE, False),
        ('{"event_set":["UNDEF"]}', {"process_new": {}}, True),
        ('{"event_set":["UNDEF"]}', {}, True),
        ("{}", {"process_new": {}}, True),
    ],
)
def test_a_missing_block_or_field_answers_as_tetragon(text: str, event: dict[str, Any], matches: bool) -> None:
    filters = read(text, options=ON)
    assert filters.accepted, filters.errors
    assert (filters.first_match(event) == 0) is matches


@pytest.mark.parametrize(
    ("before", "panics"),
    [("", True), ('"event_set":["PROCESS_EXEC"],', False), ('"event_set":["PROCESS_THROTTLE"],', True),
     ('"binary_regex":[""],', False), ('"health_check":false,', True), ('"health_check":true,', False),
     ('"policy_names":["p"],', False), ('"container_name_regex":["x"],', True), ('"labels":["a"],', False),
     ('"cel_expression":["process_exec.process.pid == 1u"],', True), ('"container_id":[""],', False)],
)  # fmt: skip
def test_in_init_tree_crashes_unless_an_earlier_field_says_no(before: str, panics: bool) -> None:
    filters = read(f'{{{before}"in_init_tree":true}}', options=ON)
    if panics:
        with pytest.raises(Panic):
            filters.first_match(THROTTLE)
    else:
        assert filters.first_match(THROTTLE) is None


def test_an_earlier_entry_that_matches_saves_from_the_crash() -> None:
    assert read('{"event_set":["PROCESS_THROTTLE"]}{"in_init_tree":true}').first_match(THROTTLE) == 0


def exec_of(pid: int, parent: int) -> dict[str, Any]:
    return {"process_exec": {"process": {"pid": pid}, "parent": {"pid": parent}}}


def test_pid_set_follows_children_in_the_order_of_the_file() -> None:
    filters = read('{"pid_set":[5]}', options=ON)
    family = [exec_of(5, 1), exec_of(7, 6), exec_of(6, 5), exec_of(7, 6)]
    assert [filters.first_match(event) for event in family] == [0, None, 0, 0]
    assert filters.without_memory().first_match(exec_of(7, 6)) is None


def test_capabilities_need_exactly_one_comparison() -> None:
    for body in ('{"effective":{}}', '{"effective":{"any":[]}}', '{"permitted":{"any":[1],"all":[2]}}'):
        assert [error.stage for error in read(f'{{"capabilities":{body}}}', options=ON).errors] == ["build"]


def test_an_allowlist_lets_through_what_matches_and_everything_when_empty() -> None:
    only = read('{"binary_regex":["x"]}', as_allowlist=True)
    assert only.lets_through({"process_exec": {"process": {"binary": "/x"}}})
    assert not only.lets_through(BARE)
    assert read("", as_allowlist=True).lets_through(BARE)
    assert not read("{}").lets_through(BARE)


JUNK = [None, 5, "x", [], {}, True, -1, 1.5, "2026-13-01", [5], [None], {"a": 1}]
EVERYTHING = (
    '{"cel_expression":["process_exec.process.pid == 1u || process_exec.process.binary == \'x\'"]}{"labels":["a>1"]}'
    '{"capabilities":{"effective":{"any":[1]}}}{"health_check":true}{"namespace_regex":["x"]}{"pid_set":[5]}'
    '{"event_set":["PROCESS_EXEC"],"in_init_tree":true}{"container_name_regex":["x"]}{"ancestor_binary_regex":["x"],"event_set":[1]}'
)


@pytest.mark.parametrize("junk", JUNK)
def test_blocks_of_the_wrong_type_are_as_good_as_missing(junk: object) -> None:
    filters = read(EVERYTHING, options=ON)
    assert filters.accepted
    inside = ("pid", "binary", "start_time", "pod", "cap", "in_init_tree", "docker", "environment_variables")
    pod = {"pod_labels": {"a": junk}, "container": junk, "namespace": junk}
    for process in [{name: junk} for name in inside] + [{"pod": pod}, {"cap": {"effective": junk}}]:
        filters.first_match({"process_exec": {"process": process, "parent": junk, "ancestors": junk}})
    if isinstance(junk, dict):
        with pytest.raises(Panic):
            filters.first_match({"process_exec": junk})
    else:
        assert filters.first_match({"process_exec": junk}) is None  # no kind, as to the tables
