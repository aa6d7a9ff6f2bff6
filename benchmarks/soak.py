"""Follow a busy, rotating export file for a long time: each line must come once and in order, and nothing may grow.

Another process writes varied events of the bundled capture at a fixed rate, and rotates the file as the agent does.
This process follows. Both digest every line in order. Memory, descriptors, threads and CPU are sampled meanwhile.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tetratui.core.demo.capture import read_capture
from tetratui.core.demo.export_file import ExportFile
from tetratui.core.sources import Chunk, Follower, LineLocation, SourceRegistry, SourceStatus, SourceStatusKind

TICKS_A_SECOND = 50
SAMPLE_EVERY = 5.0
"""Seconds."""
ROTATE_EVERY = 4.0
"""Seconds."""
GRACE = 60.0
"""Seconds without a line after which the rest counts as lost."""
FAILURES = {SourceStatusKind.FAILED, SourceStatusKind.TRUNCATED, SourceStatusKind.ENDED}


class Digest:
    """A digest over lines in their order."""

    def __init__(self) -> None:
        self.count = 0
        self.size = 0
        self._state = hashlib.blake2b()

    def add(self, line: bytes) -> None:
        """Add the next line."""
        self._state.update(line + b"\n")
        self.count += 1
        self.size += len(line) + 1

    def hex(self) -> str:
        """Return the digest of all lines so far."""
        return self._state.hexdigest()


def vary(capture: list[bytes]) -> Iterator[bytes]:
    """Yield the events of the capture without end, each line unlike all others."""
    number = 0
    while True:
        for line in capture:
            number += 1
            yield b'%b,"soak":%d}' % (line[:-1], number)


def write(folder: Path, rate: int, seconds: float, results: Connection) -> None:
    """Write events at a fixed rate; send count, bytes and digest at the end."""
    capture = read_capture()
    mean = sum(map(len, capture)) / len(capture)
    export = ExportFile(folder, limit=int(rate * mean * ROTATE_EVERY))
    digest, events = Digest(), vary(capture)
    start = time.monotonic()
    while (passed := time.monotonic() - start) < seconds:
        for _ in range(int(passed * rate) - digest.count):
            line = next(events)
            digest.add(line)
            export.write(line)
        time.sleep(1 / TICKS_A_SECOND)
    export.close()
    results.send((digest.count, digest.size, digest.hex()))


@dataclass
class Samples:
    """Memory, descriptors and threads of the following process over time."""

    start: float = field(default_factory=time.monotonic)
    rows: list[tuple[float, int, int, int, int]] = field(default_factory=list)
    """Seconds, events read, RSS in KiB, descriptors, threads."""

    def take(self, events: int) -> None:
        """Take a sample and print it."""
        row = (time.monotonic() - self.start, events, rss(), len(os.listdir("/proc/self/fd")), threading.active_count())
        self.rows.append(row)
        print(f"{row[0]:8.0f} s {row[1]:12,} events {row[2] / 1024:8.1f} MiB {row[3]:4} fds {row[4]:3} threads")

    def growth(self) -> float:
        """Return the growth of RSS in MiB, from the median of the second quarter to that of the last."""
        sizes = [row[2] for row in self.rows]
        quarter = max(1, len(sizes) // 4)
        middle = sorted(sizes[quarter : 2 * quarter] or sizes)
        last = sorted(sizes[-quarter:])
        return (last[len(last) // 2] - middle[len(middle) // 2]) / 1024


def rss() -> int:
    """Return the resident memory of this process in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


@dataclass
class Outcome:
    """What the following process has read."""

    digest: Digest = field(default_factory=Digest)
    rotations: int = 0
    failures: list[str] = field(default_factory=list)
    read_back: int = 0


def follow(folder: Path, results: Connection, samples: Samples, outcome: Outcome) -> tuple[int, int, str]:
    """Read until all that was written has come, or nothing has come for long; return what the writer sent."""
    registry = SourceRegistry()
    follower = Follower(folder / "tetragon.log", registry, from_start=True)
    follower.start()
    written: tuple[int, int, str] | None = None
    due, last = SAMPLE_EVERY, time.monotonic()
    while written is None or (outcome.digest.count < written[0] and time.monotonic() - last < GRACE):
        for item in follower.take(0.1):
            last = time.monotonic()
            record(item, registry, outcome)
        if time.monotonic() - samples.start >= due:
            due += SAMPLE_EVERY
            samples.take(outcome.digest.count)
        if written is None and results.poll():
            written = results.recv()
    follower.stop()
    registry.close()
    return written


def record(item: Chunk | SourceStatus, registry: SourceRegistry, outcome: Outcome) -> None:
    """Digest the lines of a chunk and read one of them back, or count what happened to the file."""
    if isinstance(item, SourceStatus):
        outcome.rotations += item.kind is SourceStatusKind.ROTATED
        if item.kind in FAILURES:
            outcome.failures.append(item.text)
        return
    for line in item.lines:
        outcome.digest.add(line)
    if registry.read(LineLocation(item.file, item.offsets[-1]), len(item.lines[-1])) != item.lines[-1]:
        outcome.failures.append(f"line {outcome.digest.count} was read back wrong")
    outcome.read_back += 1


def count_when_settled(expected: tuple[int, int]) -> tuple[int, int]:
    """Count descriptors and threads once the watcher's own thread, which nobody can join, has closed its files."""
    deadline = time.monotonic() + 5
    while True:
        counts = (len(os.listdir("/proc/self/fd")), threading.active_count())
        if counts == expected or time.monotonic() > deadline:
            return counts
        time.sleep(0.05)


def report(written: tuple[int, int, str], outcome: Outcome, samples: Samples, before: tuple[int, int]) -> bool:
    """Print the results; return whether nothing was lost and nothing has grown."""
    seconds = time.monotonic() - samples.start
    after = count_when_settled(before)
    same = (outcome.digest.count, outcome.digest.hex()) == (written[0], written[2])
    rows = [
        ("events written", f"{written[0]:,} ({written[0] / seconds:,.0f}/s, {written[1] / seconds / 1e6:.1f} MB/s)"),
        ("events read", f"{outcome.digest.count:,}"),
        ("every line once, in order (digest)", "yes" if same else "NO"),
        ("rotations followed", str(outcome.rotations)),
        ("lines read back", f"{outcome.read_back:,}"),
        ("failures", "; ".join(outcome.failures) or "none"),
        ("RSS growth", f"{samples.growth():+.1f} MiB"),
        ("descriptors before, after", f"{before[0]}, {after[0]}"),
        ("threads before, after", f"{before[1]}, {after[1]}"),
        ("CPU of the following process", f"{time.process_time() / seconds:.1%} of a core"),
    ]
    print()
    for name, value in rows:
        print(f"{name:36} {value}")
    return same and not outcome.failures and samples.growth() < 16 and after == before


def main() -> int:
    """Run the soak; return 1 when a line was lost, doubled or moved, or when something has grown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tetratui-soak-") as folder:
        results, sender = multiprocessing.Pipe(duplex=False)
        # Spawned, not forked: a copy of this process would share its memory figures.
        arguments = (Path(folder), options.rate, options.seconds, sender)
        writer = multiprocessing.get_context("spawn").Process(target=write, args=arguments)
        writer.start()
        before = (len(os.listdir("/proc/self/fd")), threading.active_count())
        samples, outcome = Samples(), Outcome()
        written = follow(Path(folder), results, samples, outcome)
        passed = report(written, outcome, samples, before)
        writer.join()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
