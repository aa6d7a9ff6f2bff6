"""A follower in a process of its own, stopped and continued as a debugger or a suspended machine does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tetratui.core.demo.export_file import ExportFile

DEADLINE = 30.0

CHILD = """
import sys
from pathlib import Path
from tetratui.core.sources import Chunk, Follower, SourceRegistry
follower = Follower(Path(sys.argv[1]), SourceRegistry(), from_start=True)
follower.start()
while True:
    for item in follower.take(1):
        if isinstance(item, Chunk):
            sys.stdout.buffer.write(b"".join(line + b"\\n" for line in item.lines))
    sys.stdout.buffer.flush()
"""


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Child:
    def __init__(self, live: Path, seen: Path) -> None:
        self.seen = seen
        with seen.open("wb") as out:
            self.process = subprocess.Popen([sys.executable, "-c", CHILD, str(live)], stdout=out)

    def until(self, lines: list[bytes]) -> None:
        size = sum(len(line) + 1 for line in lines)
        wait(lambda: self.seen.stat().st_size >= size)
        assert self.seen.read_bytes() == b"".join(line + b"\n" for line in lines)

    def stop(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        wait(lambda: ") T " in Path(f"/proc/{self.process.pid}/stat").read_text())

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def child(tmp_path) -> Iterator[Child]:
    begun = Child(tmp_path / "tetragon.log", tmp_path / "seen")
    yield begun
    begun.process.kill()
    begun.process.wait()


@pytest.mark.parametrize("backups", [5, 2])
def test_rotations_while_we_were_stopped_are_read_in_between(tmp_path, child, capture, backups):
    written = ExportFile(tmp_path, backups=backups)
    for line in capture[0][:100]:
        written.write(line)
    child.until(capture[0][:100])
    child.stop()
    for lines in (capture[0][100:], capture[1], capture[2]):
        for line in lines:
            written.write(line)
        written.rotate()
    for line in capture[3]:
        written.write(line)
    child.go_on()
    child.until([*capture[0], *capture[1], *capture[2], *capture[3]])
    written.close()


def test_a_rotation_half_done_when_we_go_on_counts_no_line_twice(tmp_path, child, capture):
    written = ExportFile(tmp_path)
    for line in capture[0]:
        written.write(line)
    child.until(capture[0])
    child.stop()
    written.rotate()
    for line in capture[1]:
        written.write(line)
    old = written.rename()
    # Both `.log` and `.log.gz` are there for a moment, and a copy that is not finished.
    spare = old.with_name("spare")
    shutil.copy(old, spare)
    written.compress(old)
    spare.rename(old)
    old.with_name(old.name + ".gz.tmp").write_bytes(b"\x1f\x8b")
    written.reopen()
    for line in capture[2]:
        written.write(line)
    child.go_on()
    child.until([*capture[0], *capture[1], *capture[2]])
    written.close()


def test_copytruncate_while_we_were_stopped_loses_nothing_that_the_copy_has(tmp_path, child, capture):
    live = tmp_path / "tetragon.log"
    with live.open("ab", buffering=0) as file:
        file.write(b"".join(line + b"\n" for line in capture[0][:50]))
        child.until(capture[0][:50])
        child.stop()
        file.write(b"".join(line + b"\n" for line in capture[0][50:]))
        shutil.copy(live, tmp_path / "tetragon.log.1")
        os.truncate(live, 0)
        file.write(b"".join(line + b"\n" for line in capture[1]))
        child.go_on()
        child.until([*capture[0], *capture[1]])
