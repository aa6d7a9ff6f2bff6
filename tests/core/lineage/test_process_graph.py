"""The graph of processes equals that of a plain model; none is lost, and there is no cycle."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.lineage.histories import History, histories

from tetratui.core.lineage.process_graph import Ending, Origin, ProcessGraph
from tetratui.core.lineage.tree_order import NO_PROCESS, order_tree
from tetratui.core.table import build_table

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
LINES = gzip.decompress((CAPTURES / "server.log.gz").read_bytes()).split(b"\n")[:-1]


def parents_by_hand(lines: list[bytes]) -> tuple[dict[str, str], dict[str, int]]:
    """Read each line by itself: who names whom as parent, and how many events each has."""
    parents: dict[str, str] = {}
    events: dict[str, int] = {}
    for line in lines:
        body = next(value for value in orjson.loads(line).values() if isinstance(value, dict))
        for block in filter(None, (body.get("process"), body.get("parent"))):
            parents.setdefault(block["exec_id"], block["parent_exec_id"])
        events[body["process"]["exec_id"]] = events.get(body["process"]["exec_id"], 0) + 1
    return parents, events


def check_against(graph: ProcessGraph, parents: dict[str, str], events: dict[str, int]) -> None:
    everyone = {*parents, *(parent for parent in parents.values() if parent)}
    listed = {graph.exec_id(number): number for number in np.flatnonzero(graph.listed).tolist()}
    assert set(listed) == everyone
    for exec_id, number in listed.items():
        parent = parents.get(exec_id, "")
        found = graph.node(number)
        expected = "" if parent == exec_id else parent
        assert ("" if found.parent == NO_PROCESS else graph.exec_id(found.parent)) == expected
        assert found.events == events.get(exec_id, 0)


def test_the_graph_of_a_capture_is_that_of_its_lines() -> None:
    graph = ProcessGraph(build_table(LINES))
    check_against(graph, *parents_by_hand(LINES))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_the_graph_of_a_random_history_is_that_of_a_plain_model(history: History) -> None:
    lines = [line for _, line in history.lines]
    graph = ProcessGraph(build_table(lines))
    parents, events = parents_by_hand(lines)
    # What the agent read from /proc again is the process itself, where a line tells of both.
    twice = {two: one for two, one in history.twice.items() if two in parents and one in parents}
    joined = {twice.get(own, own): twice.get(parent, parent) for own, parent in parents.items() if own not in twice}
    counts: dict[str, int] = {}
    for exec_id, count in events.items():
        counts[twice.get(exec_id, exec_id)] = counts.get(twice.get(exec_id, exec_id), 0) + count
    check_against(graph, joined, counts)
    for number in np.flatnonzero(graph.listed).tolist():
        seen = graph.ancestors(number)
        assert len(set(seen)) == len(seen)
        assert number not in seen
        assert all(number in graph.subtree(above) for above in seen)


def test_every_process_is_below_exactly_one_root() -> None:
    graph = ProcessGraph(build_table(LINES))
    members = np.concatenate([graph.subtree(root) for root in graph.roots.tolist()])
    assert sorted(members.tolist()) == np.flatnonzero(graph.listed).tolist()


def test_beginnings_and_ends_are_told_apart() -> None:
    graph = ProcessGraph(build_table(LINES))
    nodes = [graph.node(number) for number in np.flatnonzero(graph.listed).tolist()]
    forks = [node for node in nodes if node.origin is Origin.FORK]
    assert forks
    assert all("clone" not in (node.flags or "") for node in forks)
    replaced = [node for node in nodes if node.ending is Ending.REPLACED]
    assert replaced
    for node in replaced:
        assert any(graph.node(child).pid == node.pid for child in graph.children(node.number).tolist())
        assert node.status is None
    assert all(node.end >= 0 for node in nodes if node.ending is Ending.EXIT)


def test_processes_that_name_each_other_get_a_top() -> None:
    parent = np.array([2, 0, 1, 0, NO_PROCESS])
    tree = order_tree(parent, np.array([5, 1, 3, 9, 0]))
    assert tree.parent.tolist() == [2, NO_PROCESS, 1, 0, NO_PROCESS]
    assert tree.subtree(1).tolist() == [1, 2, 0, 3]
    assert sorted(tree.order.tolist()) == [0, 1, 2, 3, 4]


@given(st.lists(st.integers(-1, 14), min_size=1, max_size=15))
def test_any_parents_become_a_forest(parents: list[int]) -> None:
    count = len(parents)
    tree = order_tree(
        np.array([parent if parent < count else -1 for parent in parents]), np.zeros(count, dtype=np.int64)
    )
    assert sorted(tree.order.tolist()) == list(range(count))
    for number in range(count):
        expected = {number}
        while more := {child for child in range(count) if tree.parent[child] in expected} - expected:
            expected |= more
        assert set(tree.subtree(number).tolist()) == expected


def test_a_deep_chain_of_processes_is_no_deep_recursion() -> None:
    count = 50_000
    started = time.perf_counter()
    tree = order_tree(np.arange(-1, count - 1), np.arange(count))
    assert len(tree.subtree(0)) == count
    assert time.perf_counter() - started < 20
