"""Containers, through a stand-in for `docker` and `podman`: from the export file, else from what is printed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from stand_ins.feeding import Feeding
from stand_ins.ssh_server import child_pids
from tetratui.core.demo.export_file import ExportFile
from tetratui.core.errors import SourceError
from tetratui.core.hosts.container import ContainerHost
from tetratui.core.hosts.host_source import HostSource, parse_host_source
from tetratui.core.hosts.interface import CommandResult
from tetratui.core.hosts.log_reading import ReplayFilter
from tetratui.core.table import load
from tetratui.core.tetragon.agent.host_installation import inspect_host

Start = Callable[[Sequence[HostSource]], Feeding]


def line(number: int) -> bytes:
    return b'{"process_exec":{"process":{"pid":%d,"binary":"/bin/true"}},"time":"2026-11-28T10:00:00Z"}' % number


def make_container(answers: Path, name: str, environment: list[str], arguments: Sequence[str] = ()) -> None:
    folder = answers / name
    folder.mkdir()
    facts = {"Path": "/usr/bin/tetragon", "Args": list(arguments), "Config": {"Env": environment}}
    facts["Config"]["Image"] = "quay.io/cilium/tetragon:v1.7.0"  # type: ignore[call-overload]
    (folder / "inspect.json").write_text(json.dumps([facts]))
    (folder / "log").touch()


def source(url: str) -> HostSource:
    found = parse_host_source(url, inspect_host)
    assert found is not None
    return found


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_the_export_file_that_the_environment_names_is_read(stand_in: Path, tmp_path: Path, engine: str) -> None:
    (tmp_path / "t.log").write_bytes(line(1) + b"\n" + line(2) + b"\n")
    make_container(stand_in, "tetragon", [f"TETRAGON_EXPORT_FILENAME={tmp_path}/t.log", "PATH=/bin"])
    assert len(load([source(f"{engine}://tetragon")])) == 2
    facts = inspect_host(ContainerHost(engine, "tetragon"))
    assert (facts.export_file, facts.version, facts.list_hash) == (f"{tmp_path}/t.log", "1.7.0", "")


def test_the_command_line_beats_the_environment(stand_in: Path, tmp_path: Path) -> None:
    (tmp_path / "b.log").write_bytes(line(1) + b"\n")
    named = ["--export-filename", f"{tmp_path}/b.log", "--export-denylist", '{"pid":[1]}\n{"pid":[2]}']
    make_container(stand_in, "tetragon", ["TETRAGON_EXPORT_FILENAME=/a.log"], named)
    assert len(load([source("docker://tetragon")])) == 1
    assert len(inspect_host(ContainerHost("docker", "tetragon")).list_hash) == 12


def test_without_an_export_file_what_is_printed_is_read(stand_in: Path) -> None:
    make_container(stand_in, "tetragon", [])
    (stand_in / "tetragon" / "log").write_bytes(line(1) + b"\n" + line(2))
    assert len(load([source("docker://tetragon")])) == 2


def test_a_missing_container_is_said(stand_in: Path) -> None:
    with pytest.raises(SourceError, match=r"^none: there is no such container: docker ps lists them$"):
        load([source("docker://none")])


def test_an_export_file_is_followed_through_rotation(stand_in: Path, tmp_path: Path, feeding: Start) -> None:
    export = ExportFile(tmp_path)
    make_container(stand_in, "tetragon", [])
    export.write(line(0))
    running = feeding([source(f"docker://tetragon{tmp_path}/tetragon.log")])
    running.wait_for(lambda: len(running.feed.table) == 1)
    for number in range(1, 10):
        export.write(line(number))
        if number == 5:
            export.rotate()
    running.wait_for(lambda: len(running.feed.table) == 10)
    assert running.lines("tetragon") == [line(number) for number in range(10)]


def test_a_log_is_followed_and_taken_up_again(stand_in: Path, feeding: Start) -> None:
    make_container(stand_in, "tetragon", [])
    log = stand_in / "tetragon" / "log"
    log.write_bytes(b"".join(line(number) + b"\n" for number in range(10)))
    running = feeding([source("docker://tetragon")])
    running.wait_for(lambda: len(running.feed.table) == 10)
    for pid in child_pids(os.getpid()):
        if b"tail" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    with log.open("ab") as printed:
        printed.writelines(line(number) + b"\n" for number in range(10, 20))
    running.wait_for(lambda: len(running.feed.table) == 20)
    assert running.lines("tetragon") == [line(number) for number in range(20)]


def test_a_replay_is_left_out_up_to_the_line_read_last() -> None:
    replay = ReplayFilter()
    replay.begin()
    assert replay.take([b"a", b"b"]) == [b"a", b"b"]
    replay.begin()
    assert replay.take([b"a"]) == []
    assert replay.take([b"b", b"c"]) == [b"c"]
    assert (replay.take([b"d"]), replay.gap) == ([b"d"], False)


def test_a_log_that_no_longer_holds_the_line_read_last_is_read_whole_and_said() -> None:
    replay = ReplayFilter()
    replay.begin()
    replay.take([b"a"])
    replay.begin()
    assert replay.take([b"c", b"d"]) == []
    assert (replay.give_up(), replay.gap) == ([b"c", b"d"], True)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "answer"),
        ("permission denied while trying to connect to the Docker daemon socket", "may not use"),
        ("Error response from daemon: container 1a2b is not running", "does not run"),
    ],
)
def test_what_the_engine_says_is_explained_in_one_line(text: str, cause: str) -> None:
    error = ContainerHost("docker", "t").find_failure(CommandResult(1, b"", text.encode()))
    assert error is not None
    assert cause in str(error)
    assert "\n" not in str(error)
