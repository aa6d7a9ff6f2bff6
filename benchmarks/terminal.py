"""The screens in a real pseudo terminal: time from exec to the first event row, and from a key to its answer.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import Event, Process
from pathlib import Path
from typing import Any

import pyte

from tetratui.core.demo.capture import lines

COMMAND = Path(sys.executable).with_name("tetratui")
COLUMNS, LINES = 80, 24
DEADLINE = 30.0
TICKS_A_SECOND = 20
ROW = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ")


@dataclass
class Run:
    """One run of the command in a pseudo terminal of its own."""

    arguments: list[str]
    home: Path
    got: list[tuple[float, bytes]] = field(default_factory=list)
    """What the terminal got, with the moment."""

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
                os.environ[name] = str(self.home)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            os.execv(COMMAND, [str(COMMAND), *self.arguments])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self, seconds: float, until: Callable[[bytes], object] = lambda _: False) -> None:
        """Note what comes, for so long or until what came last satisfies."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                self.got.append((time.monotonic(), os.read(self.fd, 1 << 16)))
                if until(self.got[-1][1]):
                    return

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
        screen = pyte.Screen(COLUMNS, LINES)
        stream = pyte.ByteStream(screen)
        for at, data in self.got:
            stream.feed(data)
            yield at, screen.display


def start_seconds(file: Path, home: Path) -> tuple[float, float]:
    """Start on a file; gives seconds to the first event row, and CPU seconds to the end right after it."""
    run = Run([str(file)], home)
    run.read(DEADLINE, lambda data: ROW.search(data.decode("utf-8", "replace")))
    taken = run.got[-1][0] - run.began
    return taken, run.end()


def key_seconds(file: Path, home: Path, rate: int, times: int) -> dict[str, list[float]]:
    """Press keys while events arrive; gives by key the seconds until the screen shows its answer."""
    stop = Event()
    writer = Process(target=_write, args=(file, rate, stop), daemon=True)
    run = Run([str(file)], home)
    run.read(6.0)
    writer.start()
    run.read(2.0)
    sent: list[tuple[str, float]] = []
    for number in range(times):
        for name, key in (("up", "\x1b[A"), ("down", "\x1b[B"), ("help", "?"), ("close", "\x1b"), ("pane", "\t")):
            # Not in step with the writer.
            sent.append((name, run.press(key, 0.4 + 0.013 * (number % 7))))
        run.press("\x1b[A", 0.3)
    stop.set()
    run.end()
    writer.join()
    return _answers(run, sent)


def _write(file: Path, rate: int, stop: Any) -> None:
    held, number = list(lines()), 0
    with file.open("ab", buffering=0) as out:
        at = time.monotonic()
        while not stop.is_set():
            part = [held[(number + one) % len(held)] for one in range(rate // TICKS_A_SECOND)]
            out.write(b"\n".join(part) + b"\n")
            number += len(part)
            at += 1 / TICKS_A_SECOND
            time.sleep(max(0.0, at - time.monotonic()))


def _state(name: str, shown: list[str]) -> object:
    """What of the screen a key changes, whatever arrives."""
    if name in {"up", "down"}:
        return next((number for number, line in enumerate(shown) if line[1:2] == ">"), None)
    if name == "pane":
        return re.findall(r"\[\w+\]", shown[1])
    return any("Watch events" in line for line in shown)


def _answers(run: Run, sent: list[tuple[str, float]]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {}
    waiting = iter([*sent, ("", float("inf"))])
    name, at = next(waiting)
    before: object = None
    answered = True
    last: list[str] = [""] * LINES
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


def measure(starts: int = 10, keys: int = 20, rate: int = 2000) -> dict[str, Any]:
    """Measure both on the bundled capture, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file, home = Path(folder) / "tetragon.log", Path(folder) / "home"
        file.write_bytes(b"\n".join(lines()) + b"\n")
        start_seconds(file, home)
        found = [start_seconds(file, home) for _ in range(starts)]
        result: dict[str, Any] = {
            "first_row": figures([one for one, _ in found]) if found else {},
            "first_row_cpu_seconds": round(statistics.median(cpu for _, cpu in found), 2) if found else 0,
        }
        for name, taken in key_seconds(file, home, rate, keys).items() if keys else ():
            result[name] = figures(taken)
        return result


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m benchmarks.terminal", description=__doc__)
    words.add_argument("--starts", type=int, default=10)
    words.add_argument("--keys", type=int, default=20)
    words.add_argument("--rate", type=int, default=2000)
    asked = words.parse_args()
    print(json.dumps(measure(asked.starts, asked.keys, asked.rate), indent=2))
