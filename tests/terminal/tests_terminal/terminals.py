"""The installed command in a pseudo terminal of our own, and in tmux."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
from wcwidth import wcwidth

COMMAND = Path(sys.executable).with_name("tetratui")
DEADLINE = 30.0


class Screen:
    """A terminal of a given size with the command in it."""

    def __init__(
        self,
        arguments: list[str],
        environment: dict[str, str],
        columns: int = 80,
        lines: int = 24,
        command: str | Path = COMMAND,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.answers_after = 0.0
        """Seconds until this terminal says where its cursor is."""
        self.questions: list[float] = []
        self.child = pexpect.spawn(
            str(command), arguments, env=environment, dimensions=(lines, columns), timeout=DEADLINE
        )

    def type(self, *keys: str) -> None:
        for key in keys:
            self.child.send(key)
            self.read_for(0.01)

    def read_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def read(self, timeout: float = 0.1) -> None:
        while self.questions and time.monotonic() - self.questions[0] >= self.answers_after:
            self.questions.pop(0)
            self.child.send("\x1b[1;1R")
        try:
            data = self.child.read_nonblocking(65536, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.sent += data
        self.stream.feed(data)
        self.questions += [time.monotonic()] * data.count(b"\x1b[6n")

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def text(self) -> str:
        """Give what stands on the screen; half of a wide character that was drawn over is blank, which pyte forgets."""
        for line in self.screen.buffer.values():
            for x in list(line):
                if not line[x].data and (x == 0 or wcwidth(line[x - 1].data[:1] or " ") != 2):
                    line[x] = line[x]._replace(data=" ")
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[str], bool], what: str) -> str:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            self.read()
            text = self.text()
            if condition(text):
                return text
        raise AssertionError(f"{what} never came:\n{text}")

    def shows(self, what: str) -> str:
        return self.until(lambda text: what in text, what)

    def end(self) -> int | None:
        deadline = time.monotonic() + DEADLINE
        while self.child.isalive() and time.monotonic() < deadline:
            self.read()
        self.read()
        assert not self.child.isalive()
        return self.child.exitstatus


class Tmux:
    """A tmux of its own, with a shell in one pane of 80 by 24."""

    def __init__(self, socket: Path, environment: dict[str, str]) -> None:
        self.socket = socket
        self.environment = environment
        self("new-session", "-d", "-x", "80", "-y", "24", "PS1='ready> ' /bin/sh -i")
        self.until("ready>")

    def __call__(self, *words: str) -> str:
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout

    def type(self, *keys: str) -> None:
        self("send-keys", *keys)

    def until(self, *what: str) -> str:
        deadline = time.monotonic() + DEADLINE
        while not all(one in (text := self("capture-pane", "-p")) for one in what):
            assert time.monotonic() < deadline, f"{what} never came:\n{text}"
            time.sleep(0.05)
        return text
