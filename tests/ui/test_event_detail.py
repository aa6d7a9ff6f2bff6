"""The detail shows all that the line of an event holds, and how its process ended where that is known."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.lineage import Lineage
from tetratui.core.table import build_table
from tetratui.ui.render.event_detail import describe_event

PROCESS = {
    "exec_id": "aG9zdDoxOjc=",
    "pid": 7,
    "uid": 0,
    "auid": 1000,
    "cwd": "/srv",
    "binary": "/bin/x",
    "arguments": "-v",
    "flags": "execve",
    "start_time": "2026-11-23T19:20:00.000Z",
    "process_credentials": {"uid": 1000, "gid": 1000, "euid": 0},
    "environment_variables": [{"Key": "LANG", "Value": "C"}, {"Key": "X", "Value": "a b"}],
}


def texts_of(*events: dict[str, object], row: int = 0) -> dict[str, str]:
    lines = [orjson.dumps({**event, "node_name": "host"}) for event in events]
    table = build_table(lines)
    return {line.label: line.text for line in describe_event(table, Lineage(table), row, None).lines}


def hook(kind: str, **more: object) -> dict[str, object]:
    return {f"process_{kind}": {"process": PROCESS, **more}, "time": "2026-11-23T19:20:01.000Z"}


EXEC: dict[str, object] = {"process_exec": {"process": PROCESS}, "time": "2026-11-23T19:20:00.000Z"}
EXIT: dict[str, object] = {"process_exit": {"process": PROCESS, "status": 3}, "time": "2026-11-23T19:20:02.500Z"}
KILLED: dict[str, object] = {
    "process_exit": {"process": PROCESS, "signal": "SIGKILL"},
    "time": "2026-11-23T19:20:02.500Z",
}


def test_an_exec_shows_working_directory_user_credentials_and_environment_as_the_agent_writes_them() -> None:
    texts = texts_of(EXEC)
    assert texts["working dir"] == "/srv"
    assert texts["user"] == "uid 0, login 1000"
    assert texts["environment"] == "LANG=C X=a b"
    assert texts["credentials"] == "uid 1000 gid 1000 euid 0"
    assert "ended" not in texts


@pytest.mark.parametrize(("end", "how"), [(EXIT, "status 3, lived 2.5s"), (KILLED, "signal SIGKILL, lived 2.5s")])
def test_every_event_of_a_process_shows_how_it_ended_where_the_exit_was_read(end: dict[str, object], how: str) -> None:
    assert texts_of(EXEC, end)["ended"].startswith(f"{how}, at ")
    assert texts_of(hook("kprobe"), end)["ended"].startswith(how)
    assert texts_of(EXEC, end, row=1)["exit"] == how


def test_a_hook_shows_its_arguments_return_message_and_tags() -> None:
    arguments = [{"file_arg": {"path": "/etc/shadow", "permission": "-rw-r-----"}}, {"int_arg": 4}, {"size_arg": "9"}]
    texts = texts_of(
        hook(
            "kprobe",
            function_name="security_file_permission",
            args=arguments,
            **{"return": {"int_arg": -1}},
            message="reads shadow",
            tags=["observability.filesystem", "os.linux"],
        )
    )
    assert texts["arg 0"] == "file path=/etc/shadow permission=-rw-r-----"
    assert texts["arg 1"] == "int 4"
    assert texts["arg 2"] == "size 9"
    assert texts["returned"] == "int -1"
    assert texts["message"] == "reads shadow"
    assert texts["tags"] == "observability.filesystem os.linux"


@pytest.mark.parametrize("odd", [{"args": 3}, {"args": [3, None, []]}, {"return": 0}, {"tags": {}}, {"args": {"a": 1}}])
def test_a_hook_of_another_shape_is_shown_as_far_as_possible(odd: dict[str, object]) -> None:
    assert texts_of(hook("kprobe", **odd))["pid"] == "7"


@pytest.mark.parametrize("environment", [3, [3], [{}], {"a": 1}, None])
def test_an_environment_of_another_shape_is_no_fault(environment: object) -> None:
    event = {"process_exec": {"process": PROCESS | {"environment_variables": environment}}, "time": "x"}
    assert texts_of(event)["pid"] == "7"


POD: dict[str, object] = {
    "namespace": "shop",
    "name": "cart-0",
    "container": {"id": "containerd://c", "name": "main", "image": {"name": "cart:1"}, "maybe_exec_probe": True},
    "pod_labels": {"tier": "back", "app": "cart"},
    "workload": "cart",
    "workload_kind": "StatefulSet",
}


def test_an_event_of_a_pod_shows_the_pod_its_workload_container_and_labels() -> None:
    texts = texts_of({"process_exec": {"process": {**PROCESS, "pod": POD, "docker": "c" * 31}}, "cluster_name": "eu"})
    assert (texts["pod"], texts["workload"], texts["container"]) == ("shop/cart-0", "StatefulSet cart", "main (cart:1)")
    assert (texts["labels"], texts["docker"], texts["cluster"]) == ("app=cart, tier=back", "c" * 31, "eu")
    assert "by its command line" in texts["probe"]


def test_a_process_without_a_pod_says_why_where_there_are_pods_or_containers() -> None:
    pod: dict[str, object] = {"process_exec": {"process": {**PROCESS, "pod": POD}}}
    assert texts_of(EXEC, pod)["no pod"].startswith("host")
    pause: dict[str, object] = {"process_exec": {"process": {**PROCESS, "binary": "/pause", "docker": "c" * 31}}}
    assert texts_of(pause, pod)["no pod"].startswith("pause container")
    assert "API is off" in texts_of({"process_exec": {"process": {**PROCESS, "docker": "c" * 31}}})["no pod"]
    assert "no pod" not in texts_of(EXEC)
