"""The world of one agent: its files, its journal, how it starts, what it sees; only the standard library is used.

What a start does is laid out when it begins, as the transcripts of real agents have it: a list of journal lines with
their times, and when it sees, exports and ends. Everybody who looks sees what has happened by then.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

CONF = "etc/tetragon/tetragon.conf.d"
DENYLIST = f"{CONF}/export-denylist"
LOG = "var/log/tetragon/tetragon.log"
UNIT = "usr/lib/systemd/system/tetragon.service"
AGENT_REFUSES = b"agent-refuses"
"""A list with this text is one that tetratui accepts and the agent does not."""
AGENT_IS_SILENT = b"agent-is-silent"
AGENT_DIES_LATE = b"agent-dies-late"
_BUFFER = 512
_PROCFS = 5


class TimeSource(Protocol):
    def now(self) -> float: ...


@dataclass(frozen=True)
class Scenario:
    """How the agent behaves, in seconds of the world's clock."""

    stop: float = 0.4
    """How long it takes to stop; systemd kills it after `kill_after`."""
    kill_after: float = 90.0
    started: float = 0.5
    loaded: float = 0.9
    exporter: float = 0.9
    listening: float = 1.2
    policies: float = 0.0
    """How much later it listens, because policies are loaded."""
    refuses_at: str = "build"
    """Where a list that it refuses ends it: `parse` or `build`."""
    again: float = 0.7
    """How long systemd waits before it starts it again."""
    late: float = 2.0
    """How long after it listens it dies late."""
    journal_permission: bool = True
    restart_permission: bool = True
    higher_layer: str = ""
    """A list that is in force whatever the file says, seen in no file."""


class AgentWorld:
    """Everything that the stand-ins share, kept in a folder."""

    def __init__(self, folder: Path, clock: TimeSource) -> None:
        self.folder, self.root, self._clock = folder, folder / "root", clock

    def create(self, scenario: Scenario, denylist: bytes | None) -> None:
        """Lay an installation out and start its agent."""
        for name in (CONF, "var/log/tetragon", "usr/lib/systemd/system", "usr/bin", "etc/tetragon/tetragon.tp.d"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / CONF / "export-filename").write_text("/var/log/tetragon/tetragon.log\n")
        (self.root / UNIT).write_text("[Service]\nExecStart=/usr/local/bin/tetragon\n")
        (self.root / "usr/local/lib/tetragon").mkdir(parents=True, exist_ok=True)
        (self.root / "usr/local/lib/tetragon/VERSION").write_text("v1.7.0\n")
        if denylist is not None:
            (self.root / DENYLIST).write_bytes(denylist)
            (self.root / DENYLIST).chmod(0o640)
        (self.root / LOG).write_bytes(b"")
        state = {"scenario": scenario.__dict__, "pid": 100, "restarts": 0, "starts": [], "journal": [], "written": 0}
        with self._changing(state) as fresh:
            # Long enough ago that it listens.
            self._plan_start(fresh, self._clock.now() - 100.0)

    # What the programs do.

    def restart(self) -> tuple[int, str]:
        """Do `systemctl restart`; it returns before anything of the new start has happened."""
        with self._changing() as state:
            scenario = Scenario(**state["scenario"])
            if not scenario.restart_permission:
                return 4, "Failed to restart tetragon.service: Access denied"
            now = self._clock.now()
            last = state["starts"][-1]
            stopped = now + min(scenario.stop, scenario.kill_after)
            if last["end"] is None or last["end"] > now:
                last["end"], last["failed"], last["deaf"] = stopped, False, now
                # What it would have said later it does not say.
                state["journal"] = [r for r in state["journal"] if r[0] <= now or r[1] != last["pid"]]
                self._log(state, now, last["pid"], 'level=info msg="Received signal terminated, shutting down..."')
                self._log(
                    state, now, last["pid"], 'level=info msg="Listening for events completed." error="context canceled"'
                )
            state["restarts"] = 0
            self._plan_start(state, stopped)
            return 0, ""

    def show(self) -> str:
        """Return what `systemctl show` prints."""
        with self._changing() as state:
            now = self._clock.now()
            start = self._start_at(state, now)
            dead = start["end"] is not None and start["end"] <= now
            stopping = start.get("deaf") is not None and not dead
            active = "activating" if dead and start["failed"] else "inactive" if dead else "active"
            sub = {"activating": "auto-restart", "inactive": "dead", "active": "running"}[active]
            if stopping:
                active, sub = "deactivating", "stop-sigterm"
            return (
                f"LoadState=loaded\nActiveState={active}\nSubState={sub}\nResult=success\n"
                f"MainPID={0 if dead else start['pid']}\nNRestarts={start['restarts']}\nStartLimitBurst=10\n"
            )

    def journal(self, after: str | None, lines: int | None) -> str:
        """Return what `journalctl -o json` prints."""
        with self._changing() as state:
            now = self._clock.now()
            records = [record for record in state["journal"] if record[0] <= now]
        if after is not None:
            records = [record for record in records if record[3] > int(after)]
        if lines is not None:
            records = records[-lines:]
        return "".join(
            json.dumps(
                {
                    "__CURSOR": str(number),
                    "__REALTIME_TIMESTAMP": str(int(time * 1e6)),
                    "_PID": str(pid),
                    "MESSAGE": text,
                }
            )
            + "\n"
            for time, pid, text, number in records
        )

    def container(self) -> dict[str, Any]:
        """Return what `docker inspect` shows of the agent's container: its folders are mounted from the root."""
        with self._changing() as state:
            now = self._clock.now()
            start = self._start_at(state, now)
            dead = start["end"] is not None and start["end"] <= now
        mounts = [
            {"Type": "bind", "Source": str(self.root / name), "Destination": f"/{name}"}
            for name in (CONF, "var/log/tetragon")
        ]
        return {
            "Path": "/usr/bin/tetragon",
            "Args": [],
            "RestartCount": start["restarts"],
            "State": {"Status": "restarting" if dead else "running", "Pid": 0 if dead else start["pid"], "ExitCode": 0},
            "Config": {"Env": ["PATH=/usr/bin"]},
            "Mounts": mounts,
        }

    def container_log(self) -> list[str]:
        """Return what `docker logs --timestamps` prints, line by line."""
        with self._changing() as state:
            now = self._clock.now()
            records = [record for record in state["journal"] if record[0] <= now and record[1] != 1]
        return [
            f"{datetime.fromtimestamp(time, UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')}{number % 1000:03d}Z {text}\n"
            for time, _, text, number in records
        ]

    def may_read_journal(self) -> bool:
        with self._changing() as state:
            return bool(state["scenario"]["journal_permission"])

    def execute(self, words: list[str]) -> None:
        """Run a process that the agent may see."""
        with self._changing() as state:
            now = self._clock.now()
            start = self._start_at(state, now)
            if (
                start.get("deaf") is not None
                or now < start["sees"]
                or (start["end"] is not None and now >= start["end"])
            ):
                return
            event = make_event(words, now)
            if hides(start["list"], event):
                return
            if now < start["listening"]:
                # While policies are loaded nobody reads the ring buffer.
                if now < start["reads_until"] and len(start["buffer"]) < _BUFFER:
                    start["buffer"].append(event)
                return
            if start["exports"]:
                self._write(event)

    def list_in_force(self) -> bytes:
        """Return the list that the running agent has read; empty for none."""
        with self._changing() as state:
            return base64.b64decode(self._start_at(state, self._clock.now())["raw"])

    def is_exporting(self) -> bool:
        """Return whether the agent runs, listens and exports at this moment."""
        with self._changing() as state:
            now = self._clock.now()
            start = self._start_at(state, now)
            alive = start["end"] is None or start["end"] > now
            return alive and start.get("deaf") is None and start["exports"] and start["listening"] <= now

    # How it is kept.

    @contextmanager
    def _changing(self, fresh: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        path = self.folder / "world.json"
        handle = os.open(self.folder / "world.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            former = path.read_text() if fresh is None else ""
            state = fresh if fresh is not None else json.loads(former)
            if fresh is None:
                self._pass_time(state)
            yield state
            text = json.dumps(state)
            if text != former:
                temporary = self.folder / f"world.{os.getpid()}"
                temporary.write_text(text)
                temporary.rename(path)
        finally:
            os.close(handle)

    def _pass_time(self, state: dict[str, Any]) -> None:
        """Let everything happen that is due: starts after a crash, buffers that are written."""
        now, scenario = self._clock.now(), Scenario(**state["scenario"])
        while (
            (last := state["starts"][-1])["failed"] and last["end"] is not None and last["end"] + scenario.again <= now
        ):
            state["restarts"] = last["restarts"] + 1
            self._plan_start(state, last["end"] + scenario.again)
        for start in state["starts"]:
            if start["exports"] and start["exporter"] <= now and not start["procfs"] and start.get("deaf") is None:
                start["procfs"] = True
                for number in range(_PROCFS):
                    self._write(make_event([f"/usr/lib/systemd/daemon{number}"], start["exporter"], "procFS"))
            if start["buffer"] and start["exports"] and start["listening"] <= now and start.get("deaf") is None:
                for event in start["buffer"]:
                    self._write(event)
                start["buffer"] = []

    def _plan_start(self, state: dict[str, Any], at: float) -> None:
        scenario = Scenario(**state["scenario"])
        state["pid"] += 1
        path = self.root / DENYLIST
        raw = scenario.higher_layer.encode() or (path.read_bytes() if path.exists() else b"")
        refused = AGENT_REFUSES in raw
        listening = at + scenario.listening + scenario.policies
        start = {
            "pid": state["pid"],
            "restarts": state["restarts"],
            "began": at,
            "sees": at + scenario.loaded,
            "reads_until": listening if not scenario.policies else at + scenario.exporter,
            "exporter": at + scenario.exporter,
            "listening": listening,
            "raw": base64.b64encode(raw).decode(),
            "list": [json.loads(line) for line in raw.decode("utf-8", "replace").splitlines() if line.strip()],
            "exports": not refused and AGENT_IS_SILENT not in raw,
            "end": None,
            "failed": False,
            "deaf": None,
            "buffer": [],
            "procfs": False,
        }
        state["starts"] = [*state["starts"][-3:], start]
        self._log_start(state, start, scenario, refused)
        if AGENT_DIES_LATE in raw:
            start["end"], start["failed"] = listening + scenario.late, True

    def _log_start(self, state: dict[str, Any], start: dict[str, Any], scenario: Scenario, refused: bool) -> None:
        at, pid = start["began"], start["pid"]
        self._log(state, at, 1, "Started tetragon.service - Tetragon eBPF-based Security Observability.")
        self._log(state, at + scenario.started, pid, 'level=info msg="Starting tetragon" version=v1.7.0')
        self._log(state, at + scenario.loaded, pid, 'level=info msg="Loaded sensor successfully" sensor=__base__')
        if refused and scenario.refuses_at == "parse":
            self._fail(state, start, at + scenario.loaded, "failed to fetch json exporter: unexpected EOF")
            return
        request = json.dumps(to_prototext(start["list"]))
        line = f'level=info msg="Starting JSON exporter" logger="&{{x}}" request={request}'
        self._log(state, at + scenario.exporter, pid, line)
        self._log(state, at + scenario.exporter, pid, 'level=info msg="Starting gRPC server" protocol=unix')
        if refused:
            self._fail(state, start, at + scenario.exporter, "error starting JSON exporter: failed to compile regexp")
            return
        if scenario.policies:
            text = 'level=info msg="Loaded sensor successfully" sensor=generic_kprobe'
            self._log(state, at + scenario.listening, pid, text)
        self._log(state, start["listening"], pid, 'level=info msg="Listening for events..."')

    def _fail(self, state: dict[str, Any], start: dict[str, Any], at: float, why: str) -> None:
        start["end"], start["failed"], start["exports"] = at + 0.1, True, False
        self._log(state, at + 0.1, start["pid"], f'level=error msg="Failed to execute tetragon" error="{why}"')
        self._log(state, at + 0.1, 1, "tetragon.service: Main process exited, code=exited, status=255/EXCEPTION")

    def _log(self, state: dict[str, Any], at: float, pid: int, text: str) -> None:
        state["written"] += 1
        state["journal"].append((at, pid, text, state["written"]))
        state["journal"].sort(key=lambda record: record[0])
        # Numbers follow the time, as cursors do.
        state["journal"] = [(r[0], r[1], r[2], n) for n, r in enumerate(state["journal"])]

    @staticmethod
    def _start_at(state: dict[str, Any], now: float) -> dict[str, Any]:
        return [start for start in state["starts"] if start["began"] <= now][-1]

    def _write(self, event: dict[str, Any]) -> None:
        with open(self.root / LOG, "ab") as log:
            log.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")


def make_event(words: list[str], now: float, flags: str = "execve clone") -> dict[str, Any]:
    """Return the exec event of a process, as the agent writes it."""
    stamp = f"2026-11-28T12:00:{now % 60:09.6f}Z"
    process = {
        "exec_id": "eA==",
        "pid": 7,
        "uid": 0,
        "cwd": "/",
        "binary": words[0],
        "flags": flags,
        "start_time": stamp,
    }
    if len(words) > 1:
        process["arguments"] = " ".join(words[1:])
    return {"process_exec": {"process": process}, "node_name": "tlab", "time": stamp}


def hides(filters: list[dict[str, Any]], event: dict[str, Any]) -> bool:
    """Return whether a denylist hides an event, by binary and arguments alone."""
    process = event["process_exec"]["process"]
    return any(
        all(
            any(re.search(pattern, process.get(key, "")) for pattern in filter_[name])
            for name, key in (("binary_regex", "binary"), ("arguments_regex", "arguments"))
            if name in filter_
        )
        for filter_ in filters
    )


def to_prototext(filters: list[dict[str, Any]]) -> str:
    """Return filters as the agent prints them."""
    return "  ".join(
        "deny_list:{"
        + "  ".join(
            f"{name}:{value if name == 'event_set' else json.dumps(value, ensure_ascii=False)}"
            for name, values in filter_.items()
            for value in values
        )
        + "}"
        for filter_ in filters
    )
