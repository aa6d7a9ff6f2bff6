"""A file of a host is read whole, in order and once: through rotations, used inodes and killed connections."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stand_ins.ssh_server import SshServer, child_pids
from tetratui.core.demo.export_file import ExportFile
from tetratui.core.hosts.interface import HostError
from tetratui.core.hosts.local import LocalHost
from tetratui.core.hosts.ssh import SshHost
from tetratui.core.hosts.tracker import FileTracker, Note, Piece, Step
from tetratui.core.sources.follow.status import SourceStatusKind

KILLS, LINES = 5, 3000
SIZE = sum(len(str(number)) + 329 for number in range(LINES))
"""Bytes that `write_lines` writes."""
PATIENCE = 30.0
"""Seconds that a test waits for what must come."""


class Collected:
    """The bytes and notes of a tracker."""

    def __init__(self, tracker: FileTracker) -> None:
        self.tracker = tracker
        self.data = bytearray()
        self.notes: list[Note] = []
        self._ends: dict[int, int] = {}

    def take(self, steps: Iterator[Step]) -> None:
        for step in steps:
            if isinstance(step, Piece):
                assert step.offset == self._ends.get(step.file, step.offset)
                self._ends[step.file] = step.offset + len(step.data)
                self.data += step.data
            else:
                self.notes.append(step)

    def read_until(self, size: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.data) < size and time.monotonic() < deadline:
            self.take(self.tracker.read(0.2))
        assert len(self.data) == size

    @property
    def kinds(self) -> list[SourceStatusKind]:
        return [note.kind for note in self.notes]


@pytest.fixture
def collected(tmp_path: Path) -> Iterator[Collected]:
    tracker = FileTracker(LocalHost(), str(tmp_path / "tetragon.log"), from_start=True)
    yield Collected(tracker)
    tracker.close()


def test_rotations_between_two_connections_lose_nothing(tmp_path: Path, collected: Collected) -> None:
    export = ExportFile(tmp_path)
    export.write(b'{"a":1}')
    collected.take(collected.tracker.connect())
    collected.read_until(8)
    collected.tracker.close()
    for number in range(2, 6):
        export.write(b'{"a":%d}' % number)
        export.rotate()
    export.write(b'{"a":6}')

    collected.take(collected.tracker.connect())
    collected.read_until(48)

    assert bytes(collected.data) == b"".join(b'{"a":%d}\n' % number for number in range(1, 7))
    assert collected.tracker.missed_files == 0


def test_a_line_that_was_cut_off_by_the_end_of_a_connection_is_completed(tmp_path: Path, collected: Collected) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b'{"first":1}\n{"second"')
    collected.take(collected.tracker.connect())
    collected.read_until(21)
    collected.tracker.close()
    with path.open("ab") as export:
        export.write(b":2}\n")

    collected.take(collected.tracker.connect())
    collected.read_until(25)

    assert bytes(collected.data) == b'{"first":1}\n{"second":2}\n'


def test_another_file_with_the_same_inode_is_another_file(tmp_path: Path, collected: Collected) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b'{"old":1}\n')
    collected.take(collected.tracker.connect())
    collected.read_until(10)
    collected.tracker.close()
    with gzip.open(tmp_path / "tetragon-2026-11-28T10-00-00.000.log.gz", "wb") as packed:
        packed.write(b'{"old":1}\n{"old":2}\n')
    # The same inode, longer than what was read of the old content.
    path.write_bytes(b'{"new":1}\n{"new":2}\n')

    collected.take(collected.tracker.connect())
    collected.read_until(40)

    assert bytes(collected.data) == b'{"old":1}\n{"old":2}\n{"new":1}\n{"new":2}\n'


def test_a_deleted_rotated_file_is_said_to_be_missed(tmp_path: Path, collected: Collected) -> None:
    export = ExportFile(tmp_path)
    export.write(b'{"a":1}')
    collected.take(collected.tracker.connect())
    collected.read_until(8)
    collected.tracker.close()
    export.write(b'{"a":2}')
    export.rename().unlink()
    export.reopen()
    export.write(b'{"a":3}')

    collected.take(collected.tracker.connect())
    collected.read_until(16)

    assert bytes(collected.data) == b'{"a":1}\n{"a":3}\n'
    assert collected.tracker.missed_files == 1
    assert SourceStatusKind.FAILED in collected.kinds


def test_a_damaged_rotated_file_is_read_up_to_the_damage_and_said(tmp_path: Path, collected: Collected) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b'{"a":1}\n')
    collected.take(collected.tracker.connect())
    collected.read_until(8)
    collected.tracker.close()
    packed = gzip.compress(b'{"a":1}\n{"a":2}\n' + os.urandom(50_000))
    (tmp_path / "tetragon-2026-11-28T10-00-00.000.log.gz").write_bytes(packed[: len(packed) // 2])
    path.write_bytes(b'{"b":1}\n')

    collected.take(collected.tracker.connect())

    assert bytes(collected.data).startswith(b'{"a":1}\n{"a":2}\n')
    assert any("damaged" in note.text for note in collected.notes)


STEPS = st.lists(
    st.one_of(
        st.binary(max_size=40).map(lambda data: ("write", data.replace(b"\x1e", b"\n"))),
        st.sampled_from([("rotate", b""), ("rename", b""), ("lose", b""), ("read", b"")]),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_between_and_during_connections_every_byte_comes_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("export")
    export, written, number = ExportFile(folder, backups=1000), b"", 0
    collected = Collected(FileTracker(LocalHost(), str(export.path), from_start=True))
    collected.take(collected.tracker.connect())
    for step, data in [*steps, ("write", b"end")]:
        if step == "write":
            # As events are: the first bytes of no two files are alike.
            number += 1
            line = b'{"exec_id":"%d"}%b' % (number, data.replace(b"\n", b" "))
            export.write(line)
            written += line + b"\n"
        elif step == "rotate":
            export.rotate()
        elif step == "rename":
            export.rename()
            export.reopen()
        elif step == "lose":
            collected.tracker.close()
            collected.take(collected.tracker.connect())
        else:
            collected.take(collected.tracker.read(0.0))
    collected.tracker.close()
    collected.take(collected.tracker.connect())
    collected.read_until(len(written))
    collected.tracker.close()
    assert bytes(collected.data) == written
    assert collected.tracker.missed_files == 0


def test_a_missing_file_is_waited_for(tmp_path: Path, collected: Collected) -> None:
    collected.take(collected.tracker.connect())
    assert collected.kinds == [SourceStatusKind.WAITING]
    (tmp_path / "tetragon.log").write_bytes(b'{"a":1}\n')

    collected.read_until(8)


def test_following_starts_at_the_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b'{"old":1}\n{"half"')
    collected = Collected(FileTracker(LocalHost(), str(path)))
    collected.take(collected.tracker.connect())
    with path.open("ab") as export:
        export.write(b":2}\n")

    collected.read_until(11)
    collected.tracker.close()

    assert bytes(collected.data) == b'{"half":2}\n'


def test_nothing_is_started_on_the_host_while_nothing_changes(tmp_path: Path, collected: Collected) -> None:
    (tmp_path / "tetragon.log").write_bytes(b'{"a":1}\n')
    collected.take(collected.tracker.connect())
    collected.read_until(8)
    shell = collected.tracker.shell._process.pid
    # The size is looked at every half a minute, which starts a process; not now.
    collected.tracker._next_stat = collected.tracker._next_look = float("inf")
    wait_for(lambda: collected.tracker.shell.path_state() is None and len(child_pids(shell)) == 1)
    tail = child_pids(shell)
    for _ in range(3):
        collected.tracker.delay, collected.tracker._next_look = None, 0.0
        deadline = time.monotonic() + PATIENCE
        while collected.tracker.delay is None and time.monotonic() < deadline:
            collected.take(collected.tracker.read(0.01))
        assert collected.tracker.delay is not None
        assert set(child_pids(shell)) <= set(tail)


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def write_lines(export: ExportFile, count: int, every: int, digest: hashlib._Hash) -> None:
    """Write lines of about 300 bytes; rotate after `every` of them."""
    for number in range(count):
        line = b'{"process_exec":{"process":{"exec_id":"%d","arguments":"%s"}},"time":"2026"}' % (
            number,
            hashlib.sha512(b"%d" % number).hexdigest().encode() * 2,
        )
        export.write(line)
        digest.update(line + b"\n")
        if number % every == every - 1:
            export.rotate()
        if number % 20 == 19:
            time.sleep(0.01)


class Killer(threading.Thread):
    """Kills the connection each time that more was read, whatever it is being used for at that moment."""

    def __init__(self, collected: Collected, server: SshServer, victim: str) -> None:
        super().__init__(daemon=True)
        self.kills = 0
        self._collected, self._server, self._victim = collected, server, victim

    def run(self) -> None:
        while self.kills < KILLS:
            time.sleep(0.002)
            shell = self._collected.tracker._shell
            if len(self._collected.data) < 100_000 * (self.kills + 1) or shell is None:
                continue
            pids = self._server.children() if self._victim == "server" else [shell._process.pid]
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.kills += bool(pids)
            time.sleep(0.2)


@pytest.mark.parametrize("victim", ["server", "client"])
def test_a_connection_that_is_killed_five_times_loses_no_line(ssh: SshServer, tmp_path: Path, victim: str) -> None:
    export = ExportFile(tmp_path, backups=1000)
    tracker = FileTracker(SshHost("web1"), str(tmp_path / "tetragon.log"), from_start=True)
    collected, written = Collected(tracker), hashlib.sha256()
    writer = threading.Thread(target=write_lines, args=(export, LINES, 400, written))
    killer = Killer(collected, ssh, victim)
    # Rotated files that are there at the start are history, which a tracker leaves to others.
    collected.take(tracker.connect())
    writer.start()
    killer.start()
    lost = 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (writer.is_alive() or killer.is_alive() or len(collected.data) < SIZE):
        try:
            collected.take(tracker.read(0.1) if tracker._shell else tracker.connect())
        except HostError:
            lost += 1
            tracker.close()
    writer.join()
    tracker.close()

    assert killer.kills == KILLS
    assert lost >= KILLS - 1
    assert hashlib.sha256(collected.data).hexdigest() == written.hexdigest()
    assert tracker.missed_files == 0
