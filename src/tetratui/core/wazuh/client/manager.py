"""A manager's API: try a line, upload our rule file, reload, and read what it left out.

TLS is verified unless the operator says otherwise. Neither password nor token is ever part of a message.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tetratui.core.errors import SourceError, UsageError
from tetratui.core.wazuh.client.logtest import LogtestAnswer, ManagerError, answer_of
from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, SIZE_LIMIT

_SECONDS = 30.0
_NOT_FOUND = 404
_UNAUTHORIZED = 401
_SKIPPED = re.compile(r"\(76\d\d\)")


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
        self._session = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and the rule tester's session with it."""
        try:
            if self._session:
                self._ask("DELETE", f"/logtest/sessions/{self._session}")
        except (SourceError, ManagerError):
            # The manager forgets a session by itself after fifteen minutes.
            pass
        finally:
            self._session = ""
            self._client.close()

    def match(self, line: str, location: str) -> LogtestAnswer:
        """Ask which rule a line gets; needs the permission logtest:run.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses, or its rules do not load.
        """
        body = {"event": line, "log_format": "json", "location": location}
        if self._session:
            body["token"] = self._session
        answer = answer_of(self._ask("PUT", "/logtest", json=body).get("data"))
        self._session = answer.token
        return answer

    def upload(self, name: str, rules: bytes) -> None:
        """Put a rule file into etc/rules; the manager tries it and puts the former back if it does not load.

        Raises:
            UsageError: a name or size that the API does not take.
            SourceError: the manager cannot be reached.
            ManagerError: it refuses the file.
        """
        if not FILE_NAME.fullmatch(name) or not 0 < len(rules) <= SIZE_LIMIT:
            raise UsageError(f"the API takes no rule file {name!r} of {len(rules)} bytes", "name it 0011-tetratui.xml")
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._ask("PUT", f"/rules/files/{name}", params={"overwrite": "true"}, content=rules, headers=headers)
        _raise_failed(answer, f"the manager does not take {name}")

    def reload(self) -> tuple[str, ...]:
        """Make the rules active (4.13 on without a restart, else with one); returns what the manager left out.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        try:
            answer = self._ask("PUT", "/manager/analysisd/reload")
        except _UnknownPathError:
            answer = self._ask("PUT", "/manager/restart")
        _raise_failed(answer, "the manager does not reload its rules")
        return tuple(text for text in _texts(answer) if _SKIPPED.search(text))

    def skipped(self) -> tuple[str, ...]:
        """Read the manager's log for rules that it left out.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        params = {"tag": "wazuh-analysisd", "limit": "500", "sort": "-timestamp"}
        data = self._ask("GET", "/manager/logs", params=params).get("data") or {}
        found = [
            str(item.get("description", "")) for item in data.get("affected_items") or () if isinstance(item, dict)
        ]
        return tuple(dict.fromkeys(text for text in found if _SKIPPED.search(text)))

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Ask with a token; a token that has run out (after 900 s) is renewed once."""
        if not self._token:
            self._authenticate()
        response = self._send(method, path, **content)
        if response.status_code == _UNAUTHORIZED:
            self._authenticate()
            response = self._send(method, path, **content)
        return _document(response, f"{method} {path.split('/sessions/')[0]}")

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {**content.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
        return self._reach(method, path, headers=headers, **content)

    def _authenticate(self) -> None:
        who = httpx.BasicAuth(self._account.user, self._account.password)
        response = self._reach("POST", "/security/user/authenticate", auth=who)
        if response.status_code == _UNAUTHORIZED:
            raise ManagerError(f"{self._account.url} does not let {self._account.user!r} in", "check user and password")
        data = _document(response, "authentication").get("data")
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token:
            raise ManagerError("the manager answered the login without a token", "is it a Wazuh 4.x manager?")
        self._token = token

    def _reach(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **content)
        except httpx.TimeoutException as error:
            raise SourceError(
                f"{self._account.url} does not answer in time", "is the manager busy or restarting?"
            ) from error
        except httpx.ConnectError as error:
            raise SourceError(f"{self._account.url} cannot be reached: {error}", _remedy(error)) from error
        except httpx.HTTPError as error:
            raise SourceError(
                f"{self._account.url} broke off: {error}", "try again; read the manager's api.log"
            ) from error


class _UnknownPathError(ManagerError):
    """The manager is too old for this question."""


def _trust(account: Account) -> ssl.SSLContext | bool:
    if not account.verify:
        return False
    try:
        return ssl.create_default_context(cafile=str(account.authority) if account.authority else None)
    except (OSError, ssl.SSLError) as error:
        raise SourceError(f"{account.authority} holds no certificate authority", "name its PEM file") from error


def _document(response: httpx.Response, what: str) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    if response.is_success and document:
        return document
    detail = str(document.get("detail") or document.get("title") or "no reason given")
    kind = _UnknownPathError if response.status_code == _NOT_FOUND else ManagerError
    raise kind(f"the manager refuses {what}: {response.status_code} {detail}", _remedy_of(response.status_code))


def _remedy_of(status: int) -> str:
    known = {401: "check user and password", 403: "the user's role lacks the permission", 429: "wait a minute"}
    return known.get(status, "read the manager's api.log")


def _raise_failed(answer: dict[str, Any], what: str) -> None:
    if not answer.get("error"):
        return
    data = answer.get("data")
    items = data.get("failed_items") if isinstance(data, dict) else None
    errors = [item["error"] for item in items or () if isinstance(item, dict) and isinstance(item.get("error"), dict)]
    reasons = [f"{error.get('code')} {error.get('message')}" for error in errors]
    raise ManagerError(f"{what}: {'; '.join(reasons) or answer.get('message')}", "try it first: tetratui wazuh check")


def _texts(value: Any) -> list[str]:
    """All texts inside an answer."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _remedy(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "name the certificate authority of the manager; do not switch the check off lightly"
    return "is the address right, and port 55000 open?"
