"""The screens in a pseudo terminal: the first row, and under load the answers to keys, bytes, CPU, what is lost.

`python -m benchmarks.terminal` prints one JSON object. What the terminal gets is only noted with its time while the
program runs, and drawn (pyte) afterwards: drawing in between would be measured too.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import Event, Process, SimpleQueue
from pathlib import Path
from typing import Any

import pyte

from benchmarks.generate import varied_lines

COMMAND = Path(sys.executable).with_name("tetratui")
SIZES = ((80, 24), (200, 50))
"""Columns and lines."""
DEADLINE = 30.0
SETTLED = 5.0
"""Seconds after the last event in which everything must stand on the screen: it is drawn at least every two."""
TICKS_A_SECOND = 20
BEFORE = 1000
"""Events in the file before it grows."""
ROW = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ")
COUNT = re.compile(r"\d of ([\d,]+) ")
KEYS = (("up", "\x1b[A"), ("down", "\x1b[B"), ("help", "?"), ("close", "\x1b"), ("pane", "\t"))
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Run:
    """One run of the command in a pseudo terminal of its own."""

    arguments: list[str]
    home: Path
    size: tuple[int, int] = SIZES[0]
    got: list[tuple[float, bytes]] = field(default_factory=list)
    """What the terminal got, with the moment."""

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TETRATUI_SHARED_STATE"):
                os.environ[name] = str(self.home)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            # Installed, its modules are compiled; from a checkout the first start compiles them, where it may.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execv(COMMAND, [str(COMMAND), *self.arguments])
        columns, lines = self.size
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds: float, until: Callable[[bytes], object] = lambda _: False) -> bool:
        """Note what comes, for so long or until what came last satisfies; gives whether it did."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                self.got.append((time.monotonic(), os.read(self.fd, 1 << 16)))
                if until(self.got[-1][1]):
                    return True
        return False

    def watch(self, seconds: float) -> tuple[float, float]:
        """Read for a while; gives the share of a core it used and the bytes a second it sent."""
        cpu, pieces, start = self._cpu(), len(self.got), time.monotonic()
        self.read(seconds)
        passed = time.monotonic() - start
        return (self._cpu() - cpu) / passed, sum(len(data) for _, data in self.got[pieces:]) / passed

    def press(self, key: str, seconds: float) -> float:
        """Send a key and note what comes for so long; gives when it was sent."""
        at = time.monotonic()
        os.write(self.fd, key.encode())
        self.read(seconds)
        return at

    def end(self) -> float:
        """End it by a signal; gives the CPU seconds (user and system) of the whole run."""
        os.kill(self.pid, signal.SIGTERM)
        # An error means that the other end is closed: it has ended.
        with contextlib.suppress(OSError):
            self.read(DEADLINE)
        _, _, used = os.wait4(self.pid, 0)
        os.close(self.fd)
        return used.ru_utime + used.ru_stime

    def screens(self) -> Iterator[tuple[float, list[str]]]:
        """Draw what came: after each piece, its moment and the lines of the screen."""
        screen = pyte.Screen(*self.size)
        stream = pyte.ByteStream(screen)
        for at, data in self.got:
            stream.feed(data)
            yield at, screen.display

    def _cpu(self) -> float:
        # After the name in brackets: fields 14 and 15 of the line are user and system time.
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


def first_rows(file: Path, times: int) -> dict[str, float]:
    """Start on a file again and again until the first row of an event; one start before warms the caches."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(times + 1):
            run = Run([str(file)], Path(home))
            run.read(DEADLINE, lambda data: ROW.search(data.decode("utf-8", "replace")))
            found.append((run.got[-1][0] - run.began, run.end()))
    return figures([taken for taken, _ in found[1:]]) | {
        "cpu_s": round(statistics.median(cpu for _, cpu in found[1:]), 2)
    }


def live(
    rate: int, size: tuple[int, int] = SIZES[0], seconds: float = 8, times: int = 10, *, low: bool = False
) -> dict[str, Any]:
    """Follow a file that grows at a rate: CPU and bytes, then keys, then whether every event is there."""
    with tempfile.TemporaryDirectory() as folder:
        file, home = Path(folder) / "tetragon.log", Path(folder) / "home"
        held = list(islice(varied_lines(), 21_000))
        file.write_bytes(b"".join(held[:BEFORE]))
        stop, told = Event(), SimpleQueue()
        writer = Process(target=_write, args=(file, held[BEFORE:], rate, stop, told), daemon=True)
        run = Run([str(file), *(["--low-bandwidth"] if low else [])], home, size)
        run.read(5.0)
        writer.start()
        run.read(2.0)
        watched = time.monotonic()
        cpu, sent = run.watch(seconds)
        watched_until = time.monotonic()
        pressed = _press(run, times)
        stop.set()
        written = told.get()
        writer.join()
        run.read(SETTLED)
        run.end()
        counts = [(at, _count(shown)) for at, shown in run.screens()]
    return {
        "cpu_share": round(cpu, 3),
        "bytes_a_second": round(sent),
        "events": written[-1][1],
        "all_there": counts[-1][1] == written[-1][1],
        "write_to_visible": figures(_visible([one for one in written if watched < one[0] < watched_until], counts)),
        **{f"key_{name}": figures(taken) for name, taken in _answers(run, pressed).items()},
    }


def _press(run: Run, times: int) -> list[tuple[str, float]]:
    pressed: list[tuple[str, float]] = []
    for number in range(times):
        for name, key in KEYS:
            # Not in step with the writer.
            pressed.append((name, run.press(key, 0.4 + 0.013 * (number % 7))))
        run.press("\x1b[Z", 0.3)
    return pressed


def _write(file: Path, held: Sequence[bytes], rate: int, stop: Any, told: Any) -> None:
    number, start = 0, time.monotonic()
    written = []
    with file.open("ab", buffering=0) as out:
        while not stop.wait(1 / TICKS_A_SECOND):
            due = int((time.monotonic() - start) * rate)
            out.write(b"".join(held[one % len(held)] for one in range(number, due)))
            number = due
            written.append((time.monotonic(), BEFORE + number))
    told.put(written)


def _count(shown: list[str]) -> int:
    """Give how many events the screen says there are; 0 while it says none, or another screen lies over it."""
    return max((int(found.replace(",", "")) for line in shown for found in COUNT.findall(line)), default=0)


def _visible(written: list[tuple[float, int]], counts: list[tuple[float, int]]) -> list[float]:
    """Give for each piece that was written the seconds until the screen counted its last event."""
    shown = iter(counts)
    at, count = next(shown)
    taken = []
    for moment, number in written:
        while count < number:
            # What never came is as late as a key without an answer.
            at, count = next(shown, (moment + DEADLINE, number))
        taken.append(at - moment)
    return taken


def _state(name: str, shown: list[str]) -> object:
    """What of the screen a key changes, whatever arrives."""
    if name in {"up", "down"}:
        # At the edge of the list the rows move, not the cursor; while it follows, they move by themselves.
        still = "SCROLLED BACK" in shown[0]
        return next(((number, still and line) for number, line in enumerate(shown) if line[1:2] == ">"), None)
    if name == "pane":
        # Where two panes stand side by side, the cursor is in one of them.
        return re.findall(r"\[\w+\]", shown[1]), any(line[1:2] == ">" for line in shown)
    return any("Watch events" in line for line in shown)


def _answers(run: Run, pressed: list[tuple[str, float]]) -> dict[str, list[float]]:
    """By key, the seconds until the screen showed its answer."""
    taken: dict[str, list[float]] = {}
    waiting = iter([*pressed, ("", float("inf"))])
    name, at = next(waiting)
    before: object = None
    answered = True
    last: list[str] = [""] * run.size[1]
    pending: tuple[str, float] | None = None
    for moment, shown in run.screens():
        while moment >= at:
            if pending and not answered:
                taken.setdefault(pending[0], []).append(DEADLINE)
            pending, before, answered = (name, at), _state(name, last), False
            name, at = next(waiting)
        last = list(shown)
        if pending and not answered and _state(pending[0], last) != before:
            taken.setdefault(pending[0], []).append(moment - pending[1])
            answered = True
    return taken


def figures(seconds: list[float]) -> dict[str, float]:
    """Give median, p95 and maximum in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {
        "median_ms": round(statistics.median(ordered) * 1000, 1),
        "p95_ms": round(p95 * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
        "times": len(ordered),
    }


def idle(seconds: float) -> dict[str, float]:
    """Watch a file that does not grow."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tetragon.log"
        file.write_bytes(b"".join(islice(varied_lines(), 4000)))
        run = Run([str(file)], Path(folder))
        run.read(8.0)
        cpu, sent = run.watch(seconds)
        run.end()
    return {"cpu_share": round(cpu, 4), "bytes_a_second": round(sent)}


def measure(files: dict[str, Path], rates: Sequence[int], seconds: float = 8, times: int = 10) -> dict[str, Any]:
    """Measure everything on the screen: the first row of each file, idle, and each rate at each size."""
    return {
        **{f"first_row_{name}": first_rows(file, 10) for name, file in files.items()},
        "idle": idle(seconds),
        **{
            f"live_{rate}_a_second_{columns}x{lines}": live(rate, (columns, lines), seconds, times)
            for rate in rates
            for columns, lines in SIZES
        },
        "live_1000_a_second_low_bandwidth": live(1000, SIZES[0], seconds, times, low=True),
    }


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m benchmarks.terminal", description=__doc__)
    words.add_argument("--rates", type=int, nargs="*", default=[1000, 20_000])
    words.add_argument("--seconds", type=float, default=8)
    words.add_argument("--keys", type=int, default=10)
    asked = words.parse_args()
    print(json.dumps(measure({}, asked.rates, asked.seconds, asked.keys), indent=2))
