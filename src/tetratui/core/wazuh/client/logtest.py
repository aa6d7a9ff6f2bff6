"""Ask the rule tester of a manager on the same host, over its socket, which rule a line gets.

A connection takes one request: its length as four bytes, little-endian, then JSON. The answer is framed the same way.
A request without a token begins a session. A new session reads the rules from the disk, so it judges files that are not
yet in force.

Where the rules load with an ERROR, the tester refuses the session and keeps it locked until the manager restarts. With
64 locked sessions it hangs. So nothing more is asked after such a refusal.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tetratui.core.errors import SourceError, TetratuiError
from tetratui.core.wazuh.engine.load.messages import brief

DEFAULT_SOCKET = Path("/var/ossec/queue/sockets/logtest")
REQUEST_LIMIT = 65_535
"""Most bytes of a request; the tester refuses a longer one."""
_TIMEOUT = 20.0
"""Seconds; a new session loads the whole ruleset, which takes some of them."""
_LENGTH = struct.Struct("<I")
_SESSION_MESSAGES = ("INFO", "WARNING: (7003)")
"""Beginnings of messages that are about the session, not about rules: it began, ended or had run out."""
_SESSION_BEGUN = re.compile(r"\(7202\): Session initialized with token '(\w+)'")
_NOT_LOADED = "(7311)"
"""The code of the message that the rules did not load, so there is no session."""


class ManagerError(TetratuiError):
    """A manager refused, or its answer was not understood; the message is one line."""


class LineTooLongError(ManagerError):
    """A line does not fit into a request; other lines may."""


class RulesRefusedError(ManagerError):
    """The tester refuses the rules, whatever the line; asking again does harm."""


@dataclass(frozen=True, slots=True)
class LogtestAnswer:
    """The rule tester's answer for one line."""

    rule: int | None
    """The rule that wins; None when none matches."""
    level: int | None
    groups: tuple[str, ...]
    alert: bool
    token: str = field(repr=False)
    """The session, to be sent with the next line."""
    messages: tuple[str, ...]
    """What the manager logged while it loaded its rules: `WARNING: (76..)` means that rules are left out."""

    @property
    def rule_messages(self) -> tuple[str, ...]:
        """Return the messages that a rule is left out, or is not in force as it was written."""
        return tuple(message for message in self.messages if not message.startswith(_SESSION_MESSAGES))


def parse_answer(data: Any) -> LogtestAnswer:
    """Parse the `data` object of an answer; socket and API give the same one.

    Raises:
        RulesRefusedError: the ruleset does not load, or loads with errors.
        ManagerError: the line cannot be tried, or this is not an answer of the rule tester.
    """
    if not isinstance(data, dict):
        raise ManagerError("the manager's answer holds no result", "is it a Wazuh 4.x manager?")
    messages = _read_messages(data)
    if data.get("codemsg") == -1:
        # A refusal that names a session is about the line; one without is about the rules.
        raise _make_refusal(messages, is_of_line="token" in data)
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


def check_length(length: int) -> None:
    """Raise if a request to the rule tester is longer than it takes.

    Raises:
        LineTooLongError: `length` bytes are too many.
    """
    if length > REQUEST_LIMIT:
        raise LineTooLongError(f"a request of {length} bytes is longer than the manager takes", "leave this line out")


def _read_messages(data: dict[str, Any]) -> tuple[str, ...]:
    messages = data.get("messages")
    return tuple(str(message) for message in messages) if isinstance(messages, list) else ()


def _make_refusal(messages: tuple[str, ...], *, is_of_line: bool) -> ManagerError:
    errors = "; ".join(brief(message) for message in messages if message.startswith("ERROR"))
    if is_of_line:
        return ManagerError(f"the manager's rule tester cannot try this line: {errors}", "leave this line out")
    if any(_NOT_LOADED in message for message in messages):
        return RulesRefusedError(f"the manager's rules do not load: {errors}", "correct the file it names")
    return RulesRefusedError(
        f"the manager's rule tester refuses its rules: {errors}",
        "correct that rule before you ask again: each question leaves a session locked until the manager restarts, "
        "and 64 of them hang the rule tester",
    )


class TesterSession:
    """A session of a rule tester, over its socket or the API; after a refusal of the rules it asks nothing more."""

    def __init__(self) -> None:
        self._token = ""
        self._refusal: RulesRefusedError | None = None

    def make_parameters(self, line: str, location: str) -> dict[str, str]:
        """Return the parameters of a request for this line.

        Raises:
            RulesRefusedError: the tester has refused the rules before.
        """
        if self._refusal is not None:
            raise self._refusal
        parameters = {"event": line, "log_format": "json", "location": location}
        return {**parameters, "token": self._token} if self._token else parameters

    def parse_answer(self, data: Any) -> LogtestAnswer:
        """Parse an answer, and remember its session for the next request.

        Raises:
            ManagerError: as the function `parse_answer` does.
        """
        if isinstance(data, dict):
            self._token = _find_token(data) or self._token
        try:
            return parse_answer(data)
        except RulesRefusedError as error:
            self._refusal = error
            raise

    def end(self) -> str:
        """Forget the session, and return its token; empty if none began."""
        token, self._token = self._token, ""
        return token


def _find_token(data: dict[str, Any]) -> str:
    """Return the token of an answer; a refusal names it only in a message."""
    begun = next((match[1] for message in _read_messages(data) if (match := _SESSION_BEGUN.search(message))), "")
    return str(data.get("token") or begun)


class LogtestSocket:
    """The rule tester's socket; each request has its own connection, so only the session is to be closed."""

    def __init__(self, path: Path = DEFAULT_SOCKET, timeout: float = _TIMEOUT) -> None:
        self._path, self._timeout = path, timeout
        self._session = TesterSession()

    def match(self, line: str, location: str) -> LogtestAnswer:
        """Ask which rule a line gets; all lines of this object share a session.

        Raises:
            SourceError: the socket is missing, or we may not use it.
            LineTooLongError: the line does not fit into a request.
            ManagerError: the manager refuses, or its rules do not load.
        """
        return self._session.parse_answer(self._ask("log_processing", self._session.make_parameters(line, location)))

    def close(self) -> None:
        """End the session, if one began; a manager that is gone or refuses has no session to end."""
        token = self._session.end()
        if token:
            with suppress(SourceError, ManagerError):
                self._ask("remove_session", {"token": token})

    def _ask(self, command: str, parameters: dict[str, str]) -> Any:
        origin = {"name": "tetratui", "module": "tetratui"}
        request = orjson.dumps({"version": 1, "origin": origin, "command": command, "parameters": parameters})
        check_length(len(request))
        try:
            reply = self._exchange(request)
        except OSError as error:
            raise SourceError(
                f"{self._path} does not answer: {error.strerror or error}", _choose_remedy(error)
            ) from error
        return _parse_reply(reply)

    def _exchange(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._timeout)
            connection.connect(str(self._path))
            connection.sendall(_LENGTH.pack(len(request)) + request)
            (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size))
            if length > 16 * REQUEST_LIMIT:
                raise ManagerError(f"{self._path} announces an answer of {length} bytes", "is it the logtest socket?")
            return _receive(connection, length)


def _receive(connection: socket.socket, length: int) -> bytes:
    chunks: list[bytes] = []
    while length:
        chunk = connection.recv(min(length, REQUEST_LIMIT))
        if not chunk:
            raise ManagerError("the manager closed the connection in the middle of its answer", "read its ossec.log")
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


def _parse_reply(reply: bytes) -> Any:
    try:
        document = orjson.loads(reply)
        error, data = document["error"], document.get("data")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as failure:
        raise ManagerError("the manager's answer is not understood", "is it a Wazuh 4.x manager?") from failure
    if error:
        raise ManagerError(f"the manager refuses: {document.get('message', error)}")
    return data


def _choose_remedy(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "only root and the group wazuh may use it: try sudo"
    if isinstance(error, FileNotFoundError):
        return "is a Wazuh manager running on this host?"
    if isinstance(error, TimeoutError):
        return "locked sessions may hang its rule tester: restart the manager"
    return "is wazuh-analysisd running?"
