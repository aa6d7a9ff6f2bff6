"""Of two processes on one source one may write the session, and a process that ended holds no lock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tetratui.core import folders
from tetratui.core.session.session_file import file_of
from tetratui.core.session.session_lock import SessionInUseError, lock_session

HOLD = "import sys; from tetratui.core.session.session_lock import lock_session as lock; held = lock(sys.argv[1]); "


@contextmanager
def another(source: str) -> Iterator[subprocess.Popen[str]]:
    code = HOLD + "print(held is not None, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, source]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_second_is_told_who_the_first_is() -> None:
    with another("/var/log/x") as process, pytest.raises(SessionInUseError, match=f"process {process.pid} on") as told:
        lock_session("/var/log/x")
    assert "marks and drafts made here are not saved" in str(told.value)


def test_other_sources_are_free() -> None:
    with another("/var/log/x"):
        assert lock_session("/var/log/y") is not None


def test_a_killed_process_leaves_no_lock() -> None:
    with another("/var/log/x") as process:
        process.kill()
        process.wait()
        assert lock_session("/var/log/x") is not None


def test_a_lock_file_that_remained_locks_nothing() -> None:
    path = file_of("/var/log/x").with_suffix(".lock")
    path.parent.mkdir(parents=True)
    path.write_text("process 1 on nowhere, since 00:00, and a much longer text of another version")
    held = lock_session("/var/log/x")
    assert held is not None
    assert "nowhere" not in path.read_text()
    held.release()


def test_where_nothing_can_be_written_there_is_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "state", lambda: Path("/dev/null/x"))
    assert lock_session("/var/log/x") is None
