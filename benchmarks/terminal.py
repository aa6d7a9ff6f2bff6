"""Measure the screens in a pseudo terminal: the time to the first row; under load keys, bytes, CPU and lost events.

`python -m benchmarks.terminal` prints one JSON object. While the program runs, its output is only recorded with the
time of each piece. It is drawn (pyte) afterwards: drawing meanwhile would be measured too.
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
"""Seconds after which an answer counts as missing; such an answer is counted with this time."""
SETTLED = 5.0
"""Seconds after the last event in which all must be on the screen, which is drawn at least every two seconds."""
TICKS_A_SECOND = 20
EVENTS_BEFORE = 1000
"""Events in the file before it grows."""
ROW = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ")
COUNT = re.compile(r"\d of ([\d,]+) ")
KEYS = (("up", "\x1b[A"), ("down", "\x1b[B"), ("help", "?"), ("close", "\x1b"), ("pane", "\t"))
FOLLOWING = "FOLLOW"
"""Stands in the title line while the list follows the newest event."""
HELP = "Watch events"
"""Stands on the screen while the help is open."""
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Run:
    """One run of the command in a pseudo terminal of its own."""

    arguments: list[str]
    home: Path
    size: tuple[int, int] = SIZES[0]
    output: list[tuple[float, bytes]] = field(default_factory=list)
    """What the program has written, with the time of each piece."""

    def __post_init__(self) -> None:
        self.start = time.monotonic()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TETRATUI_SHARED_STATE"):
                os.environ[name] = str(self.home)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            # An installed program has compiled modules; in a checkout the first start must be allowed to compile them.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execv(COMMAND, [str(COMMAND), *self.arguments])
        columns, lines = self.size
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds: float, until: Callable[[bytes], object] = lambda _: False) -> bool:
        """Record the output for `seconds`, or until the last piece satisfies `until`; return whether it did."""
        end = time.monotonic() + seconds
        while (remaining := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], remaining)[0]:
                self.output.append((time.monotonic(), os.read(self.fd, 1 << 16)))
                if until(self.output[-1][1]):
                    return True
        return False

    def watch(self, seconds: float) -> tuple[float, float]:
        """Read for a while; return the share of a core used meanwhile, and the bytes written a second."""
        cpu, pieces, start = self._cpu(), len(self.output), time.monotonic()
        self.read(seconds)
        passed = time.monotonic() - start
        return (self._cpu() - cpu) / passed, sum(len(data) for _, data in self.output[pieces:]) / passed

    def press(self, key: str, seconds: float) -> float:
        """Send a key, record the output for `seconds`; return when the key was sent."""
        sent = time.monotonic()
        os.write(self.fd, key.encode())
        self.read(seconds)
        return sent

    def end(self) -> float:
        """End the program by a signal; return the CPU seconds (user and system) of the whole run."""
        os.kill(self.pid, signal.SIGTERM)
        # An error means that the other side is closed: the program has ended.
        with contextlib.suppress(OSError):
            self.read(DEADLINE)
        _, _, used = os.wait4(self.pid, 0)
        os.close(self.fd)
        return used.ru_utime + used.ru_stime

    def screens(self) -> Iterator[tuple[float, list[str]]]:
        """Draw the output; yield after each piece its time and the lines of the screen."""
        screen = pyte.Screen(*self.size)
        stream = pyte.ByteStream(screen)
        for moment, data in self.output:
            stream.feed(data)
            yield moment, screen.display

    def _cpu(self) -> float:
        # After the name in brackets: fields 14 and 15 of the line are user and system time.
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def first_rows(file: Path, times: int) -> dict[str, float]:
    """Measure the time from the start to the first row of an event; a first start only warms the caches."""
    starts = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(times + 1):
            run = Run([str(file)], Path(home))
            run.read(DEADLINE, lambda data: ROW.search(data.decode("utf-8", "replace")))
            starts.append((run.output[-1][0] - run.start, run.end()))
    return figures([seconds for seconds, _ in starts[1:]]) | {
        "cpu_s": round(statistics.median(cpu for _, cpu in starts[1:]), 2)
    }


def live(
    rate: int, size: tuple[int, int] = SIZES[0], seconds: float = 8, times: int = 10, *, low: bool = False
) -> dict[str, Any]:
    """Follow a file that grows at a rate: measure CPU and bytes, then keys, then whether every event has come."""
    with tempfile.TemporaryDirectory() as folder:
        file, home = Path(folder) / "tetragon.log", Path(folder) / "home"
        events = list(islice(varied_lines(), 21_000))
        file.write_bytes(b"".join(events[:EVENTS_BEFORE]))
        stop, results = Event(), SimpleQueue()
        writer = Process(target=_write, args=(file, events[EVENTS_BEFORE:], rate, stop, results), daemon=True)
        run = Run([str(file), *(["--low-bandwidth"] if low else [])], home, size)
        run.read(5.0)
        writer.start()
        run.read(2.0)
        watch_start = time.monotonic()
        cpu, sent = run.watch(seconds)
        watch_end = time.monotonic()
        pressed = _press_keys(run, times)
        stop.set()
        written = results.get()
        writer.join()
        run.read(SETTLED)
        run.end()
        counts = [(moment, _count_events(lines)) for moment, lines in run.screens()]
    watched = [piece for piece in written if watch_start < piece[0] < watch_end]
    return {
        "cpu_share": round(cpu, 3),
        "bytes_a_second": round(sent),
        "events": written[-1][1],
        "all_there": counts[-1][1] == written[-1][1],
        "write_to_visible": figures(_visible_after(watched, counts)),
        **{f"key_{name}": figures(seconds) for name, seconds in _answer_times(run, pressed).items()},
    }


def _press_keys(run: Run, times: int) -> list[tuple[str, float]]:
    pressed: list[tuple[str, float]] = []
    for number in range(times):
        for name, key in KEYS:
            # An uneven pause: keys in step with the writer would always meet the same moment.
            pressed.append((name, run.press(key, 0.4 + 0.013 * (number % 7))))
        run.press("\x1b[Z", 0.3)
    return pressed


def _write(file: Path, events: Sequence[bytes], rate: int, stop: Any, results: Any) -> None:
    number, start = 0, time.monotonic()
    written = []
    with file.open("ab", buffering=0) as out:
        while not stop.wait(1 / TICKS_A_SECOND):
            due = int((time.monotonic() - start) * rate)
            out.write(b"".join(events[index % len(events)] for index in range(number, due)))
            number = due
            written.append((time.monotonic(), EVENTS_BEFORE + number))
    results.put(written)


def _count_events(lines: list[str]) -> int:
    """Return the number of events on the screen; 0 while there is none, or while another screen lies over it."""
    return max((int(count.replace(",", "")) for line in lines for count in COUNT.findall(line)), default=0)


def _visible_after(written: list[tuple[float, int]], counts: list[tuple[float, int]]) -> list[float]:
    """Return for each piece written the seconds until the screen counted its last event."""
    screens = iter(counts)
    shown, count = next(screens)
    seconds = []
    for moment, number in written:
        while count < number:
            # An event that never came counts as a key without an answer does.
            shown, count = next(screens, (moment + DEADLINE, number))
        seconds.append(shown - moment)
    return seconds


def _state(name: str, lines: list[str]) -> object:
    """Return the part of the screen that a key changes and arriving events do not."""
    if name in {"up", "down"}:
        # At the edge of the list the rows move, not the cursor; while it follows, they move by themselves.
        still = FOLLOWING not in lines[0]
        return next(((number, still and line) for number, line in enumerate(lines) if line[1:2] == ">"), None)
    if name == "pane":
        # Where two panes stand side by side, the cursor is in one of them.
        return re.findall(r"\[\w+\]", lines[1]), any(line[1:2] == ">" for line in lines)
    return any(HELP in line for line in lines)


def _answer_times(run: Run, pressed: list[tuple[str, float]]) -> dict[str, list[float]]:
    """Return for each key the seconds until the screen showed its answer."""
    times: dict[str, list[float]] = {}
    keys = iter([*pressed, ("", float("inf"))])
    name, sent = next(keys)
    before: object = None
    answered = True
    last: list[str] = [""] * run.size[1]
    pending: tuple[str, float] | None = None
    for moment, lines in run.screens():
        while moment >= sent:
            if pending and not answered:
                times.setdefault(pending[0], []).append(DEADLINE)
            pending, before, answered = (name, sent), _state(name, last), False
            name, sent = next(keys)
        last = list(lines)
        if pending and not answered and _state(pending[0], last) != before:
            times.setdefault(pending[0], []).append(moment - pending[1])
            answered = True
    return times


def figures(seconds: list[float]) -> dict[str, float]:
    """Return median, p95 and maximum in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {
        "median_ms": round(statistics.median(ordered) * 1000, 1),
        "p95_ms": round(p95 * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
        "times": len(ordered),
    }


def idle(seconds: float) -> dict[str, float]:
    """Measure CPU and bytes on a file that does not grow."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tetragon.log"
        file.write_bytes(b"".join(islice(varied_lines(), 4000)))
        run = Run([str(file)], Path(folder))
        run.read(8.0)
        cpu, sent = run.watch(seconds)
        run.end()
    return {"cpu_share": round(cpu, 4), "bytes_a_second": round(sent)}


def measure(files: dict[str, Path], rates: Sequence[int], seconds: float = 8, times: int = 10) -> dict[str, Any]:
    """Measure all: the first row of each file, the idle screen, and each rate at each size."""
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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terminal", description=__doc__)
    parser.add_argument("--rates", type=int, nargs="*", default=[1000, 20_000])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--keys", type=int, default=10)
    options = parser.parse_args()
    print(json.dumps(measure({}, options.rates, options.seconds, options.keys), indent=2))
