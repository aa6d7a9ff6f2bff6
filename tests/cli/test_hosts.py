"""Hosts on the command line: as SOURCE, for `doctor --host`, and explained without a connection."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from stand_ins.ssh_server import WHY_NOT, SshServer
from tetratui.cli import doctor, stats
from tetratui.cli import open as open_verb
from tetratui.cli.source_argument import SOURCE
from tetratui.core.errors import SourceError, UsageError
from tetratui.core.hosts.local import LocalHost
from tetratui.core.hosts.ssh import CONFIG_VARIABLE
from tetratui.core.tetragon.agent import host_installation
from tetratui.core.tetragon.agent.agent_config import examine


class OtherRoot(LocalHost):
    """A host whose root is a folder of this machine."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root

    def command(self, argv: Sequence[str]) -> list[str]:
        # The script is a word too; it holds no path of the configuration.
        return [f"{self.root}{word}" if word.startswith(("/etc/", "/usr/l", "/var/")) else word for word in argv]


@pytest.fixture
def ssh(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> SshServer:
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    server = SshServer(tmp_path_factory.mktemp("sshd"))
    server.start()
    monkeypatch.setenv(CONFIG_VARIABLE, str(server.config))
    yield server  # type: ignore[misc]
    server.stop()


def test_a_host_is_a_source_of_verbs(ssh: SshServer, tmp_path: Path) -> None:
    (tmp_path / "t.log").write_bytes(b'{"process_exec":{"process":{"pid":1}},"node_name":"n"}\n')
    result = CliRunner().invoke(stats.command, [f"ssh://web1{tmp_path}/t.log", "--json"], standalone_mode=False)
    assert json.loads(result.stdout)["events"] == 1


def test_doctor_examines_a_host_by_ssh(ssh: SshServer) -> None:
    result = CliRunner().invoke(doctor.command, ["--host", "web1", "--json"], standalone_mode=False)
    document = json.loads(result.stdout)
    assert (document["host"], result.exception) == ("ssh://web1", None)


def test_doctor_names_a_host_that_is_not_reached(ssh: SshServer) -> None:
    with pytest.raises(SourceError, match="no SSH server answers there"):
        CliRunner().invoke(doctor.command, ["--host", "ssh://web1:1"], standalone_mode=False, catch_exceptions=False)


def test_what_is_explained_is_what_would_be_run() -> None:
    result = CliRunner().invoke(open_verb.command, ["ssh://me@web1:22/x.log", "--explain"], standalone_mode=False)
    command = next(line for line in result.stdout.splitlines() if line.startswith("ssh ") and "SCRIPT" in line)
    words = shlex.split(command)
    assert words[-4:-1] == ["22", "--", "web1"]
    assert shlex.split(words[-1]) == ["/bin/sh", "-c", "SCRIPT", "tetratui"]
    script = result.stdout.split(f"{command}\n")[1]
    assert subprocess.run(["/bin/sh", "-n"], input=script.encode(), check=False).returncode == 0


@pytest.mark.parametrize(
    "address", ["ssh://web1", "docker://tetragon", "podman://tetragon/x.log", "k8s://prod/kube-system/tetragon"]
)
def test_every_sort_of_host_is_explained(address: str) -> None:
    result = CliRunner().invoke(open_verb.command, [address, "--explain"], standalone_mode=False)
    assert result.stdout.startswith(f"# {address}\n")
    assert result.return_value == 0


def test_explaining_needs_a_host() -> None:
    for verb, arguments in ((open_verb, ["x.log", "--explain"]), (doctor, ["--explain"])):
        with pytest.raises(UsageError):
            CliRunner().invoke(verb.command, arguments, standalone_mode=False, catch_exceptions=False)


def test_a_password_in_an_address_is_refused() -> None:
    with pytest.raises(UsageError, match="password"):
        SOURCE.convert("ssh://me:secret@web1", None, None)


def test_the_configuration_of_a_host_is_read_in_all_its_layers(tmp_path: Path) -> None:
    conf, etc, unit = (
        tmp_path / name
        for name in ("usr/lib/tetragon/tetragon.conf.d", "etc/tetragon/tetragon.conf.d", "etc/systemd/system")
    )
    for folder in (conf, etc, unit):
        folder.mkdir(parents=True)
    (conf / "export-filename").write_text("/var/log/tetragon/tetragon.log\n")
    (conf / "export-denylist").write_text('\n{"pid":[1]}\n')
    (etc / "export-denylist").write_text('{"pid":[x]}\n\n')
    (unit / "tetragon.service").write_text("[Service]\nExecStart=/usr/bin/tetragon --export-rate-limit 5\n")
    (tmp_path / "usr/lib/tetragon/VERSION").write_text("v1.6.0\n")
    log = tmp_path / "var/log/tetragon/tetragon.log"
    log.parent.mkdir(parents=True)
    log.touch()
    log.chmod(0o644)

    # The copy holds the files under the root's own path, as the host printed them: read that as its root.
    with host_installation.copy_configuration(OtherRoot(tmp_path)) as found:
        below = examine(found.install.root / str(tmp_path).lstrip("/"))
    assert below.value("export-filename") == "/var/log/tetragon/tetragon.log"
    assert [setting.value for setting in below.settings["export-denylist"]] == ['{"pid":[1]}', '{"pid":[x]}']
    assert below.value("export-rate-limit") == "5"
    assert below.settings["export-denylist"][0].blank_lines == 1
