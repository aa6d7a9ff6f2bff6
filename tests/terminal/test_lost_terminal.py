"""A terminal that goes away, at any moment of the start or later, ends the command; nothing is left spinning."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.terminal

COMMAND = [sys.executable, "-c", "from tetratui.cli.main import main; main()"]


def start(log: Path) -> tuple[int, int]:
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [*COMMAND, str(log)])
    return pid, terminal


def read_until(terminal: int, size: int) -> None:
    """Read the terminal until that many bytes came, as a terminal that is about to go away would."""
    left, deadline = size, time.monotonic() + 30
    while left > 0 and time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1)
        if ready:
            left -= len(os.read(terminal, min(left, 65536)))


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
        time.sleep(0.05)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return False


@pytest.mark.parametrize("bytes_seen", [1, 20, 200, 2_000, 8_000])
def test_lost_terminal_ends_the_command(server_log: Path, bytes_seen: int) -> None:
    pid, terminal = start(server_log)
    read_until(terminal, bytes_seen)
    os.close(terminal)
    assert ended(pid)
