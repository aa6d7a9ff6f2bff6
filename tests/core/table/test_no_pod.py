"""Why a process has no pod, and noise groups of workloads."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from tetratui.core.noise.groups import group_events
from tetratui.core.table import build_table
from tetratui.core.table.no_pod import WORDS, find_no_pod

EVENTS = Path(__file__).parents[2] / "data" / "kubernetes" / "events.jsonl.gz"
POD = {"namespace": "n", "name": "p", "workload": "w", "workload_kind": "StatefulSet"}


def event(second: int = 0, node: str = "a", **process: Any) -> bytes:
    block = {"exec_id": "YTox", "pid": 1, "binary": "/bin/x", **process}
    return orjson.dumps(
        {"process_exec": {"process": block}, "node_name": node, "time": f"2026-01-01T00:00:{second:02}Z"}
    )


def test_the_reasons_are_told_apart() -> None:
    table = build_table(
        [
            event(0, pod=POD, docker="c"),
            event(40),
            event(40, docker="c", binary="/pause"),
            event(10, docker="c"),
            event(41, docker="c"),
            orjson.dumps({"process_exit": {"process": {"pid": 3}}, "time": "2026-01-01T00:00:41Z"}),
        ]
    )
    reasons = find_no_pod(table)
    assert [reasons.words[code] for code in reasons.codes] == ["", WORDS[1], WORDS[3], WORDS[4], WORDS[5], ""]


def test_without_any_pod_the_kubernetes_api_may_be_off() -> None:
    reasons = find_no_pod(build_table([event(docker="c"), event()]))
    assert reasons.codes.tolist() == [2, 1]


def test_the_events_of_a_cluster_without_a_pod_are_counted_by_reason() -> None:
    table = build_table(gzip.decompress(EVENTS.read_bytes()).splitlines())
    reasons = find_no_pod(table)
    assert Counter(reasons.codes[reasons.codes > 0].tolist()) == {1: 44, 3: 1, 4: 11}


def test_a_workload_is_one_noise_group_over_all_nodes_and_another_workload_another_group() -> None:
    other = {**POD, "workload": "v"}
    lines = [
        event(0, "a", pod=POD, docker="c"),
        event(1, "b", pod={**POD, "name": "q"}, docker="d"),
        event(2, "a", pod=other, docker="e"),
        event(3, "a"),
    ]
    groups = group_events(build_table(lines))
    assert sorted((group.workload, group.events, group.hosts) for group in groups) == [
        ("", 1, 1),
        ("v", 1, 1),
        ("w", 2, 2),
    ]
    assert len({group.key for group in groups}) == 3
