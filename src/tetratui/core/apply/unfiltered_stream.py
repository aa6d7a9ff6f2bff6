"""Read the unfiltered stream of a sensor: `tetra getevents`, which export lists never touch."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tetratui.core.errors import SourceError

_USUAL = ("/usr/local/bin/tetra", "/usr/bin/tetra")
_READ = 1 << 16


def find_tetra(container: str = "", engine: str = "docker") -> list[str]:
    """Return the words that start the client, on this machine or in a container. Raises SourceError."""
    if container:
        return [engine, "exec", container, "tetra"]
    path = shutil.which("tetra") or next((name for name in _USUAL if Path(name).is_file()), None)
    if path is None:
        raise SourceError(
            "the program tetra is not on PATH", "pipe its output: tetra getevents -o json | tetratui blind - FILE"
        )
    return [path]


class UnfilteredStream:
    """The lines of `tetra getevents`, as far as they have come."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._rest = process, b""
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        self.lines: list[bytes] = []

    def read_new(self) -> int:
        """Take up what has come, and return how many lines that were. Raises SourceError if the client has ended."""
        before = len(self.lines)
        output = self._process.stdout
        while output is not None:
            try:
                data = os.read(output.fileno(), _READ)
            except BlockingIOError:
                break
            if not data:
                raise SourceError(f"tetra getevents has ended: {self._explain()}", "does the agent run? tetra status")
            *lines, self._rest = (self._rest + data).split(b"\n")
            self.lines += [line for line in lines if line.strip()]
        return len(self.lines) - before

    def _explain(self) -> str:
        error = self._process.stderr.read(2000) if self._process.stderr is not None else b""
        return " ".join((error or b"").decode("utf-8", "replace").split()) or "it says nothing"


@contextmanager
def open_stream(words: Sequence[str]) -> Iterator[UnfilteredStream]:
    """Start the client and end it afterwards. Raises SourceError.

    With a pipe as stdin the client would read events from there and ask no agent, so it gets a terminal.
    """
    terminal, other_end = pty.openpty()
    try:
        # The words are a program that we found and fixed options.
        process = subprocess.Popen(  # noqa: S603
            [*words, "getevents", "-o", "json"],
            stdin=other_end,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise SourceError(f"{words[0]} cannot be started: {error.strerror or error}", "") from error
    finally:
        os.close(other_end)
    try:
        yield UnfilteredStream(process)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        os.close(terminal)


def collect(
    stream: UnfilteredStream,
    seconds: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    should_stop: Callable[[], bool],
    report: Callable[[str], None],
) -> None:
    """Read a stream for a while, counted from its first line, which may come tens of seconds late."""
    begun: float | None = None
    while not should_stop():
        if stream.read_new() and begun is None:
            begun = clock()
        if begun is not None and clock() - begun >= seconds:
            return
        left = "waiting for the first event" if begun is None else f"{seconds - (clock() - begun):.0f} s left"
        report(f"{len(stream.lines):,} events, {left}")
        sleep(0.2)
