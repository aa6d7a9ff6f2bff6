"""Asking a manager's rule tester, on the same host, over its socket: which rule does a line get?

A connection takes one request: the length as four bytes, little-endian, then JSON; the answer is framed the same way.
A session without a token reads the rules from the disk anew, so it judges files that are not active yet.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tetratui.core.errors import SourceError, TetratuiError

SOCKET = Path("/var/ossec/queue/sockets/logtest")
MOST = 65_536
"""Bytes of a request; a longer one is refused."""
_SECONDS = 20.0
"""A new session loads the whole ruleset, which takes seconds."""
_LENGTH = struct.Struct("<I")


class ManagerError(TetratuiError):
    """A manager that refused, or could not be understood; one line."""


class LineTooLongError(ManagerError):
    """A line that does not fit into a request; others do."""


@dataclass(frozen=True, slots=True)
class LogtestAnswer:
    """What the manager's rule tester says of one line."""

    rule: int | None
    """The rule that wins; None when none matches."""
    level: int | None
    groups: tuple[str, ...]
    alert: bool
    token: str = field(repr=False)
    """The session, to be given with the next line."""
    messages: tuple[str, ...]
    """What the manager logged while loading: `WARNING: (76..)` means that rules are left out."""

    @property
    def skipped(self) -> tuple[str, ...]:
        """The messages that say a rule is left out."""
        return tuple(message for message in self.messages if message.startswith(("WARNING: (76", "ERROR")))


def answer_of(data: Any) -> LogtestAnswer:
    """Read the `data` object that socket and API answer alike.

    Raises:
        ManagerError: the ruleset does not load, or the answer is none.
    """
    if not isinstance(data, dict):
        raise ManagerError("the manager's answer holds no result", "is it a Wazuh 4.x manager?")
    messages = tuple(str(message) for message in data.get("messages") or ())
    if data.get("codemsg") == -1:
        raise ManagerError(f"the manager's rules do not load: {'; '.join(messages)}", "correct the file it names")
    output = data.get("output")
    rule = output.get("rule") if isinstance(output, dict) else None
    rule = rule if isinstance(rule, dict) else {}
    try:
        number = int(rule["id"]) if "id" in rule else None
        level = int(rule["level"]) if "level" in rule else None
    except (TypeError, ValueError) as error:
        raise ManagerError("the manager names a rule without a number", "is it a Wazuh 4.x manager?") from error
    groups = tuple(str(group) for group in rule.get("groups") or ())
    token = str(data.get("token", ""))
    return LogtestAnswer(number, level, groups, bool(data.get("alert")), token, messages)


class LogtestSocket:
    """The rule tester's socket; connections last one request, so there is nothing to close but the session."""

    def __init__(self, path: Path = SOCKET, seconds: float = _SECONDS) -> None:
        self._path, self._seconds = path, seconds
        self._token = ""

    def match(self, line: str, location: str) -> LogtestAnswer:
        """Ask which rule a line gets; lines of one object share a session.

        Raises:
            SourceError: the socket is not there or not ours to use.
            LineTooLongError: the line does not fit into a request.
            ManagerError: the manager refuses, or its rules do not load.
        """
        parameters = {"event": line, "log_format": "json", "location": location}
        if self._token:
            parameters["token"] = self._token
        answer = answer_of(self._ask("log_processing", parameters))
        self._token = answer.token
        return answer

    def close(self) -> None:
        """End the session, if there is one.

        Raises:
            SourceError: the socket is gone.
            ManagerError: the manager refuses.
        """
        if self._token:
            token, self._token = self._token, ""
            self._ask("remove_session", {"token": token})

    def _ask(self, command: str, parameters: dict[str, str]) -> Any:
        origin = {"name": "tetratui", "module": "tetratui"}
        request = orjson.dumps({"version": 1, "origin": origin, "command": command, "parameters": parameters})
        if len(request) > MOST:
            raise LineTooLongError(
                f"a request of {len(request)} bytes is longer than the manager takes", "leave this line out"
            )
        try:
            reply = self._exchange(request)
        except OSError as error:
            raise SourceError(f"{self._path} does not answer: {error.strerror or error}", _remedy(error)) from error
        return _data(reply)

    def _exchange(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._seconds)
            connection.connect(str(self._path))
            connection.sendall(_LENGTH.pack(len(request)) + request)
            (length,) = _LENGTH.unpack(_received(connection, _LENGTH.size))
            if length > 16 * MOST:
                raise ManagerError(f"{self._path} announces an answer of {length} bytes", "is it the logtest socket?")
            return _received(connection, length)


def _received(connection: socket.socket, length: int) -> bytes:
    chunks: list[bytes] = []
    while length:
        chunk = connection.recv(min(length, MOST))
        if not chunk:
            raise ManagerError("the manager closed the connection in the middle of its answer", "read its ossec.log")
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


def _data(reply: bytes) -> Any:
    try:
        document = orjson.loads(reply)
        error, data = document["error"], document.get("data")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as failure:
        raise ManagerError("the manager's answer is not what it should be", "is it a Wazuh 4.x manager?") from failure
    if error:
        raise ManagerError(f"the manager refuses: {document.get('message', error)}", "")
    return data


def _remedy(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "it is for root and the group wazuh: use sudo"
    if isinstance(error, FileNotFoundError):
        return "is a Wazuh manager running on this host?"
    return "is wazuh-analysisd running?"
