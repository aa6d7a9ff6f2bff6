"""A host by a real sshd: commands, files, and one clear line for each failure."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from stand_ins.ssh_server import SshServer
from tetratui.core.hosts import remote_shell
from tetratui.core.hosts.interface import Host, HostError, HostFileError, HostFileMissing, HostRefused, HostWriteError
from tetratui.core.hosts.local import LocalHost
from tetratui.core.hosts.ssh import CONFIG_VARIABLE, SshHost


@pytest.fixture(scope="module")
def control_master(server: SshServer) -> Iterator[Path]:
    """A client's configuration with which all calls share one connection."""
    server.write_client_config()
    config = server.folder / "shared_config"
    shared = f"  ControlMaster auto\n  ControlPath {server.folder}/control\n  ControlPersist 60\n"
    config.write_text(server.config.read_text() + shared)
    yield config
    subprocess.run(["ssh", "-F", str(config), "-O", "exit", "web1"], capture_output=True, check=False)


@pytest.fixture
def shared_connection(control_master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, str(control_master))


@pytest.fixture(params=["here", "ssh"])
def host(request: pytest.FixtureRequest) -> Host:
    if request.param == "here":
        return LocalHost()
    request.getfixturevalue("shared_connection")
    return SshHost("web1")


def test_words_arrive_as_they_are(host: Host) -> None:
    words = ["a b", "$HOME", "it's", "x\ny", "*", ""]
    result = host.run(["printf", "<%s>", *words])
    assert result.stdout.decode() == "".join(f"<{word}>" for word in words)


def test_standard_input_and_exit_code_are_passed_on(host: Host) -> None:
    result = host.run(["sh", "-c", "cat; echo oops >&2; exit 7"], stdin=b"in\0put")
    assert (result.returncode, result.stdout, result.reason) == (7, b"in\0put", "oops")


def test_a_missing_program_is_named(host: Host) -> None:
    with pytest.raises(HostError, match="no-such-program"):
        host.run(["no-such-program"])


def test_a_command_that_takes_too_long_is_ended(host: Host) -> None:
    with pytest.raises(HostError, match=r"did not end within 0\.3 s"):
        host.run(["sleep", "60"], timeout=0.3)


def test_a_file_is_read_as_it_is(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "it's $here"
    path.write_bytes(b"\0\xff\n\n")
    assert host.read_file(str(path)) == b"\0\xff\n\n"
    with pytest.raises(HostFileMissing):
        host.read_file(str(tmp_path / "none"))


def test_a_file_is_replaced_with_its_mode_and_a_link_stays_a_link(host: Host, tmp_path: Path) -> None:
    path, link = tmp_path / "real", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    before = path.stat()

    host.write_file(str(link), b"new")

    after = path.stat()
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert sorted(os.listdir(tmp_path)) == ["link", "real"]


def test_a_new_file_gets_the_mode(host: Host, tmp_path: Path) -> None:
    host.write_file(str(tmp_path / "private"), b"x")
    host.write_file(str(tmp_path / "public"), b"x", mode=0o644)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("private", "public")]
    assert modes == [0o600, 0o644]


def test_no_temporary_file_is_ever_in_a_folder_that_tetragon_reads(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "tetragon.conf.d"
    folder.mkdir()
    (folder / "export-denylist").write_bytes(b"old")
    # The folder cannot be written to but for the rename: a temporary file in it would be seen by this listing.
    seen: set[str] = set()
    for size in (1, 1 << 20):
        host.write_file(str(folder / "export-denylist"), b"x" * size)
        seen |= set(os.listdir(folder))
    assert seen == {"export-denylist"}


def test_a_file_in_a_missing_folder_is_not_written(host: Host, tmp_path: Path) -> None:
    with pytest.raises(HostWriteError, match="could not be written"):
        host.write_file(str(tmp_path / "none" / "file"), b"x")


def test_new_bytes_of_a_file_are_followed(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"old\n")
    followed = host.follow(str(path))
    with path.open("ab") as export:
        export.write(b"new\n")
    data, deadline = b"", time.monotonic() + 10
    while not data and time.monotonic() < deadline:
        data = followed.read(0.5)
    followed.close()
    assert data == b"new\n"


def one_line(error: HostError) -> str:
    text = str(error)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def test_a_wrong_host_key_is_said_and_nothing_is_sent(ssh: SshServer) -> None:
    ssh.offer_other_host_key()
    with pytest.raises(HostRefused) as caught:
        SshHost("web1").run(["true"])
    assert one_line(caught.value).startswith("web1: its host key is not the one that is known: ")


def test_an_unknown_host_key_is_said(ssh: SshServer) -> None:
    ssh.known_hosts.write_text("")
    with pytest.raises(HostRefused) as caught:
        SshHost("web1").run(["true"])
    assert one_line(caught.value).startswith("web1: its host key is not known: ")


def test_a_refused_key_is_said(ssh: SshServer) -> None:
    ssh.config.write_text(ssh.config.read_text().replace("user_key", "other_key"))
    with pytest.raises(HostRefused) as caught:
        SshHost("web1").run(["true"])
    assert one_line(caught.value).startswith("web1: it accepts no key of yours: ")


def test_a_closed_port_is_said(ssh: SshServer) -> None:
    with pytest.raises(HostError) as caught:
        SshHost("web1", port=1).run(["true"])
    assert one_line(caught.value).startswith("web1: no SSH server answers there")


def test_no_such_file_is_said(ssh: SshServer, tmp_path: Path) -> None:
    with pytest.raises(HostError) as caught:
        SshHost("web1").follow(str(tmp_path / "none.log"))
    assert one_line(caught.value) == f"web1: {tmp_path}/none.log: no such file"


class NobodyHost(LocalHost):
    """This machine, for a user who may read nothing."""

    def command(self, argv: Sequence[str]) -> list[str]:
        if os.geteuid():
            return list(argv)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv]


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root needs setpriv to be somebody else")
def test_a_closed_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "tetragon.log"
    path.touch(mode=0)
    with pytest.raises(HostFileError) as caught:
        NobodyHost().follow(str(path))
    assert one_line(caught.value).startswith(f"here: {path}: permission denied: connect as a user who may read it")


def test_a_host_without_tail_is_said(ssh: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dd", "ls"):
        (programs / name).symlink_to(shutil.which(name) or name)
    script = remote_shell.SESSION.replace("LC_ALL=C;", f"PATH={programs}; LC_ALL=C;", 1)
    monkeypatch.setattr(remote_shell, "SESSION", script)
    with pytest.raises(HostError) as caught:
        SshHost("web1").follow(str(tmp_path / "tetragon.log"))
    assert one_line(caught.value).startswith("web1: tail is not installed there")


FOLLOW = """
import sys, time
from tetratui.core.hosts.ssh import CONFIG_VARIABLE, SshHost
followed = SshHost("web1").follow(sys.argv[1])
followed.read(0.1)
print("following", flush=True)
while True:
    followed.read(1.0)
"""


def test_the_processes_there_end_when_tetratui_is_killed(ssh: SshServer, tmp_path: Path) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"{}\n")
    others = set(ssh.children())
    process = subprocess.Popen([sys.executable, "-c", FOLLOW, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"following\n"
    serving = set(ssh.children()) - others
    assert serving
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while set(ssh.children()) & serving:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_command_line_holds_no_text_that_a_shell_would_read(ssh: SshServer) -> None:
    command = SshHost("web1", user="me", port=22).command(["cat", "/a b"])
    assert command[-3:] == ["--", "web1", "cat '/a b'"]
    assert "BatchMode=yes" in command
    assert not re.search("password", " ".join(command), re.IGNORECASE)
