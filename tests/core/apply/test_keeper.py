"""The keeper is there before anything is changed, by systemd where there is one; a hung process is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tetratui.core.apply import keeper
from tetratui.core.apply.change import AppliedChange, ChangeState, read_boot_id
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.keeper import keep, start_keeper
from tetratui.core.errors import TargetError


def make_change(journal: ChangeJournal, state: ChangeState = ChangeState.APPLYING) -> AppliedChange:
    change = AppliedChange("1", 0.0, "me", "here", "host", "/out", "", "", [], [], state=state, boot=read_boot_id())
    journal.save(change)
    return change


def wait_until_finished(journal: ChangeJournal) -> AppliedChange:
    end = time.monotonic() + 60
    while not (change := journal.load("1")).state.is_finished or journal.has_keeper("1"):
        assert time.monotonic() < end
        time.sleep(0.05)
    return change


def stand_in_systemd_run(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Put a systemd-run on PATH that notes its words and starts the command after its options."""
    program = folder / "systemd-run"
    program.write_text(f'#!/bin/sh\necho "$@" > {folder}/words\n{body}')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    (folder / "run").mkdir()
    return folder / "run"


START = """\
while [ "${1#--}" != "$1" ]; do shift; done
"$@" >/dev/null 2>&1 &
"""


@pytest.mark.parametrize("secret", ["", "a-pass-word"])
def test_it_is_there_before_anything_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(keeper.__file__).parents[3]))
    systemd = stand_in_systemd_run(tmp_path, monkeypatch, START)
    journal = ChangeJournal(tmp_path / "changes")
    with journal.lock():
        change = make_change(journal)
        name = start_keeper(change, journal, secret, systemd=systemd)
        assert journal.has_keeper("1")
        # While this process holds the lock the keeper does nothing.
        assert journal.load("1").state is ChangeState.APPLYING
    assert wait_until_finished(journal).state is ChangeState.REVERTED
    if secret:
        # Everybody may read a unit's environment: with a password it is no unit.
        assert name.startswith("process ")
        assert not (tmp_path / "words").exists()
    else:
        words = (tmp_path / "words").read_text()
        assert "--on-active=1s" in words
        assert "--unit=tetratui-keeper-1" in words
        assert "a-pass-word" not in words


def test_without_systemd_it_is_a_process_of_its_own_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(keeper.__file__).parents[3]))
    systemd = stand_in_systemd_run(tmp_path, monkeypatch, "exit 1\n")
    journal = ChangeJournal(tmp_path / "changes")
    with journal.lock():
        name = start_keeper(make_change(journal), journal, systemd=systemd)
        pid = int(name.removeprefix("process "))
        assert os.getsid(pid) == pid
    wait_until_finished(journal)
    assert (tmp_path / "words").exists()


def test_a_keeper_that_does_not_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    monkeypatch.setattr(keeper, "_START_WAIT", 0.2)
    journal = ChangeJournal(tmp_path / "changes")
    with pytest.raises(TargetError, match="the keeper did not start"):
        start_keeper(make_change(journal), journal, systemd=tmp_path / "none")


def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process holds its lock for ever: ctrl+z in the countdown must not keep a change."""
    monkeypatch.setattr(keeper, "_LOOK_EVERY", 0.1)
    monkeypatch.setattr(keeper, "GRACE", 0.2)
    journal = ChangeJournal(tmp_path / "changes")
    make_change(journal, ChangeState.WAITING)
    code = (
        "import fcntl, os, signal, sys\n"
        "handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(handle, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSTOP)\n"
    )
    hung = subprocess.Popen([sys.executable, "-c", code, str(journal.folder / "lock")], stdout=subprocess.PIPE)
    assert hung.stdout is not None
    assert hung.stdout.readline() == b"locked\n"
    change = journal.load("1")
    change.runner, change.deadline = hung.pid, Clock().uptime()
    journal.save(change)
    result = keep(journal, "1", Clock(), lambda change: [])
    assert hung.wait(10) == -signal.SIGKILL
    assert result.state is ChangeState.REVERTED
    assert "nobody confirmed" in result.outcome
