"""Compare the table with other programs on the same file in the same run: CPU seconds of a child process each."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

BARE = """
import sys, orjson
for line in open(sys.argv[1], "rb"):
    orjson.loads(line)
"""
PARSED = """
import sys, simdjson
parse = simdjson.Parser().parse
for line in open(sys.argv[1], "rb"):
    parse(line)
"""
"""Parsing and nothing else: no value becomes a Python object."""
TABLE = """
import sys
from tetratui.core.table import load
table = load([sys.argv[1]])
"""
ALONE = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])" + TABLE
"""With one processor no other thread is started."""
PEERS = ("jq", "lnav", "tetra")
LONGEST_LINE = 64 * 1024
"""tetra ends at a longer line: no program gets one."""
ROUNDS = 3
ENVIRONMENT = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
"""The environment of tetratui, as the command sets it."""
JQ = (
    "[.time, .node_name, (.process_exec // .process_exit // .process_kprobe // {} "
    "| .process.pid, .process.binary, .process.arguments, .process.cwd, .process.uid, .parent.binary, .status, "
    ".function_name, .policy_name)]"
)
LNAV_FORMAT = {
    "$schema": "https://lnav.org/schemas/format-v1.schema.json",
    "tetragon_bench": {
        "title": "Tetragon export file",
        "description": "JSON lines of Tetragon",
        "json": True,
        "file-pattern": ".*",
        "timestamp-field": "time",
        "hide-extra": True,
        "line-format": [{"field": "__timestamp__"}, " ", {"field": "node_name"}],
        "value": {"node_name": {"kind": "string", "identifier": True}},
    },
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program over the file."""

    name: str
    events: int
    cpu_seconds: float
    wall_seconds: float

    @property
    def events_a_cpu_second(self) -> float:
        """Events a CPU second: the rate that is compared."""
        return self.events / self.cpu_seconds

    def as_json(self) -> dict[str, object]:
        """Return the run as an entry of the results file."""
        return asdict(self) | {"events_a_cpu_second": round(self.events_a_cpu_second)}


def run_command(
    name: str,
    command: Sequence[str],
    events: int,
    env: dict[str, str] | None = None,
) -> Run:
    """Run a command to its end; return the CPU time of it and of its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(name, events, cpu, time.perf_counter() - start)


def compare(file: Path, events: int) -> list[Run]:
    """Run each program that is installed three times, in turn; return its run of median CPU time.

    Programs that are not installed are named on stderr.
    """
    # Into the cache of the system: the program that reads the file first would pay for all others.
    with file.open("rb") as source:
        while source.read(1 << 20):
            pass
    rounds = [_run_round(file, events) for _ in range(ROUNDS)]
    installed = {"pysimdjson": find_spec("simdjson")} | {peer: shutil.which(peer) for peer in PEERS}
    for peer in (peer for peer, location in installed.items() if not location):
        print(f"{peer} is not installed: left out", file=sys.stderr)
    return [sorted(runs, key=lambda run: run.cpu_seconds)[ROUNDS // 2] for runs in zip(*rounds, strict=True)]


def _run_round(file: Path, events: int) -> list[Run]:
    runs = [
        run_command("bare orjson.loads loop", [sys.executable, "-c", BARE, str(file)], events),
        run_command("tetratui: all columns, one thread", [sys.executable, "-c", ALONE, str(file)], events, ENVIRONMENT),
        run_command("tetratui: all columns, threads", [sys.executable, "-c", TABLE, str(file)], events, ENVIRONMENT),
    ]
    if find_spec("simdjson") is not None:
        runs.append(run_command("bare pysimdjson parse loop", [sys.executable, "-c", PARSED, str(file)], events))
    if shutil.which("jq"):
        runs.append(run_command("jq: eleven fields", ["jq", "-c", JQ, str(file)], events))
    if shutil.which("lnav"):
        runs.append(_run_lnav(file, events))
    if shutil.which("tetra"):
        runs.append(_run_tetra(file, events))
    return runs


def _run_tetra(file: Path, events: int) -> Run:
    """Run tetra, which reads the standard input only where that is a pipe; the time of `cat` is its own share."""
    command = ["sh", "-c", 'cat "$0" | tetra getevents -o compact', str(file)]
    return run_command("tetra getevents -o compact", command, events)


def leave_out_long_lines(file: Path) -> tuple[Path, int]:
    """Return a file without the lines that tetra does not take, the same file where it has none, and its events."""
    with file.open("rb") as source:
        sizes = [len(line) for line in source]
    if max(sizes, default=0) <= LONGEST_LINE:
        return file, len(sizes)
    shorter = file.with_suffix(".short.log")
    with file.open("rb") as source, shorter.open("wb") as target:
        target.writelines(line for line in source if len(line) <= LONGEST_LINE)
    return shorter, sum(size <= LONGEST_LINE for size in sizes)


def _run_lnav(file: Path, events: int) -> Run:
    with tempfile.TemporaryDirectory() as home:
        formats = Path(home) / ".config" / "lnav" / "formats" / "tetragon"
        formats.mkdir(parents=True)
        (formats / "tetragon.json").write_text(json.dumps(LNAV_FORMAT))
        env = os.environ | {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config"}
        return run_command(
            "lnav -n: index only", ["lnav", "-n", "-c", ":hide-lines-before 9999-01-01", str(file)], events, env
        )
