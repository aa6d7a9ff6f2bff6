"""The query fields of pods: workload, labels, cluster, and the other names of fields."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.query import complete, parse
from tetratui.core.table import EventTable, build_table


def pod(workload: str, **labels: str) -> bytes:
    block = {"namespace": "shop", "name": f"{workload}-0", "workload": workload, "workload_kind": "StatefulSet"}
    process = {"exec_id": "YTox", "pid": 1, "binary": "/bin/x", "pod": {**block, "pod_labels": labels}}
    return orjson.dumps({"process_exec": {"process": process}, "node_name": "a", "cluster_name": f"of-{workload}"})


def table() -> EventTable:
    bare = orjson.dumps({"process_exec": {"process": {"exec_id": "YToy", "binary": "/bin/x"}}})
    return build_table([pod("web", app="web"), pod("web-api", app="web-api", **{"x.io/app": "web"}), pod("db"), bare])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labels:app=web", [True, False, False, False]),
        ("labels:APP=WEB", [True, False, False, False]),
        ("labels=app=web", [True, False, False, False]),
        ("labels=APP=web", [False, False, False, False]),
        ("labels:x.io/app=web", [False, True, False, False]),
        ("labels:app=", [True, True, False, False]),
        ("labels:api", [False, True, False, False]),
        ("labels~^app=web$", [True, False, False, False]),
        ("labels:app=web,x.io/app=web", [True, True, False, False]),
        ("-labels:*", [False, False, True, True]),
        ("workload=web", [True, False, False, False]),
        ("namespace=shop -workload:web", [False, False, True, False]),
        ("cluster:of-web", [True, True, False, False]),
        ("binary=/bin/x node=a", [True, True, True, False]),
    ],
)
def test_pods_are_selected(query: str, expected: list[bool]) -> None:
    assert parse(query).mask(table()).tolist() == expected


def test_labels_and_workloads_are_completed_one_by_one() -> None:
    assert {one.text for one in complete("labels:", 7, table())} >= {"app=web", "app=web-api", "x.io/app=web"}
    assert [one.text for one in complete("namespace:", 10, table())] == ["shop", "*"]
    assert "namespace:" in {one.text for one in complete("names", 5, table())}
