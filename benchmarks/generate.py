"""Generate large export files that vary as a real one does, from the bundled capture.

Each round over the capture has its own pids, exec ids, times, host, and arguments in which numbers and hashes differ.
The relations stay: a child names its parent's new exec id.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zlib import crc32

from tetratui.core.demo.capture import read_capture

HOSTS = ["web01", "web02", "db01", "build-7.example.net"]
_FIELD = re.compile(
    rb'"(exec_id|parent_exec_id|arguments|time|start_time|pid|tid|node_name|sport)":(?:"((?:[^"\\]|\\.)*)"|(\d+))'
)
_VARIED_SHARE = 0.75
"""The share of command lines that get another word in each round."""
_VARIANTS = 4
"""Different words for one command line in one round, chosen by process."""


class Round:
    """One pass over the capture; its number makes it different from all others."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)
        self._salt = self._random.randrange(1, 2**40)
        self._shift = timedelta(seconds=1200 * number)
        self._pids = 7919 * number
        self._host = HOSTS[number % len(HOSTS)].encode()
        self._words: dict[tuple[bytes, int], bytes] = {}
        self._exec_id = b""

    def line(self, line: bytes) -> bytes:
        """Return a line of the capture with the values of this round."""
        return _FIELD.sub(self._field, line)

    def _field(self, match: re.Match[bytes]) -> bytes:
        key, text, number = match.groups()
        if key == b"sport":
            return b'"%b":%d' % (key, self._port(int(number)))
        if number is not None:
            return b'"%b":%d' % (key, self._pid(int(number)))
        if key == b"exec_id":
            self._exec_id = text
        vary = {
            b"arguments": self._arguments,
            b"time": self._time,
            b"start_time": self._time,
            b"node_name": self._node,
        }
        return b'"%b":"%b"' % (key, vary.get(key, self._id)(text))

    def _pid(self, pid: int) -> int:
        return pid if pid < 300 else 300 + (pid + self._pids) % 4_000_000

    def _port(self, port: int) -> int:
        # Only the ports that the kernel picks differ from connection to connection.
        return port if port < 32_768 else 32_768 + (port + self._pids) % 28_232

    def _node(self, _name: bytes) -> bytes:
        return self._host

    def _id(self, text: bytes) -> bytes:
        _, ktime, pid = b64decode(text).rsplit(b":", 2)
        return b64encode(b"%b:%d:%d" % (self._host, int(ktime) + self._salt * (int(ktime) > 1), self._pid(int(pid))))

    def _time(self, text: bytes) -> bytes:
        return (datetime.fromisoformat(text[:19].decode()) + self._shift).isoformat().encode() + text[19:]

    def _arguments(self, words: bytes) -> bytes:
        key = words, crc32(self._exec_id) % _VARIANTS
        varied = self._words.get(key)
        if varied is None:
            suffix = b" --job=%012x" % self._random.getrandbits(48) if self._random.random() < _VARIED_SHARE else b""
            varied = self._words[key] = words + suffix
        return varied


def varied_lines() -> Iterator[bytes]:
    """Yield lines without end, each with its line feed."""
    capture = list(read_capture())
    number = 0
    while True:
        current = Round(number)
        for line in capture:
            yield current.line(line) + b"\n"
        number += 1


def write(path: Path, events: int) -> int:
    """Write `events` lines to a file; return their bytes."""
    size = 0
    with path.open("wb") as file:
        for number, line in enumerate(varied_lines()):
            if number == events:
                return size
            size += file.write(line)
    return size
