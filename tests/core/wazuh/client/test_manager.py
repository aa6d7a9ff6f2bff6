"""The client of a manager's API: its requests, the text of each failure, verified TLS, no secret in a message."""

from __future__ import annotations

import http.server
import json
import shutil
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from stand_ins.manager_api import ERRED, ERRS, PASSWORD, TOKEN, WARNED, ManagerApi
from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.wazuh.client.logtest import LineTooLongError, ManagerError, RulesRefusedError
from tetratui.core.wazuh.client.manager import Account, Manager

INFO = 'rules_op: Element info attribute "type" has invalid value "x"'
ACCOUNT = Account("https://manager:55000", "tester", PASSWORD)
RULE = {"output": {"rule": {"id": "710018", "level": 0, "groups": ["tetragon"]}}, "alert": False, "token": "7c56f71b"}


class Api:
    """Answers as the API does: `answers` holds by `METHOD /path` the answers to give, one after the other."""

    def __init__(self, answers: dict[str, list[httpx.Response]]) -> None:
        self.answers = answers
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/security/user/authenticate":
            is_known = request.headers["Authorization"] == f"Basic {b64encode(f'tester:{PASSWORD}'.encode()).decode()}"
            return httpx.Response(
                200 if is_known else 401, json={"data": {"token": TOKEN}, "error": 0} if is_known else {}
            )
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        queued = self.answers.get(f"{request.method} {request.url.path}")
        return queued.pop(0) if queued else httpx.Response(404, json={"title": "Not Found", "detail": "Nothing"})


def manager(api: Callable[[httpx.Request], httpx.Response], account: Account = ACCOUNT) -> Manager:
    return Manager(account, httpx.MockTransport(api))


def ok(document: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=document)


def test_a_line_is_tried_in_one_session_that_is_closed_at_the_end() -> None:
    api = Api({"PUT /logtest": [ok({"error": 0, "data": RULE})] * 2})
    with manager(api) as ours:
        assert (ours.match("{}", "x").rule, ours.match("{}", "x").level) == (710018, 0)
    bodies = [json.loads(request.content) for request in api.requests if request.url.path == "/logtest"]
    assert [body.get("token") for body in bodies] == [None, "7c56f71b"]
    assert (api.requests[-1].method, api.requests[-1].url.path) == ("DELETE", "/logtest/sessions/7c56f71b")


def test_a_token_that_ran_out_is_renewed_once() -> None:
    api = Api({"PUT /logtest": [ok({"title": "Unauthorized"}, 401), ok({"error": 0, "data": RULE})]})
    assert manager(api).match("{}", "x").rule == 710018
    assert [request.url.path for request in api.requests].count("/security/user/authenticate") == 2


def test_a_rule_file_is_put_as_bytes_over_the_former_one() -> None:
    api = ManagerApi({"0011-tetratui.xml": b"<group name='x'/>"})
    manager(api).put_rules("0011-tetratui.xml", b"<group/>", overwrite=True)
    (request,) = [request for request in api.requests if (request.method, request.url.path[:6]) == ("PUT", "/rules")]
    assert request.content == b"<group/>"
    assert request.headers["Content-Type"] == "application/octet-stream"
    assert request.url.params["overwrite"] == "true"


def test_a_refused_rule_file_raises_the_reason_of_the_manager() -> None:
    failed = {"error": {"code": 1113, "message": "XML syntax error"}, "id": ["0011-tetratui.xml"]}
    answer = {"error": 1, "message": "Could not upload rule", "data": {"failed_items": [failed]}}
    api = Api({"PUT /rules/files/0011-tetratui.xml": [ok(answer)]})
    with pytest.raises(ManagerError, match="1113 XML syntax error"):
        manager(api).put_rules("0011-tetratui.xml", b"<group", overwrite=False)


def test_a_reload_returns_messages_about_rules_that_were_left_out() -> None:
    message = "(7617): Signature ID '799999' was not found and will be ignored"
    success = "Ruleset reload request sent successfully."
    answer = {"data": {"affected_items": [{"name": "n", "msg": [message, success]}]}, "error": 0}
    assert manager(Api({"PUT /manager/analysisd/reload": [ok(answer)]})).reload() == (message,)


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ({"affected_items": [{"name": "n", "msg": f"{WARNED}, {ERRED}"}]}, (WARNED, ERRED)),
        ({"affected_items": [{"name": "n", "msg": f"{INFO}, {WARNED}"}]}, (INFO, WARNED)),
        ({"affected_items": [{"name": "n", "msg": ERRED}, {"name": "m", "msg": ERRED}]}, (ERRED,)),
        ([WARNED, INFO], (WARNED, INFO)),
        ([], ()),
        ({"affected_items": [{"name": "n", "msg": "something new"}, {"name": "m", "msg": None}]}, ("something new",)),
        ({"affected_items": ["n"]}, ()),
        ({"affected_items": None}, ()),
        (None, ()),
    ],
)
def test_every_message_of_a_reload_is_returned_even_with_error_0(data: object, messages: tuple[str, ...]) -> None:
    answer = {"data": data, "message": "Reload request sent to ", "error": 0}
    assert manager(Api({"PUT /manager/analysisd/reload": [ok(answer)]})).reload() == messages


def test_a_reload_that_fails_raises_the_reason_in_one_line() -> None:
    api = ManagerApi({"a.xml": b"STOPS"})
    with pytest.raises(ManagerError, match=r"1914 .*\(5107\)"):
        manager(api).reload()


def test_an_older_manager_is_restarted_instead() -> None:
    api = Api({"PUT /manager/restart": [ok({"error": 0, "data": {}}, 202)]})
    assert manager(api).reload() == ()
    assert [request.url.path for request in api.requests][1:] == ["/manager/analysisd/reload", "/manager/restart"]


def test_messages_about_rules_are_read_from_the_log() -> None:
    items = [{"description": "(7619): Empty 'if_sid' value. Rule '1' will be ignored."}, {"description": "Started"}]
    api = Api({"GET /manager/logs": [ok({"data": {"affected_items": items}, "error": 0})]})
    assert manager(api).read_load_messages() == ("(7619): Empty 'if_sid' value. Rule '1' will be ignored.",)


def test_warnings_and_errors_since_rules_were_last_loaded_are_read_from_the_log() -> None:
    items = [
        {"timestamp": "2026-11-28T11:23:32Z", "level": "info", "description": " Ruleset reloaded successfully"},
        {"timestamp": "2026-11-28T11:23:31Z", "level": "error", "description": f" {ERRED}"},
        {"timestamp": "2026-11-28T11:23:31Z", "level": "warning", "description": " Empty Mitre information"},
        {"timestamp": "2026-11-28T11:23:31Z", "level": "info", "description": " Reloading ruleset"},
        {"timestamp": "2026-11-28T11:07:13Z", "level": "error", "description": " Could not set resource limit"},
        {"timestamp": "2026-11-28T11:07:13Z", "level": "warning", "description": f" {WARNED}"},
    ]
    api = Api({"GET /manager/logs": [ok({"data": {"affected_items": items}, "error": 0})]})
    assert manager(api).read_load_messages() == (ERRED, "Empty Mitre information")


def test_after_the_tester_refused_its_rules_nothing_is_asked_and_the_session_is_closed() -> None:
    api = ManagerApi({"a.xml": ERRS})
    with manager(api) as ours:
        for _ in range(3):
            with pytest.raises(RulesRefusedError, match=r"\(1104\).*locked until the manager restarts"):
                ours.match("{}", "x")
    assert api.calls() == ["PUT /logtest", "DELETE /logtest/sessions/00000001"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), httpx.ReadError("gone"), httpx.Response(500)])
def test_a_session_is_closed_after_an_error_or_interrupt(failure: httpx.Response | BaseException) -> None:
    api = ManagerApi()
    ours = manager(api)
    ours.match("{}", "x")
    api.failures["PUT /logtest"] = failure
    with pytest.raises((KeyboardInterrupt, TetratuiError)), ours:
        ours.match("{}", "x")
    assert api.calls()[-1] == "DELETE /logtest/sessions/00000001"
    assert api.open_sessions == set()


def test_a_session_whose_answer_is_malformed_is_closed() -> None:
    data = {"token": "7c56f71b", "output": {"rule": {"id": "x"}}}
    api = Api({"PUT /logtest": [ok({"error": 0, "data": data})]})
    with pytest.raises(ManagerError, match="without a number"), manager(api) as ours:
        ours.match("{}", "x")
    assert api.requests[-1].url.path == "/logtest/sessions/7c56f71b"


def test_a_line_too_long_for_the_tester_behind_the_api_is_not_sent() -> None:
    api = ManagerApi()
    with manager(api) as ours:
        with pytest.raises(LineTooLongError):
            ours.match("x" * 65_400, "x")
        # The API escapes every character outside ASCII with six.
        with pytest.raises(LineTooLongError):
            ours.match("é" * 11_000, "x")
        assert ours.match("x" * 65_000, "x").rule == 710001
    assert api.calls().count("PUT /logtest") == 1


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused")


def time_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out")


def break_off(request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("peer closed connection")


@pytest.mark.parametrize(
    ("api", "words"),
    [
        (refuse, "cannot be reached"),
        (time_out, "does not answer in time"),
        (break_off, "broke off"),
        (lambda request: ok({}, 401), "does not let the user 'tester' in"),
        (lambda request: ok({"data": {}}), "without a token"),
        (lambda request: httpx.Response(200, text="<html>"), "refuses authentication"),
        (Api({"PUT /logtest": [ok({"detail": "Permission denied"}, 403)]}), "403 Permission denied"),
        (Api({"PUT /logtest": [ok({"error": 0, "data": {"codemsg": -1, "messages": ["ERROR: (5107)"]}})]}), "5107"),
        (Api({"PUT /logtest": [ok([1])]}), "refuses PUT /logtest"),
    ],
)
def test_every_failure_is_one_line_without_secrets(api: Callable[..., httpx.Response], words: str) -> None:
    with pytest.raises(TetratuiError, match=words) as caught:
        manager(api).match("{}", "x")
    for secret in (PASSWORD, TOKEN, "\n"):
        assert secret not in str(caught.value)
    assert PASSWORD not in repr(ACCOUNT)


def test_plain_http_is_refused() -> None:
    with pytest.raises(UsageError, match="https only"):
        Account("http://manager:55000", "tester", PASSWORD)


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real HTTPS server with a certificate of its own making."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), _Login)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}", certificate
    server.shutdown()
    server.server_close()


class _Login(http.server.BaseHTTPRequestHandler):
    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self._answer({"data": {"token": TOKEN}})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"error": 0, "data": RULE})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_unknown_certificate_is_refused_and_a_named_authority_accepted(tls: tuple[str, Path]) -> None:
    url, certificate = tls
    with pytest.raises(SourceError, match="name the certificate authority"):
        Manager(Account(url, "tester", PASSWORD)).match("{}", "x")
    assert Manager(Account(url, "tester", PASSWORD, authority=certificate)).match("{}", "x").rule == 710018


def test_the_error_for_a_file_without_an_authority_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(SourceError, match="PEM"):
        Manager(Account("https://localhost", "tester", PASSWORD, authority=tmp_path / "ca.pem"))
