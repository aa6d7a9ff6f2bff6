"""`tetratui demo`: the bundled capture on the screens, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

COMMAND = str(Path(sys.executable).with_name("tetratui"))


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
    }


def test_the_demo_without_a_terminal_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run([COMMAND, "demo"], capture_output=True, text=True, env=environment(tmp_path), timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.glob("tetratui-demo-*")) == []


@pytest.mark.terminal
def test_the_demo_shows_the_capture_ends_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    child = pexpect.spawn(COMMAND, ["demo", "--quit-after", "3"], env=environment(tmp_path), dimensions=(24, 80))
    child.expect("server01", timeout=30)
    start = time.monotonic()
    child.expect(pexpect.EOF, timeout=30)
    child.close()
    assert child.exitstatus == 0
    assert time.monotonic() - start < 15
    assert list(tmp_path.glob("tetratui-*")) == []
