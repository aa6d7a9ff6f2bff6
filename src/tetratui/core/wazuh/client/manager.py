"""Talk to a manager's API: try a line, put and read rule files, reload, and read which rules it left out.

TLS is verified unless the operator switches that off. Neither password nor token is ever part of a message.
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
    parse_configuration_faults,
    parse_document,
    parse_items,
    parse_log_messages,
    parse_reload_messages,
    parse_rule_text,
    raise_failed,
)
from tetratui.core.wazuh.client.logtest import LogtestAnswer, ManagerError, TesterSession, check_length

_TIMEOUT_SECONDS = 30.0
_BAD_REQUEST = 400
_UNAUTHORIZED = 401
_RULE_FOLDER = "etc/rules"
_UPLOAD_REMEDY = "if tetratui wazuh check finds nothing in it, another file of the manager's etc/rules is at fault"
"""The API tries all files at each upload, and blames every fault on the file sent."""


@dataclass(frozen=True, slots=True)
class Account:
    """The address of a manager's API, and the user who asks it."""

    url: str
    """`https://manager:55000`"""
    user: str
    password: str = field(repr=False)
    authority: Path | None = None
    """A PEM file with the certificate authority to trust; None for those of the system."""
    verify: bool = True
    """Whether the certificate is checked; False only at the operator's request."""

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise UsageError("a manager's API is asked over https only", "write it as https://manager:55000")


class Manager:
    """A session with a manager's API; use it as a context."""

    def __init__(self, account: Account, transport: httpx.BaseTransport | None = None) -> None:
        """Prepare the connection; nothing is sent yet.

        Raises:
            SourceError: the file with the certificate authority cannot be used.
        """
        self._account = account
        self._client = httpx.Client(
            base_url=account.url,
            verify=_make_tls_context(account),
            timeout=_TIMEOUT_SECONDS,
            transport=transport,
            follow_redirects=False,
        )
        self._token = ""
        self._session = TesterSession()
        self.is_restarting = False
        """Whether `reload` restarted it, because it is too old to reload."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and the rule tester's session with it."""
        token = self._session.end()
        try:
            if token:
                self._ask("DELETE", f"/logtest/sessions/{token}")
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
        parameters = self._session.make_parameters(line, location)
        check_length(_count_request_bytes(parameters))
        return self._session.parse_answer(self._ask("PUT", "/logtest", json=parameters).get("data"))

    def put_rules(self, name: str, rules: bytes, *, overwrite: bool) -> None:
        """Send a rule file to etc/rules.

        With `overwrite` a new file that is refused stays on the manager's disk; without, it is removed.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses the file.
        """
        headers = {"Content-Type": "application/octet-stream"}
        params = {"overwrite": "true" if overwrite else "false"}
        answer = self._ask("PUT", f"/rules/files/{name}", params=params, content=rules, headers=headers)
        raise_failed(answer, f"the manager does not take {name}", _UPLOAD_REMEDY)

    def read_rules(self, name: str) -> bytes | None:
        """Read a rule file of etc/rules; None if there is none.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses, or cannot read the file.
        """
        path = f"/rules/files/{name}"
        response = self._answer("GET", path, params={"raw": "true", "relative_dirname": _RULE_FOLDER})
        if response.status_code == _BAD_REQUEST:  # Older managers know no folder here.
            response = self._answer("GET", path, params={"raw": "true"})
        return parse_rule_text(response, name)

    def list_rules(self) -> tuple[str, ...]:
        """Return the names of the rule files of etc/rules.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        params = {"relative_dirname": _RULE_FOLDER, "limit": "500"}
        files = parse_items(self._ask("GET", "/rules/files", params=params))
        return tuple(str(file.get("filename")) for file in files if file.get("relative_dirname") == _RULE_FOLDER)

    def remove_rules(self, name: str) -> None:
        """Delete a rule file of etc/rules.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        raise_failed(self._ask("DELETE", f"/rules/files/{name}"), f"the manager does not delete {name}")

    def test_configuration(self) -> tuple[str, ...] | None:
        """Return why the manager would not start with the files on its disk; empty if it would, None if not known.

        Raises:
            SourceError: the manager cannot be reached.
        """
        try:
            return parse_configuration_faults(self._ask("GET", "/manager/configuration/validation"))
        except ManagerError:
            return None

    def reload(self) -> tuple[str, ...]:
        """Put the rules in force, and return all messages of the manager about them.

        From 4.13 on the manager does so without a restart. An older one is restarted: its messages are then in its log,
        once it is up again.

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
        return parse_reload_messages(answer)

    def read_load_messages(self) -> tuple[str, ...]:
        """Return what the manager logged when it last loaded its rules.

        Raises:
            SourceError: the manager cannot be reached.
            ManagerError: it refuses.
        """
        params = {"tag": "wazuh-analysisd", "limit": "500", "sort": "-timestamp"}
        return parse_log_messages(self._ask("GET", "/manager/logs", params=params))

    def is_cluster(self) -> bool:
        """Return whether the manager is the master of a cluster; False where it does not say.

        Raises:
            SourceError: the manager cannot be reached.
        """
        try:
            data = self._ask("GET", "/cluster/status").get("data")
        except ManagerError:
            return False
        return isinstance(data, dict) and data.get("enabled") == "yes" and data.get("running") == "yes"

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        # The token of a session is part of its path, and must not be part of a message.
        return parse_document(self._answer(method, path, **content), f"{method} {path.split('/sessions/')[0]}")

    def _answer(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Return the response to a request; renew the token once if it has run out (after 900 s)."""
        if not self._token:
            self._authenticate()
        response = self._send(method, path, **content)
        if response.status_code == _UNAUTHORIZED:
            self._authenticate()
            response = self._send(method, path, **content)
        return response

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {**content.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
        return self._request(method, path, headers=headers, **content)

    def _authenticate(self) -> None:
        credentials = httpx.BasicAuth(self._account.user, self._account.password)
        response = self._request("POST", "/security/user/authenticate", auth=credentials)
        if response.status_code == _UNAUTHORIZED:
            raise ManagerError(
                f"{self._account.url} does not let the user {self._account.user!r} in", "check user and password"
            )
        data = parse_document(response, "authentication").get("data")
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token:
            raise ManagerError("the manager answered the login without a token", "is it a Wazuh 4.x manager?")
        self._token = token

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **content)
        except httpx.TimeoutException as error:
            raise SourceError(
                f"{self._account.url} does not answer in time",
                "is the manager busy or restarting, or its rule tester hung by locked sessions? then restart it",
            ) from error
        except httpx.ConnectError as error:
            raise SourceError(f"{self._account.url} cannot be reached: {error}", _choose_remedy(error)) from error
        except httpx.HTTPError as error:
            raise SourceError(
                f"{self._account.url} broke off: {error}", "try again; read the manager's api.log"
            ) from error


def _count_request_bytes(parameters: dict[str, str]) -> int:
    """Return the bytes of the request that the API itself sends to the rule tester."""
    origin = {"name": "Logtest", "module": "framework"}
    request = {"version": 1, "origin": origin, "command": "log_processing", "parameters": parameters}
    return len(json.dumps(request))


def _make_tls_context(account: Account) -> ssl.SSLContext | bool:
    if not account.verify:
        return False
    try:
        return ssl.create_default_context(cafile=str(account.authority) if account.authority else None)
    except (OSError, ssl.SSLError) as error:
        raise SourceError(f"{account.authority} holds no certificate authority", "name its PEM file") from error


def _choose_remedy(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "name the certificate authority of the manager with --ca"
    return "is the address right, and port 55000 open?"
