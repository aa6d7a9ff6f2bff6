"""A real SSH server for the tests of hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stand_ins.ssh_server import WHY_NOT, SshServer
from tetratui.core.hosts.ssh import CONFIG_VARIABLE


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
