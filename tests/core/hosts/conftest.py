"""A real SSH server, stand-ins for engines, and a feed that runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from stand_ins.feeding import Feeding
from stand_ins.ssh_server import WHY_NOT, SshServer
from tetratui.core.hosts.host_source import Source
from tetratui.core.hosts.ssh import CONFIG_VARIABLE

STAND_INS = Path(__file__).parents[2] / "stand_ins"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    server = SshServer(tmp_path_factory.mktemp("sshd"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ssh(server: SshServer, monkeypatch: pytest.MonkeyPatch) -> SshServer:
    """The server, reached by `SshHost` under any name."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(server.config))
    server.write_client_config()
    return server


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of what `docker`, `podman` and `kubectl` answer; those on PATH are stand-ins."""
    programs, answers = tmp_path / "bin", tmp_path / "answers"
    programs.mkdir()
    answers.mkdir()
    for name, program in (("docker", "docker"), ("podman", "docker"), ("kubectl", "kubectl")):
        shutil.copy(STAND_INS / program, programs / name)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN", str(answers))
    return answers


@pytest.fixture
def feeding() -> Iterator[Callable[[Sequence[Source]], Feeding]]:
    started: list[Feeding] = []

    def start(sources: Sequence[Source]) -> Feeding:
        started.append(Feeding(sources))
        return started[-1]

    yield start
    for each in started:
        each.end()
