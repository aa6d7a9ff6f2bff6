"""An expression is evaluated for the right kinds of event in each version (pkg/filters/cel_expression.go)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tetratui.core.table import build_table
from tetratui.core.tetragon import FilterList, Version, read

EXEC: dict[str, Any] = {"process_exec": {"process": {"pid": 5, "binary": "/bin/sh"}}}
EXIT: dict[str, Any] = {"process_exit": {"process": {"pid": 5, "binary": "/bin/sh"}}}
THROTTLE: dict[str, Any] = {"process_throttle": {"type": "THROTTLE_START"}}
STRANGE: dict[str, Any] = {"process_of_tomorrow": {"process": {"pid": 5}}}


def list_of(*expressions: str, version: str = "1.7.0") -> FilterList:
    return read(json.dumps({"cel_expression": expressions}), Version.parse(version))


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("process_exec.process.binary != '/x' && process_kprobe.function_name != 'tcp_close'", True),
        ("!has(process_kprobe.process) && has(process_exec.process)", True),
        ("process_kprobe.args.exists(a, a.int_arg == 1) || process_exec.process.pid == 5u", True),
        ("process_kprobe.policy_name == '' && process_exec.process.pid == 6u", False),
        ("process_kprobe.args[0].int_arg == 1 && process_exec.process.pid == 5u", False),
    ],
)
def test_the_kinds_that_an_event_is_not_are_empty_messages(expression: str, answer: bool) -> None:
    assert (list_of(expression).first_match(EXEC) == 0) is answer


def test_an_expression_over_another_kind_does_not_hide_the_next_one() -> None:
    both = "process_exec.process.pid == 6u || process_kprobe.function_name == 'tcp_connect'"
    assert list_of(both, "process_exec.process.pid == 5u").first_match(EXEC) == 0


@pytest.mark.parametrize(
    "expression",
    ["process_exec.process.in_init_tree", "true ? process_exec.process.in_init_tree : false",
     "[process_exec.process.in_init_tree][0]"],
)  # fmt: skip
def test_a_wrapped_bool_is_not_true_or_false(expression: str) -> None:
    assert [error.stage for error in list_of(expression).errors] == ["build"]
    assert list_of(f"!({expression})").accepted


def test_a_variable_of_a_comprehension_mentions_no_kind() -> None:
    assert list_of("[1].exists(process_exec, process_exec == 1)").first_match(EXEC) is None


@pytest.mark.parametrize(
    ("version", "evaluated"), [("1.4.0", True), ("1.4.1", True), ("1.5.0", False), ("1.7.0", False)]
)
def test_up_to_1_4_every_expression_is_evaluated_for_every_event(version: str, evaluated: bool) -> None:
    everything = list_of("true", version=version)
    others = list_of("!(process_exec.process.pid == 5u)", version=version)
    events = [EXEC, EXIT, THROTTLE, STRANGE]
    assert [everything.first_match(event) == 0 for event in events] == [evaluated] * 4
    assert [others.first_match(event) == 0 for event in events] == [False, evaluated, evaluated, evaluated]
    table = build_table([json.dumps(event).encode() for event in events])
    for filters in (everything, others):
        assert filters.first_matches(table).tolist() == [-1 if filters.first_match(e) is None else 0 for e in events]
