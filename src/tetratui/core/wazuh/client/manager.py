"""A manager's API: try a line, put and read rule files, reload, and read what it left out.

TLS is verified unless the operator says otherwise. Neither password nor token is ever part of a message.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tetratui.core.errors import SourceError, UsageError
from tetratui.core.wazuh.client.api_answers import (
    UnknownPathError,
    affected_items,
    configuration_faults,
    document_of,
    log_messages,
    raise_failed,
    reload_messages,
    rule_text_of,
)
from tetratui.core.wazuh.client.logtest import LogtestAnswer, ManagerError, TesterSession, check_length
from tetratui.core.wazuh.client.rule_upload import RuleUpload

_SECONDS = 30.0
_BAD_REQUEST = 400
_UNAUTHORIZED = 401
_RULE_FOLDER = "etc/rules"
_REFUSED = "where tetratui wazuh check finds nothing in it, another file of the manager's etc/rules is at fault"
"""The API tries all files at each upload, and calls every fault one of the file sent."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a manager is, and who asks it."""

    url: str
    """`https://manager:55000`"""
    user: str
    password: str = field(repr=False)
    authority: Path | None = None
    """A file with the certificate authority to trust, or None for the system's."""
    verify: bool = True
    """Whether the certificate is checked; False only by the operator's own word."""

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise UsageError("a manager's API is asked over https only", "write it as https://manager:55000")


class Manager:
    """A session with a manager's API; use it as a context."""

    def __init__(self, account: Account, transport: httpx.BaseTransport | None = None) -> None:
        """Open it; nothing is asked yet.

        Raises:
            SourceError: the file with the certificate authority cannot be used.
        """
        self._account = account
        self._client = httpx.Client(
            base_url=account.url, verify=_trust(account), timeout=_SECONDS, transport=transport, follow_redirects=False
        )
        self._token = ""
        self._session = TesterSession()
        self.is_restarting = False
        """Whether it was restarted because it cannot reload."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and the rule tester's session with it."""
        session = self._session.end()
        try:
            if session:
                self._ask("DELETE", f"/logtest/sessions/{session}")
        except (SourceError, ManagerError):
            # The manager forgets a session by itself after fifteen minutes.
            pass
        finally:
            self._client.close()

    def match(self, line: str, location: str) -> LogtestAnswer:
        """Ask which rule a line gets; needs the permission logtest:run.

        Raises:
            SourceError: the manager cannot be reached.
            LineTooLongError: the line does not fit into a request.
            ManagerError: it refuses, or its rules do not load.
        """
        question = self._session.question(line, location)
        check_length(_length_of(question))
        return self._session.answer(self._ask("PUT", "/logtest", json=question).get("data"))

    def upload(self, name: str, rules: bytes) -> str:
        """Put a rule file into etc/rules, prove it, and say what stands; a refused one is taken back.

        Raises:
            UsageError: a name or size that the API does not take.
            SourceError: the manager cannot be reached.
            ManagerError: it refuses the file.
        """
        return RuleUpload(self, name, rules).run()

    def put_rules(self, name: str, rules: bytes, *, overwrite: bool) -> None:
        """Send a rule file; a refused new one stays on the disk with `overwrite`, and is removed without.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses the file.
        """
        headers = {"Content-Type": "application/octet-stream"}
        params = {"overwrite": "true" if overwrite else "false"}
        answer = self._ask("PUT", f"/rules/files/{name}", params=params, content=rules, headers=headers)
        raise_failed(answer, f"the manager does not take {name}", _REFUSED)

    def rule_text(self, name: str) -> bytes | None:
        """Read a rule file of etc/rules, None where there is none.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses, or cannot read the file.
        """
        path = f"/rules/files/{name}"
        response = self._answer("GET", path, params={"raw": "true", "relative_dirname": _RULE_FOLDER})
        if response.status_code == _BAD_REQUEST:  # Older managers know no folder here.
            response = self._answer("GET", path, params={"raw": "true"})
        return rule_text_of(response, name)

    def rule_names(self) -> tuple[str, ...]:
        """List the rule files of etc/rules.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        params = {"relative_dirname": _RULE_FOLDER, "limit": "500"}
        found = affected_items(self._ask("GET", "/rules/files", params=params))
        return tuple(str(item.get("filename")) for item in found if item.get("relative_dirname") == _RULE_FOLDER)

    def remove_rules(self, name: str) -> None:
        """Delete a rule file of etc/rules.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        raise_failed(self._ask("DELETE", f"/rules/files/{name}"), f"the manager does not delete {name}")

    def configuration_faults(self) -> tuple[str, ...] | None:
        """Ask why the manager would not start with what lies on its disk; empty where it would, None if not known.

        Raises:
            SourceError: the manager cannot be reached.
        """
        try:
            return configuration_faults(self._ask("GET", "/manager/configuration/validation"))
        except ManagerError:
            return None

    def reload(self) -> tuple[str, ...]:
        """Make the rules active (4.13 on without a restart, else with one); returns all that the manager says of them.

        Of a restart only its log tells, once it is over.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        try:
            answer = self._ask("PUT", "/manager/analysisd/reload")
        except UnknownPathError:
            answer = self._ask("PUT", "/manager/restart")
            self.is_restarting = True
        raise_failed(answer, "the manager does not reload its rules", "correct the rule that it names")
        return reload_messages(answer)

    def skipped(self) -> tuple[str, ...]:
        """Read the manager's log for what it said when it loaded its rules last.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        params = {"tag": "wazuh-analysisd", "limit": "500", "sort": "-timestamp"}
        return log_messages(self._ask("GET", "/manager/logs", params=params))

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return document_of(self._answer(method, path, **content), f"{method} {path.split('/sessions/')[0]}")

    def _answer(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Ask with a token; a token that has run out (after 900 s) is renewed once."""
        if not self._token:
            self._authenticate()
        response = self._send(method, path, **content)
        if response.status_code == _UNAUTHORIZED:
            self._authenticate()
            response = self._send(method, path, **content)
        return response

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {**content.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
        return self._reach(method, path, headers=headers, **content)

    def _authenticate(self) -> None:
        who = httpx.BasicAuth(self._account.user, self._account.password)
        response = self._reach("POST", "/security/user/authenticate", auth=who)
        if response.status_code == _UNAUTHORIZED:
            raise ManagerError(f"{self._account.url} does not let {self._account.user!r} in", "check user and password")
        data = document_of(response, "authentication").get("data")
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token:
            raise ManagerError("the manager answered the login without a token", "is it a Wazuh 4.x manager?")
        self._token = token

    def _reach(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **content)
        except httpx.TimeoutException as error:
            raise SourceError(
                f"{self._account.url} does not answer in time",
                "is the manager busy or restarting, or its rule tester hung by locked sessions? then restart it",
            ) from error
        except httpx.ConnectError as error:
            raise SourceError(f"{self._account.url} cannot be reached: {error}", _remedy(error)) from error
        except httpx.HTTPError as error:
            raise SourceError(
                f"{self._account.url} broke off: {error}", "try again; read the manager's api.log"
            ) from error


def _length_of(question: dict[str, str]) -> int:
    """Bytes of the API's own request to the rule tester."""
    origin = {"name": "Logtest", "module": "framework"}
    request = {"version": 1, "origin": origin, "command": "log_processing", "parameters": question}
    return len(json.dumps(request))


def _trust(account: Account) -> ssl.SSLContext | bool:
    if not account.verify:
        return False
    try:
        return ssl.create_default_context(cafile=str(account.authority) if account.authority else None)
    except (OSError, ssl.SSLError) as error:
        raise SourceError(f"{account.authority} holds no certificate authority", "name its PEM file") from error


def _remedy(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "name the certificate authority of the manager; do not switch the check off lightly"
    return "is the address right, and port 55000 open?"
