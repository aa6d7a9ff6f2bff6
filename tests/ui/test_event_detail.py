"""What the detail tells of an event: all that the line says, and the end where it is held."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.lineage import Lineage
from tetratui.core.table import build_table
from tetratui.ui.render.event_detail import tell

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


def told(*events: dict[str, object], row: int = 0) -> dict[str, str]:
    lines = [orjson.dumps({**event, "node_name": "host"}) for event in events]
    table = build_table(lines)
    return {line.label: line.text for line in tell(table, Lineage(table), row, None).lines}


def hook(kind: str, **more: object) -> dict[str, object]:
    return {f"process_{kind}": {"process": PROCESS, **more}, "time": "2026-11-23T19:20:01.000Z"}


EXEC: dict[str, object] = {"process_exec": {"process": PROCESS}, "time": "2026-11-23T19:20:00.000Z"}
EXIT: dict[str, object] = {"process_exit": {"process": PROCESS, "status": 3}, "time": "2026-11-23T19:20:02.500Z"}
KILLED: dict[str, object] = {
    "process_exit": {"process": PROCESS, "signal": "SIGKILL"},
    "time": "2026-11-23T19:20:02.500Z",
}


def test_an_exec_tells_folder_user_rights_and_environment_as_the_agent_writes_them() -> None:
    found = told(EXEC)
    assert found["folder"] == "/srv"
    assert found["user"] == "uid 0, login 1000"
    assert found["environ"] == "LANG=C X=a b"
    assert found["rights"] == "uid 1000 gid 1000 euid 0"
    assert "ended" not in found


@pytest.mark.parametrize(("end", "said"), [(EXIT, "status 3, lived 2.5s"), (KILLED, "signal SIGKILL, lived 2.5s")])
def test_every_event_of_a_process_tells_how_it_ended_where_that_is_held(end: dict[str, object], said: str) -> None:
    assert told(EXEC, end)["ended"].startswith(f"{said}, at ")
    assert told(hook("kprobe"), end)["ended"].startswith(said)
    assert told(EXEC, end, row=1)["exit"] == said


def test_a_hook_tells_its_arguments_return_message_and_tags() -> None:
    arguments = [{"file_arg": {"path": "/etc/shadow", "permission": "-rw-r-----"}}, {"int_arg": 4}, {"size_arg": "9"}]
    found = told(
        hook(
            "kprobe",
            function_name="security_file_permission",
            args=arguments,
            **{"return": {"int_arg": -1}},
            message="reads shadow",
            tags=["observability.filesystem", "os.linux"],
        )
    )
    assert found["arg 0"] == "file path=/etc/shadow permission=-rw-r-----"
    assert found["arg 1"] == "int 4"
    assert found["arg 2"] == "size 9"
    assert found["returned"] == "int -1"
    assert found["message"] == "reads shadow"
    assert found["tags"] == "observability.filesystem os.linux"


@pytest.mark.parametrize("odd", [{"args": 3}, {"args": [3, None, []]}, {"return": 0}, {"tags": {}}, {"args": {"a": 1}}])
def test_a_hook_of_another_shape_is_told_as_far_as_it_goes(odd: dict[str, object]) -> None:
    assert told(hook("kprobe", **odd))["pid"] == "7"


@pytest.mark.parametrize("environment", [3, [3], [{}], {"a": 1}, None])
def test_an_environment_of_another_shape_is_no_fault(environment: object) -> None:
    event = {"process_exec": {"process": PROCESS | {"environment_variables": environment}}, "time": "x"}
    assert told(event)["pid"] == "7"
