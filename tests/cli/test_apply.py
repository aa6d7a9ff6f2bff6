"""The installed command on a stand-in sensor: applied, confirmed, taken back, killed; the keeper is a real process."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from sensor.agent_world import DENYLIST, LOG, AgentWorld, Scenario
from sensor.installed_programs import install
from sensor.world_clock import FastClock

OLD = b'{"binary_regex":["^/usr/bin/date$"]}\n'
COMMAND = [sys.executable, "-c", "from tetratui.cli.main import main; main()"]
FAST = Scenario(stop=0.1, started=0.1, loaded=0.15, exporter=0.15, listening=0.3)
PATIENCE = 60.0
"""Seconds after which a test gives up: a busy machine may take long."""


class Host:
    """One stand-in host with a folder to apply."""

    def __init__(self, folder: Path, scenario: Scenario = FAST, binary: str = "cut") -> None:
        folder.mkdir()
        self.world = AgentWorld(folder, FastClock())
        self.world.create(scenario, OLD)
        self.environment = install(self.world)
        self.new = OLD + b'{"binary_regex":["^/usr/bin/%s$"]}\n' % binary.encode()
        self.out = folder / "out"
        self.out.mkdir()
        (self.out / "export-denylist").write_bytes(self.new)
        self.changes = folder / "shared" / "changes"

    def words(self, verb: str, *options: str) -> list[str]:
        where = ["--root", str(self.world.root)] if verb in {"apply", "status"} else []
        return [*COMMAND, verb, *options, *where]

    def run(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        words = self.words(verb, *options)
        return subprocess.run(
            words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
        )

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.words("apply", str(self.out), *options),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def change(self) -> dict[str, Any]:
        files = sorted(self.changes.glob("*.json"))
        return dict(json.loads(files[-1].read_bytes())) if files else {}

    def list_on_disk(self) -> bytes:
        return (self.world.root / DENYLIST).read_bytes()

    def check(self, data: bytes) -> None:
        assert self.list_on_disk() == data
        assert self.world.list_in_force() == data
        assert self.world.is_exporting()
        assert not list(self.world.folder.rglob(".*.tetratui-*"))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def keepers(host: Host) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if "tetratui.core.apply.keeper" in words and str(host.changes) in words:
            found.append(words)
    return found


def test_a_dry_run_changes_nothing_and_names_its_plan(host: Host) -> None:
    done = host.run("apply", str(host.out), "--dry-run", "--json")
    plan = json.loads(done.stdout)
    assert done.returncode == 0
    assert [step["part"] for step in plan["steps"]] == ["tetragon"] * 4
    assert plan["added"] == ['{"binary_regex":["^/usr/bin/cut$"]}']
    assert plan["hindrances"] == []
    host.check(OLD)
    assert not host.change()
    other = host.run("apply", str(host.out), "--plan", "0" * 16, "--yes", "--reason", "a test of plans")
    assert other.returncode == 3
    assert "have changed since it was shown" in other.stderr
    host.check(OLD)
    assert (
        host.run("apply", str(host.out), "--plan", plan["plan"], "--yes", "--reason", "a test of plans").returncode == 0
    )
    host.check(host.new)


def test_applied_kept_and_taken_back(host: Host) -> None:
    canonical = '{"binary_regex":["^/usr/bin/cut$"]}'
    key = hashlib.sha256(canonical.encode()).hexdigest()
    entry = {"filter": canonical, "scope": "binary", "reason": "noise of a test", "owner": "me"}
    (host.out / "drafts.json").write_text(json.dumps({"format": 1, "drafts": {key: entry}}))
    done = host.run("apply", str(host.out), "--yes", "--reason", "noise of a test", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert (document["in_force"], document["confirmed"], document["reverted"]) == (True, True, False)
    assert all(step["ok"] for step in document["steps"])
    host.check(host.new)
    status = json.loads(host.run("status", "--json").stdout)
    assert [entry["measured"] for entry in status["in_force"]] == [{"arriving": 0}, {"arriving": 0}]
    assert status["in_force"][1]["since"] is not None
    assert status["in_force"][1]["reason"] == "noise of a test"
    sidecar = json.loads((host.world.folder / "shared" / os.uname().nodename / "drafts.json").read_bytes())
    assert sidecar["drafts"][key]["owner"] == "me"
    assert (status["drift"], status["unknown"]) == ([], [])
    again = host.run("apply", str(host.out), "--yes", "--reason", "noise of a test")
    assert again.returncode == 0
    assert "holds this list already" in again.stdout
    (host.world.root / DENYLIST).write_bytes(b'{"binary_regex":["^/usr/bin/id$"]}\n')
    drift = json.loads(host.run("status", "--json").stdout)["drift"]
    assert any("the agent runs with 2 filters, not with the 1" in text for text in drift)
    assert any("not by tetratui" in text for text in drift)
    (host.world.root / DENYLIST).write_bytes(host.new)
    reverted = host.run("revert", "--yes")
    assert reverted.returncode == 0, reverted.stderr
    host.check(OLD)
    wait_for(lambda: not keepers(host))


def test_without_a_confirmation_the_former_list_returns(host: Host) -> None:
    done = host.run("apply", str(host.out), "--confirm", "1", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 4
    assert document["reverted"] is True
    assert "nobody confirmed" in document["outcome"]
    host.check(OLD)


def test_confirmed_from_another_terminal(host: Host) -> None:
    process = host.start("--confirm", "60")
    wait_for(lambda: host.change().get("state") == "waiting")
    done = host.run("apply", "--finish", host.change()["id"])
    assert done.returncode == 0, done.stderr
    assert process.wait(PATIENCE) == 0
    host.check(host.new)
    wait_for(lambda: not keepers(host))


def test_the_keeper_takes_back_what_a_kill_cut_in_two(host: Host) -> None:
    process = host.start("--confirm", "60")
    wait_for(
        lambda: any(step["step"].startswith("restart") and step["began"] for step in host.change().get("steps", []))
    )
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: host.change()["state"] == "reverted")
    wait_for(lambda: not keepers(host))
    host.check(OLD)
    assert "tetratui ended in the middle" in host.change()["outcome"]


def test_the_keeper_gives_a_killed_wait_its_time_and_takes_a_confirmation(host: Host) -> None:
    process = host.start("--confirm", "60")
    wait_for(lambda: host.change().get("state") == "waiting")
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = host.run("apply", "--finish", host.change()["id"])
    assert done.returncode == 0, done.stderr
    wait_for(lambda: not keepers(host))
    host.check(host.new)


def test_a_request_to_end_takes_it_back_first(host: Host, default_signals: None) -> None:
    process = host.start("--confirm", "60")
    wait_for(lambda: host.change().get("state") == "waiting")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 4
    host.check(OLD)


def open_terminal(host: Host) -> pexpect.spawn[str]:
    words = host.words("apply", str(host.out), "--confirm", "60")
    terminal = pexpect.spawn(words[0], words[1:], env=host.environment, encoding="utf-8", timeout=PATIENCE)  # type: ignore[arg-type]
    terminal.expect(r"Apply it\? \[y/N\]")
    return terminal


def test_yes_and_keep_on_a_terminal(host: Host, default_signals: None) -> None:
    terminal = open_terminal(host)
    terminal.sendline("y")
    terminal.expect("Keep it")
    terminal.sendline("y")
    terminal.expect("confirmed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    host.check(host.new)


def test_no_on_a_terminal_changes_nothing(host: Host, default_signals: None) -> None:
    terminal = open_terminal(host)
    terminal.sendline("n")
    terminal.expect("nothing was changed")
    terminal.expect(pexpect.EOF)
    host.check(OLD)
    assert not host.change()


def test_a_closed_terminal_takes_it_back(host: Host, default_signals: None) -> None:
    terminal = open_terminal(host)
    terminal.sendline("y")
    terminal.expect("Keep it")
    os.close(terminal.child_fd)
    wait_for(lambda: host.change()["state"] == "reverted")
    wait_for(lambda: not keepers(host))
    assert os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) == 4
    host.check(OLD)


def test_a_list_that_is_refused_is_not_applied(host: Host) -> None:
    (host.out / "export-denylist").write_bytes(b'{"binary_regexp":["x"]}\n')
    done = host.run("apply", str(host.out), "--yes", "--reason", "a test of lists")
    assert done.returncode == 1
    assert "not a field of a filter" in done.stderr
    host.check(OLD)


def test_wrong_usage(host: Host) -> None:
    assert host.run("apply", str(host.out), "--yes").returncode == 2
    assert host.run("apply", str(host.out)).returncode == 2
    assert host.run("revert", "nonsense").returncode == 2
    assert host.run("apply", str(host.world.folder / "nowhere"), "--dry-run").returncode == 3
    assert (host.world.root / LOG).exists()
