"""Asking a manager's rule tester, on the same host, over its socket: which rule does a line get?

A connection takes one request: the length as four bytes, little-endian, then JSON; the answer is framed the same way.
A session without a token reads the rules from the disk anew, so it judges files that are not active yet.

Where these rules load with an ERROR, the tester refuses the session and keeps it locked until the manager restarts; at
64 locked ones it hangs. So nothing more is asked after such a refusal.
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

SOCKET = Path("/var/ossec/queue/sockets/logtest")
MOST = 65_535
"""Bytes of a request; a longer one is refused."""
_SECONDS = 20.0
"""A new session loads the whole ruleset, which takes seconds."""
_LENGTH = struct.Struct("<I")
_NO_NEWS = ("INFO", "WARNING: (7003)")
"""How messages begin that are not about rules: a session began, ended, or had run out."""
_BEGUN = re.compile(r"\(7202\): Session initialized with token '(\w+)'")
_NOT_LOADED = "(7311)"


class ManagerError(TetratuiError):
    """A manager that refused, or could not be understood; one line."""


class LineTooLongError(ManagerError):
    """A line that does not fit into a request; others do."""


class RulesRefusedError(ManagerError):
    """Rules that the tester refuses, whatever the line: asking again does harm."""


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
        """The messages that say a rule is left out, or is not what was written."""
        return tuple(message for message in self.messages if not message.startswith(_NO_NEWS))


def answer_of(data: Any) -> LogtestAnswer:
    """Read the `data` object that socket and API answer alike.

    Raises:
        RulesRefusedError: the ruleset does not load, or loads with errors.
        ManagerError: the line cannot be tried, or the answer is none.
    """
    if not isinstance(data, dict):
        raise ManagerError("the manager's answer holds no result", "is it a Wazuh 4.x manager?")
    messages = _messages(data)
    if data.get("codemsg") == -1:
        raise _refusal(messages, is_of_line="token" in data)
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
    """Raise for a request to the rule tester that it would not take.

    Raises:
        LineTooLongError: it has more bytes than the tester reads.
    """
    if length > MOST:
        raise LineTooLongError(f"a request of {length} bytes is longer than the manager takes", "leave this line out")


def _messages(data: dict[str, Any]) -> tuple[str, ...]:
    told = data.get("messages")
    return tuple(str(message) for message in told) if isinstance(told, list) else ()


def _refusal(messages: tuple[str, ...], *, is_of_line: bool) -> ManagerError:
    shown = "; ".join(brief(message) for message in messages if message.startswith("ERROR"))
    if is_of_line:
        return ManagerError(f"the manager's rule tester cannot try this line: {shown}", "leave this line out")
    if any(_NOT_LOADED in message for message in messages):
        return RulesRefusedError(f"the manager's rules do not load: {shown}", "correct the file it names")
    return RulesRefusedError(
        f"the manager's rule tester refuses its rules: {shown}",
        "correct that rule before you ask again: each question leaves a session locked until the manager restarts, "
        "and 64 of them hang the rule tester",
    )


class TesterSession:
    """What is asked of a rule tester in one session, be it over socket or API."""

    def __init__(self) -> None:
        self._token = ""
        self._refusal: RulesRefusedError | None = None

    def question(self, line: str, location: str) -> dict[str, str]:
        """Return the parameters of a question.

        Raises:
            RulesRefusedError: the tester has refused the rules before.
        """
        if self._refusal is not None:
            raise self._refusal
        parameters = {"event": line, "log_format": "json", "location": location}
        return {**parameters, "token": self._token} if self._token else parameters

    def answer(self, data: Any) -> LogtestAnswer:
        """Read the answer to a question, and remember the session that it was given in.

        Raises:
            ManagerError: as `answer_of` does.
        """
        if isinstance(data, dict):
            self._token = _token(data) or self._token
        try:
            return answer_of(data)
        except RulesRefusedError as error:
            self._refusal = error
            raise

    def end(self) -> str:
        """Forget the session; returns its token, empty where none began."""
        token, self._token = self._token, ""
        return token


def _token(data: dict[str, Any]) -> str:
    """The token of an answer; a refusal names it in a message only."""
    begun = next((found[1] for message in _messages(data) if (found := _BEGUN.search(message))), "")
    return str(data.get("token") or begun)


class LogtestSocket:
    """The rule tester's socket; connections last one request, so there is nothing to close but the session."""

    def __init__(self, path: Path = SOCKET, seconds: float = _SECONDS) -> None:
        self._path, self._seconds = path, seconds
        self._session = TesterSession()

    def match(self, line: str, location: str) -> LogtestAnswer:
        """Ask which rule a line gets; lines of one object share a session.

        Raises:
            SourceError: the socket is not there or not ours to use.
            LineTooLongError: the line does not fit into a request.
            ManagerError: the manager refuses, or its rules do not load.
        """
        return self._session.answer(self._ask("log_processing", self._session.question(line, location)))

    def close(self) -> None:
        """End the session, if there is one; a manager that is gone or refuses has none to end."""
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
    if isinstance(error, TimeoutError):
        return "locked sessions may hang its rule tester: restart the manager"
    return "is wazuh-analysisd running?"
