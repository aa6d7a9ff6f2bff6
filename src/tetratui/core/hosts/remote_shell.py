"""A shell on a host that answers requests about files over one connection (`scripts.SESSION`)."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import time
from collections import deque
from dataclasses import dataclass

from tetratui.core.hosts.interface import CommandResult, HostError, HostFileError, HostFileMissing
from tetratui.core.hosts.scripts import SESSION, SHELL
from tetratui.core.hosts.shell_host import ShellHost, end_process, terminate

CONNECT_TIMEOUT = 30.0
"""Seconds until the shell must have answered for the first time."""
SILENCE = 20.0
"""Seconds without a byte after which a request that waits means that the connection is lost."""
_MARK = b"\x1e"
"""Begins a mark. JSON never holds this byte as it is, and the token behind it is known to nobody else."""
_READ_SIZE = 1 << 18
_BLOCK = 1 << 16
"""Ranges are read in whole blocks, which `dd` finds without reading what lies before them."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What tells an open file from others."""

    inode: int
    size: int


@dataclass(frozen=True, slots=True)
class PathState:
    """Where the path of an open file leads now."""

    leads: str
    """`same` file, `moved` to another one, or `gone`."""
    tail_ended: bool
    facts: FileFacts | None
    """Of the open file, where they were asked for."""
    delay: float
    """Seconds from the question to the answer."""


class RemoteShell:
    """A connection to a host. One thread uses it; after a HostError only `close` may be called."""

    def __init__(self, host: ShellHost) -> None:
        """Start to connect. Raise HostError if the program that connects cannot be started."""
        self._name = host.name
        self._host = host
        self._token = secrets.token_hex(16).encode()
        self._marker = _MARK + self._token + b" "
        self._output = bytearray()
        self._error_rest = b""
        self._errors: deque[bytes] = deque(maxlen=20)
        self._states: deque[list[str]] = deque()
        self._is_tailing = False
        self._question: float | None = None
        self._process = host.start([SHELL, "-c", SESSION, "tetratui"])
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout is not None
        assert stderr is not None
        self._streams = [stdout.fileno(), stderr.fileno()]
        self._heard = time.monotonic()

    def connect(self) -> None:
        """Wait until the shell answers. Raise HostError if the host cannot be reached or lacks a program."""
        missing = self._request(self._token, CONNECT_TIMEOUT)[0].split()[1:]
        if missing:
            raise HostError(f"{self._name}: {', '.join(missing)} is not installed there", "it is needed to follow")

    def interrupt(self) -> None:
        """Let what waits for the host raise a HostError at once; any thread may call it."""
        terminate(self._process)

    def close(self) -> None:
        """End the connection, and with it what runs on the host."""
        end_process(self._process)

    def open(self, fd: int, path: str) -> None:
        """Open a file under a number. Raise HostFileMissing, or HostError with what the host says."""
        if "\n" in path:
            raise HostFileError(f"{self._name}: the path of a file to follow holds a line feed", "rename it")
        answer, _ = self._request(b"open %d\n%b" % (fd, os.fsencode(path)))
        if answer == "0":
            return
        if "no such file" in answer.lower() or "nonexistent" in answer:
            raise HostFileMissing(f"{self._name}: {path}: no such file", "name the path in the URL, or see doctor")
        reason = answer.rpartition(": ")[2].removeprefix("1 ")
        remedy = "connect as a user who may read it (ssh://USER@HOST), or set export-file-perm and the file's group"
        raise HostFileError(f"{self._name}: {path}: {reason.lower()}", remedy if "denied" in reason else "")

    def stat(self, fd: int) -> FileFacts:
        """Return inode and size of an open file."""
        answer, text = self._request(b"stat %d" % fd)
        facts = _parse_facts(text.decode("ascii", "replace").split())
        if answer != "0" or facts is None:
            raise HostError(f"{self._name}: an open file cannot be examined", "is /proc there?")
        return facts

    def read(self, fd: int, begin: int, end: int) -> bytes:
        """Return the bytes of an open file from `begin` to `end`; fewer at its end."""
        first = begin // _BLOCK
        count = -(-end // _BLOCK) - first
        answer, data = self._request(b"read %d %d %d %d" % (fd, _BLOCK, first, count))
        if answer != "0":
            raise HostError(f"{self._name}: a file cannot be read there (dd ends with exit code {answer})")
        return data[begin - first * _BLOCK : end - first * _BLOCK]

    def list_names(self, folder: str) -> list[str]:
        """Return the names in a folder but hidden ones; none if it cannot be listed."""
        _, text = self._request(b"list\n%b" % os.fsencode(folder or "/"))
        return [os.fsdecode(name) for name in text.split(b"\n") if name]

    def move(self, fd: int, to: int) -> None:
        """Give an open file another number; what had it is closed."""
        self._request(b"move %d %d" % (fd, to))

    def close_file(self, fd: int) -> None:
        """Close an open file."""
        self._request(b"close %d" % fd)

    def start_tail(self, fd: int, offset: int) -> None:
        """Let the host send what an open file holds from an offset on, and all that is added; `poll` returns it."""
        self._send(b"tail %d %d" % (fd, offset + 1))
        self._is_tailing = True

    def stop_tail(self) -> bytes:
        """End what `start_tail` began; return the bytes that were still under way."""
        self._is_tailing = False
        return self._request(b"stop")[1]

    def ask_path(self, fd: int, path: str, *, facts: bool = False) -> None:
        """Ask where a path leads, unless an answer is awaited; `path_state` returns the answer.

        Asking for `facts` of the open file starts a process on the host.
        """
        if self._question is None:
            self._question = time.monotonic()
            self._send(b"at %d%b\n%b" % (fd, b" facts" if facts else b"", os.fsencode(path)))

    def path_state(self) -> PathState | None:
        """Return the answer to `ask_path`, once."""
        if not self._states or self._question is None:
            return None
        delay, self._question = time.monotonic() - self._question, None
        words = self._states.popleft()
        facts = _parse_facts(words[words.index("facts") + 1 :]) if "facts" in words else None
        return PathState(words[0], "dead" in words, facts, delay)

    def poll(self, timeout: float) -> bytes:
        """Return the bytes of the followed file that came, waiting up to `timeout` seconds. Raise HostError."""
        waiting = self._question is not None
        if not self._receive(timeout) and waiting and time.monotonic() - self._heard > SILENCE:
            raise HostError(f"{self._name}: no answer for {SILENCE:.0f} s", "")
        # A mark that was cut off is no data: without its end it is held back.
        begin = self._output.rfind(_MARK)
        cut = begin >= 0 and self._marker.startswith(bytes(self._output[begin : begin + len(self._marker)]))
        data = bytes(self._output[:begin] if cut else self._output)
        del self._output[: len(data)]
        return data

    def _send(self, line: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(line + b"\n")
            stdin.flush()
        except OSError:
            raise self._describe_end() from None

    def _request(self, line: bytes, timeout: float = SILENCE) -> tuple[str, bytes]:
        """Send a request; return the text of the mark that ends the answer, and all bytes before the mark."""
        assert not self._is_tailing, "the bytes of the followed file would be taken for the answer"
        self._send(line)
        self._heard = time.monotonic()
        searched = 0
        while True:
            begin = self._output.find(self._marker, searched)
            end = self._output.find(b"\n", begin) if begin >= 0 else -1
            if end >= 0:
                break
            searched = max(0, len(self._output) - len(self._marker)) if begin < 0 else begin
            if not self._receive(1.0) and time.monotonic() - self._heard > timeout:
                raise HostError(f"{self._name}: no answer for {timeout:.0f} s", "")
        data, answer = bytes(self._output[:begin]), self._output[begin + len(self._marker) : end].decode()
        del self._output[: end + 1]
        return answer, data

    def _receive(self, timeout: float) -> bool:
        """Take what the host sent, waiting up to `timeout` seconds; return whether something came. Raise HostError."""
        stdout = self._streams[0]
        ready = select.select(self._streams, [], [], timeout)[0]
        for stream in ready:
            data = os.read(stream, _READ_SIZE)
            if stream != stdout:
                self._take_errors(data)
            elif data:
                self._output += data
            else:
                raise self._describe_end()
            if not data:
                self._streams.remove(stream)
        if ready:
            self._heard = time.monotonic()
        return bool(ready)

    def _take_errors(self, data: bytes) -> None:
        *lines, self._error_rest = (self._error_rest + data).split(b"\n")
        for line in lines:
            if line.startswith(self._token + b" "):
                self._states.append(line.decode("ascii", "replace").split()[1:])
            else:
                self._errors.append(line)

    def _describe_end(self) -> HostError:
        """Return the error for a connection that ended, from what the host or the program here printed last."""
        stderr = self._process.stderr
        with contextlib.suppress(Exception):
            self._process.wait(2.0)
        if stderr is not None and stderr.fileno() in self._streams:
            os.set_blocking(stderr.fileno(), False)
            with contextlib.suppress(OSError):
                self._take_errors(os.read(stderr.fileno(), _READ_SIZE) + b"\n")
        returncode = self._process.poll()
        text = b"\n".join(self._errors).strip(b"\n")
        result = CommandResult(-1 if returncode is None else returncode, b"", text)
        failure = self._host.find_failure(result)
        if isinstance(failure, HostError):
            return failure
        return HostError(f"{self._name}: the connection ended ({result.reason})")


def _parse_facts(words: list[str]) -> FileFacts | None:
    """Return inode and size from a line of `ls -in`; None if it is none."""
    if len(words) < 6 or not (words[0].isdigit() and words[5].isdigit()):
        return None
    return FileFacts(int(words[0]), int(words[5]))
