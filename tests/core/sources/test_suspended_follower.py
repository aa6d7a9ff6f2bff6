"""A follower in a process of its own that is suspended and continued, as by a debugger or a sleeping machine."""

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


def wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Child:
    def __init__(self, live: Path, output: Path) -> None:
        self.output = output
        with output.open("wb") as out:
            self.process = subprocess.Popen([sys.executable, "-c", CHILD, str(live)], stdout=out)

    def until(self, lines: list[bytes]) -> None:
        size = sum(len(line) + 1 for line in lines)
        wait(lambda: self.output.stat().st_size >= size)
        assert self.output.read_bytes() == b"".join(line + b"\n" for line in lines)

    def suspend(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        wait(lambda: ") T " in Path(f"/proc/{self.process.pid}/stat").read_text())

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def child(tmp_path) -> Iterator[Child]:
    started = Child(tmp_path / "tetragon.log", tmp_path / "output")
    yield started
    started.process.kill()
    started.process.wait()


@pytest.mark.parametrize("backups", [5, 2])
def test_files_rotated_while_suspended_are_read_in_order(tmp_path, child, capture, backups):
    export = ExportFile(tmp_path, backups=backups)
    for line in capture[0][:100]:
        export.write(line)
    child.until(capture[0][:100])
    child.suspend()
    for lines in (capture[0][100:], capture[1], capture[2]):
        for line in lines:
            export.write(line)
        export.rotate()
    for line in capture[3]:
        export.write(line)
    child.resume()
    child.until([*capture[0], *capture[1], *capture[2], *capture[3]])
    export.close()


def test_an_unfinished_rotation_on_resume_counts_no_line_twice(tmp_path, child, capture):
    export = ExportFile(tmp_path)
    for line in capture[0]:
        export.write(line)
    child.until(capture[0])
    child.suspend()
    export.rotate()
    for line in capture[1]:
        export.write(line)
    old = export.rename()
    # Both `.log` and `.log.gz` are there for a moment, and a copy that is not finished.
    spare = old.with_name("spare")
    shutil.copy(old, spare)
    export.compress(old)
    spare.rename(old)
    old.with_name(old.name + ".gz.tmp").write_bytes(b"\x1f\x8b")
    export.reopen()
    for line in capture[2]:
        export.write(line)
    child.resume()
    child.until([*capture[0], *capture[1], *capture[2]])
    export.close()


def test_copytruncate_while_suspended_loses_no_line_of_the_copy(tmp_path, child, capture):
    live = tmp_path / "tetragon.log"
    with live.open("ab", buffering=0) as file:
        file.write(b"".join(line + b"\n" for line in capture[0][:50]))
        child.until(capture[0][:50])
        child.suspend()
        file.write(b"".join(line + b"\n" for line in capture[0][50:]))
        shutil.copy(live, tmp_path / "tetragon.log.1")
        os.truncate(live, 0)
        file.write(b"".join(line + b"\n" for line in capture[1]))
        child.resume()
        child.until([*capture[0], *capture[1]])
