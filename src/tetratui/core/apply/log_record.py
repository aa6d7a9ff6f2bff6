"""Read the lines an agent logs, from journald or a container engine, and what each tells of its start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

STARTING = "Starting tetragon"
LOADED = "Loaded sensor successfully"
EXPORTING = "Starting JSON exporter"
SERVING = "Starting gRPC server"
LISTENING = "Listening for events..."
"""All of the message: `Listening for events completed.` is said by an agent that stops."""
FAILED = "Failed to execute tetragon"
BASE_SENSOR = "__base__"

_WORD = re.compile(r'(\w[\w.-]*)=("(?:[^"\\]|\\.)*"|\S*)')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CUT = "line-max"
"""What journald notes of a line that was too long for one record and goes on in the next."""


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """One line of the log."""

    pid: int
    """The process that wrote it; 1 for systemd, 0 if it is not known."""
    time: float
    """Seconds since the epoch."""
    text: str
    cursor: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields of a line of the agent, `msg` among them; empty for another line."""
        return parse_fields(self.text)

    @property
    def message(self) -> str:
        """Return what the agent says; empty for another line."""
        return self.fields.get("msg", "")


def parse_fields(text: str) -> dict[str, str]:
    """Return the fields of a line that the agent wrote as text or as JSON."""
    if text.startswith("{"):
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            return {}
        return {str(key): str(value) for key, value in document.items()} if isinstance(document, dict) else {}
    return {name: unquote(value) for name, value in _WORD.findall(text)}


def unquote(word: str) -> str:
    """Return the text of a word that Go may have quoted."""
    return _ESCAPE.sub(_replace_escape, word[1:-1]) if len(word) > 1 and word[0] == word[-1] == '"' else word


def _replace_escape(match: re.Match[str]) -> str:
    escape = match[1]
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if len(escape) > 1:
        return chr(int(escape, 8))
    return _SIMPLE.get(escape, escape)


def read_journal(output: bytes) -> list[AgentRecord]:
    """Return the records that `journalctl -o json --all` printed; a line that it cut is put together again."""
    documents = (document for line in output.splitlines() if (document := _load(line)) is not None)
    return list(_join_cut_lines(documents))


def _load(line: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) and "MESSAGE" in document else None


def _join_cut_lines(documents: Iterable[dict[str, Any]]) -> Iterator[AgentRecord]:
    begun: dict[int, str] = {}
    for document in documents:
        pid = _to_int(document.get("_PID"))
        text = begun.pop(pid, "") + _to_text(document["MESSAGE"])
        if document.get("_LINE_BREAK") == _CUT:
            begun[pid] = text
            continue
        micros = _to_int(document.get("__REALTIME_TIMESTAMP"))
        yield AgentRecord(pid, micros / 1e6, text, str(document.get("__CURSOR", "")))


def _to_text(message: object) -> str:
    """Return a message; journald gives one with unprintable bytes as a list of numbers."""
    if isinstance(message, list):
        return bytes(byte for byte in message if isinstance(byte, int) and 0 <= byte < 256).decode("utf-8", "replace")
    return message if isinstance(message, str) else ""


def _to_int(value: object) -> int:
    return int(value) if isinstance(value, (str, int)) and str(value).isdigit() else 0


@dataclass(slots=True)
class AgentStart:
    """What the log tells of one start of the agent."""

    pid: int
    began: float
    version: str = ""
    loaded: float | None = None
    """When the base sensor was loaded."""
    exporter: float | None = None
    served: float | None = None
    """When its socket was there."""
    policies: int = 0
    """Sensors of policies that were loaded."""
    listening: float | None = None
    request: str | None = None
    """The lists in force as the agent prints them."""
    failure: str = ""
    """Why it ended, empty if it did not say so."""
    log_level: str = "info"

    def read(self, record: AgentRecord) -> None:
        """Take up what one more line of this start tells."""
        fields = record.fields
        message = fields.get("msg", "")
        if message == LOADED:
            if fields.get("sensor") == BASE_SENSOR:
                self.loaded = record.time
            else:
                self.policies += 1
        elif message == EXPORTING:
            self.exporter, self.request = record.time, fields.get("request", "")
        elif message == SERVING:
            self.served = record.time
        elif message == LISTENING:
            self.listening = record.time
        elif message == FAILED:
            self.failure = fields.get("error", "") or "it does not say why"

    @property
    def phase(self) -> str:
        """Return how far it has come, in words."""
        if self.failure:
            return "failed"
        if self.listening is not None:
            return "listening"
        if self.policies:
            return f"policies: {self.policies} loaded"
        if self.served is not None:
            return "socket there, policies are being loaded"
        if self.exporter is not None:
            return "exporter started"
        return "sensor loaded" if self.loaded is not None else "started"


def read_starts(records: Iterable[AgentRecord], known: AgentStart | None = None) -> list[AgentStart]:
    """Return the starts of the agent that records tell of, oldest first; they begin within `known` if it is given."""
    starts = [known] if known is not None else []
    for record in records:
        if record.message == STARTING:
            starts.append(AgentStart(record.pid, record.time, record.fields.get("version", "").removeprefix("v")))
        elif starts and record.pid == starts[-1].pid:
            starts[-1].read(record)
    return starts
