"""Start harmless processes of our own that must appear in the export file, and tell which of them did.

That an agent says it listens is no proof that it exports. An event that must appear is.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tetratui.core.apply.clock import Clock
from tetratui.core.apply.machine import GrowingFile, Machine
from tetratui.core.tetragon import FilterList, Panic

_PROGRAMS = ("usr/bin/true", "bin/true", "usr/bin/test", "usr/bin/printf", "usr/bin/basename", "usr/bin/expr")
"""Programs without an effect whatever their arguments, below the root of the machine."""
_WORDS = ("{}", "tetratui-{}", "--version {}", "marker {}")
"""Forms of arguments, so that a list that hides one of them may let another through."""
_TOKEN = re.compile(rb"[0-9a-f]{16}-\d+(?![0-9])")


@dataclass(frozen=True, slots=True)
class MarkerCommand:
    """A command line for markers."""

    program: str
    """As it is started here."""
    binary: str
    """As the agent's events name it."""
    form: str

    def words(self, token: str) -> list[str]:
        """Return the words that start one marker."""
        return [self.program, *self.form.format(token).split()]


def choose_marker(
    machine: Machine, denylists: Sequence[FilterList], allowlist: FilterList | None
) -> MarkerCommand | None:
    """Return a command whose events none of these lists hides, None if there is none."""
    for program in _PROGRAMS:
        path = machine.programs / program
        if not os.access(path, os.X_OK):
            continue
        for form in _WORDS:
            marker = MarkerCommand(str(path), f"/{program}", form)
            if all(_shows(event, denylists, allowlist) for event in _events(marker)):
                return marker
    return None


def _shows(event: Mapping[str, Any], denylists: Sequence[FilterList], allowlist: FilterList | None) -> bool:
    lists = [*denylists, *([] if allowlist is None else [allowlist])]
    try:
        return all(filters.without_memory().lets_through(event) for filters in lists)
    except Panic:
        return False


def _events(marker: MarkerCommand) -> list[dict[str, Any]]:
    """Return the events that a marker may have: its exec under each parent that the agent may name."""
    process, node = _process(marker), os.uname().nodename
    bodies = [{"process": process, "parent": parent} for parent in _parents()]
    return [{"process_exec": body, "node_name": node, "time": _TIME} for body in bodies]


_TIME = "2026-01-01T00:00:00.000000000Z"


def _process(marker: MarkerCommand) -> dict[str, Any]:
    return {
        "exec_id": "bWFya2VyOjE6MQ==",
        "pid": 4_194_303,
        "uid": os.geteuid(),
        "cwd": _cwd(),
        "binary": marker.binary,
        "arguments": marker.form.format(f"{'0' * 16}-1"),
        "flags": "execve clone",
        "start_time": _TIME,
        "auid": 4_294_967_295,
        "in_init_tree": False,
    }


def _parents() -> list[dict[str, Any]]:
    """Return our own process as the agent may have seen it: by the interpreter's file or by the script's path."""
    arguments = " ".join(_own_words()[1:])
    script = os.path.abspath(_own_words()[1]) if len(_own_words()) > 1 else ""
    binaries = dict.fromkeys(path for path in (os.path.realpath("/proc/self/exe"), script) if path)
    shared = {"exec_id": "cGFyZW50OjE6MQ==", "pid": os.getpid(), "uid": os.geteuid(), "cwd": _cwd(), "flags": "execve"}
    return [shared | {"binary": binary, "arguments": arguments} for binary in binaries]


def _own_words() -> list[str]:
    try:
        return Path("/proc/self/cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return ["tetratui"]


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "/"


@dataclass(slots=True)
class MarkerRun:
    """Markers that are started one after another while an export file is followed."""

    machine: Machine
    clock: Clock
    file: GrowingFile
    command: MarkerCommand | None
    """None where no marker is possible: then other events are the only proof."""
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    started: list[float] = field(default_factory=list)
    """When each marker was started, by the clock's uptime."""
    seen: set[int] = field(default_factory=set)
    lines: int = 0
    """Lines read from the export file."""
    size: int = 0
    """Bytes of these lines."""
    _rest: bytes = b""

    def start(self) -> None:
        """Start one more marker."""
        if self.command is not None:
            self.started.append(self.clock.uptime())
            self.machine.start_marker(self.command.words(f"{self.run}-{len(self.started) - 1}"))

    def look(self) -> None:
        """Read what was written to the export file, and note which markers it holds."""
        data = self.file.read_new()
        self.lines += data.count(b"\n")
        self.size += len(data)
        # Whole lines only: a number at the end of a read may go on in the next.
        lines, _, self._rest = (self._rest + data).rpartition(b"\n")
        for token in _TOKEN.findall(lines):
            run, _, number = token.partition(b"-")
            if run.decode() == self.run:
                self.seen.add(int(number))

    def seen_since(self, number: int) -> bool:
        """Return whether a marker from this number on was seen."""
        return any(marker >= number for marker in self.seen)

    def gaps(self) -> list[tuple[float, float, int]]:
        """Return each run of markers that were not seen between two that were.

        Each has the uptime of the last marker before, of the first one after, and the number of markers lost.
        """
        order = sorted(self.seen)
        return [
            (self.started[before], self.started[after], after - before - 1)
            for before, after in pairwise(order)
            if after - before > 1
        ]
