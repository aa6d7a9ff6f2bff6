"""The command in a pseudo terminal: first screen, keys and bytes while events arrive, idle CPU."""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]  # It brings no types.
import pyte

from benchmarks.generate import varied_lines

COMMAND = str(Path(sys.executable).with_name("tetratui"))
SIZES = ((80, 24), (200, 50))
PATIENCE = 20.0
ROW = (" x+ ", " x- ")
"""What only a row of an event shows: the marks of exec and exit."""
HELP = b"Watch events as they arrive"
_TICK = os.sysconf("SC_CLK_TCK")


class Terminal:
    """The command in a terminal of a given size."""

    def __init__(self, arguments: Sequence[str], home: Path, size: tuple[int, int] = (80, 24)) -> None:
        columns, rows = size
        names = {"HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"}
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"}
        environment |= {name: str(home) for name in names}
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = 0
        self.begun = time.perf_counter()
        self._child = pexpect.spawn(COMMAND, list(arguments), env=environment, dimensions=(rows, columns))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close(force=True)

    def read(self, seconds: float = 0.02) -> int:
        """Show what comes within that time; give how many bytes came."""
        try:
            data = self._child.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return 0
        self.sent += len(data)
        self._stream.feed(data)
        return len(data)

    def until(self, words: Iterable[str]) -> float:
        """Give the seconds since the start until one of the words is seen; raises TimeoutError."""
        while time.perf_counter() - self.begun < PATIENCE:
            text = "\n".join(self.screen.display)
            if any(word in text for word in words):
                return time.perf_counter() - self.begun
            self.read()
        raise TimeoutError(f"none of {list(words)} came:\n" + "\n".join(self.screen.display))

    def watch(self, seconds: float) -> tuple[float, float]:
        """Read for a while; give the share of a core it used and the bytes a second it sent."""
        cpu, sent, start = self._cpu(), self.sent, time.perf_counter()
        while time.perf_counter() - start < seconds:
            self.read(0.2)
        passed = time.perf_counter() - start
        return (self._cpu() - cpu) / passed, (self.sent - sent) / passed

    def key(self) -> float:
        """Ask for the help and give the milliseconds until its words have come; at most two seconds. Close it again."""
        start, came = time.perf_counter(), b""
        self._child.send("?")
        # Looked for in the bytes: drawing them here takes longer than the command does.
        while HELP not in came and time.perf_counter() - start < 2:
            with contextlib.suppress(pexpect.TIMEOUT):
                came += self._child.read_nonblocking(65536, timeout=0.02)
        passed = (time.perf_counter() - start) * 1000
        self._stream.feed(came)
        self._child.send("\x1b")
        self.watch(0.7)
        return passed

    def _cpu(self) -> float:
        # After the name in brackets: fields 14 and 15 of the line are user and system time.
        fields = Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


def p95(taken: Sequence[float]) -> float:
    """Give the 95th percentile; of ten values, the highest."""
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.95))]


def first_screens(file: Path, times: int) -> dict[str, float]:
    """Start on a file again and again, until a row of an event is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        taken = []
        for _ in range(times + 1):
            with Terminal([str(file)], Path(folder)) as terminal:
                taken.append(terminal.until(ROW))
        # The first start warms the caches.
        warm = taken[1:]
        return {"median_s": round(statistics.median(warm), 2), "p95_s": round(p95(warm), 2)}


def live(rate: int, size: tuple[int, int], seconds: float) -> dict[str, float]:
    """Follow a file that grows at a rate: CPU, bytes to the terminal, then keys."""
    with tempfile.TemporaryDirectory() as folder:
        file, stop = Path(folder) / "tetragon.log", threading.Event()
        lines = list(islice(varied_lines(), 21_000))
        file.write_bytes(b"".join(lines[:1000]))
        writer = threading.Thread(target=_write, args=(file, lines[1000:], rate, stop))
        with Terminal([str(file)], Path(folder), size) as terminal:
            terminal.until(ROW)
            writer.start()
            try:
                terminal.watch(2)
                cpu, sent = terminal.watch(seconds)
                keys = [terminal.key() for _ in range(10)]
            finally:
                stop.set()
                writer.join()
    return {
        "cpu_share": round(cpu, 3),
        "bytes_a_second": round(sent),
        "key_median_ms": round(statistics.median(keys)),
        "key_p95_ms": round(p95(keys)),
    }


def _write(file: Path, lines: Sequence[bytes], rate: int, stop: threading.Event) -> None:
    written, start = 0, time.perf_counter()
    with file.open("ab", buffering=0) as out:
        while not stop.wait(0.05):
            due = int((time.perf_counter() - start) * rate)
            out.write(b"".join(lines[number % len(lines)] for number in range(written, due)))
            written = due


def idle(seconds: float) -> dict[str, float]:
    """Watch a file that does not grow."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tetragon.log"
        file.write_bytes(b"".join(islice(varied_lines(), 4000)))
        with Terminal([str(file)], Path(folder)) as terminal:
            terminal.until(ROW)
            terminal.watch(3)
            cpu, sent = terminal.watch(seconds)
    return {"cpu_share": round(cpu, 4), "bytes_a_second": round(sent)}


def measure(large: Path, capture: Path) -> dict[str, Any]:
    """Measure everything on the screen."""
    return {
        "first_screen_large_file": first_screens(large, 10),
        "first_screen_capture": first_screens(capture, 10),
        "idle": idle(8),
        **{
            f"live_{rate}_a_second_{columns}x{rows}": live(rate, (columns, rows), 8)
            for rate in (1000, 2000)
            for columns, rows in SIZES
        },
    }
