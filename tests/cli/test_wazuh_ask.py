"""`tetratui wazuh ask`: a manager's answers compared with ours, uploads, reloads, and calls that make no sense."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner

from stand_ins.manager_api import ERRS, STOPS, USER, WARNED, WARNS, ManagerApi, failure, respond
from tetratui.cli.wazuh_ask import PASSWORD_VARIABLE, ask
from tetratui.core.errors import RefusedError, SourceError, UsageError
from tetratui.core.wazuh.client.logtest import ManagerError, RulesRefusedError

LINE = '{"process_exec":{"process":{"exec_id":"YTox","binary":"/usr/bin/date"}},"node_name":"server01"}'
RULE = """<group name="t,"><rule id="700000" level="5"><decoded_as>json</decoded_as>
<field name="process_exec.process.exec_id">\\.+</field><description>d</description></rule></group>"""
WARNING = "WARNING: (7617): Signature ID '799999' was not found"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Path]:
    """Serve a socket that answers each request as the real rule tester does: rule 700001, and a warning."""
    output = {"rule": {"id": "700001", "level": 5, "groups": ["t"]}}
    data = {"messages": [WARNING], "token": "d9425fcc", "output": output, "alert": True, "codemsg": 0}
    reply = json.dumps({"error": 0, "data": data}).encode()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(tmp_path / "logtest"))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                (length,) = struct.unpack("<I", connection.recv(4, socket.MSG_WAITALL))
                connection.recv(length, socket.MSG_WAITALL)
                connection.sendall(struct.pack("<I", len(reply)) + reply)

    threading.Thread(target=serve, daemon=True).start()
    yield tmp_path / "logtest"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(ask, list(arguments), standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


@pytest.fixture
def events(tmp_path: Path) -> str:
    (tmp_path / "tetragon.log").write_text(f"{LINE}\nnonsense\n{LINE}\n")
    return str(tmp_path / "tetragon.log")


def test_each_line_gets_the_rule_of_the_manager_and_a_line_that_the_agent_loses_is_not_asked(
    manager: Path, events: str
) -> None:
    result = run("--socket", str(manager), "--events", events, "--json")
    document = json.loads(result.stdout)
    assert (document["asked"], document["matches"]) == (2, [[0, 700001, 5], [2, 700001, 5]])
    assert (document["differs"], document["skipped"], document["too_long"]) == ([], [WARNING], [])
    assert result.return_value == 0


def test_a_line_too_long_for_the_tester_is_named_and_the_others_are_asked(manager: Path, tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_text(LINE.replace("/usr/bin/date", "x" * 50_000 + '\\"' * 6_000) + f"\n{LINE}\n")
    result = run("--socket", str(manager), "--events", str(log), "--json")
    document = json.loads(result.stdout)
    assert (document["too_long"], document["matches"]) == ([0], [[1, 700001, 5]])


def test_a_difference_from_our_rule_is_printed_and_gives_exit_code_1(
    manager: Path, events: str, tmp_path: Path
) -> None:
    (tmp_path / "local.xml").write_text(RULE)
    result = run("--socket", str(manager), "--events", events, "--most", "1", "--rules", str(tmp_path / "local.xml"))
    assert "DIFFERS: the manager gives rule 700001, tetratui rule 700000" in result.stdout
    assert result.return_value == 1


def test_a_missing_manager_is_a_clear_error(tmp_path: Path, events: str) -> None:
    with pytest.raises(SourceError, match="is a Wazuh manager running"):
        run("--socket", str(tmp_path / "none"), "--events", events)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--upload", "x.xml"], "need the manager's API"),
        (["--url", "https://localhost:1", "--socket", "/x"], "cannot be used together"),
        (["--url", "https://localhost:1"], PASSWORD_VARIABLE),
        (["--url", "http://localhost:1"], "https only"),
    ],
)
def test_calls_that_make_no_sense_are_usage_errors(
    arguments: list[str], words: str, events: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    if words == "https only":
        monkeypatch.setenv(PASSWORD_VARIABLE, "x")
    with pytest.raises(UsageError, match=words):
        run("--events", events, *arguments)


NAME = "0011-tetratui.xml"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ManagerApi:
    """Put a manager's API in memory in place of the network."""
    api, client = ManagerApi(), httpx.Client

    def connect(**options: Any) -> httpx.Client:
        return client(**{**options, "transport": httpx.MockTransport(api)})

    monkeypatch.setattr("tetratui.core.wazuh.client.manager.httpx.Client", connect)
    monkeypatch.setenv(PASSWORD_VARIABLE, "x")
    return api


def ask_api(events: str, *arguments: str) -> Any:
    return run("--events", events, "--url", "https://manager:55000", "--user", USER, "--insecure", *arguments)


def rule_file(folder: Path, word: bytes = b"") -> str:
    (folder / NAME).write_bytes(RULE.encode() + b"<!-- " + word + b" -->")
    return str(folder / NAME)


def test_an_upload_is_proved_and_put_in_force_and_the_session_is_closed(
    api: ManagerApi, events: str, tmp_path: Path
) -> None:
    result = ask_api(events, "--upload", rule_file(tmp_path), "--reload", "--json")
    document = json.loads(result.stdout)
    assert document["upload"] == (
        f"{NAME} is on the manager as sent, a new file; its configuration test passes; a reload puts it in force"
    )
    assert document["upload"] in result.stderr
    assert (document["asked"], document["skipped"]) == (2, [])
    assert (api.overwrites(), api.in_force) == (["false"], api.files)
    # The first session is the API's own, in which it tried the file.
    assert (api.open_sessions, api.calls()[-1]) == ({"00000001"}, "DELETE /logtest/sessions/00000002")


@pytest.mark.parametrize(
    "text",
    [
        RULE.replace("\\.+", "\\/bin"),
        RULE.replace("<description>", f"<match>{'x' * 2048}</match><description>"),
        RULE.replace("<description>", "<mitre><name>x</name></mitre><description>"),
        RULE.replace("\\.+", "a&b"),
        RULE.replace("\\.+", '-c "x"'),
        "",
    ],
)
def test_a_file_that_the_api_would_refuse_or_change_is_not_sent(
    text: str, api: ManagerApi, events: str, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(RefusedError, match="is not sent, the API would"):
        ask_api(events, "--upload", str(tmp_path / NAME), "--reload")
    assert api.calls() == []


def test_a_former_text_is_backed_up_on_this_host(api: ManagerApi, events: str, tmp_path: Path) -> None:
    api.files[NAME] = b"<group name='former,'/>"
    outcome = json.loads(ask_api(events, "--upload", rule_file(tmp_path), "--json").stdout)["upload"]
    path = Path(outcome.split("(kept in ")[1].split(")")[0])
    assert path.read_bytes() == b"<group name='former,'/>"
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("before", [{}, {NAME: b"<group name='former,'/>"}])
def test_a_refused_upload_is_one_error_and_leaves_the_disk_as_before(
    before: dict[str, bytes], api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files |= before
    with pytest.raises(ManagerError, match="its configuration test passes"):
        ask_api(events, "--upload", rule_file(tmp_path, STOPS))
    assert api.files == before
    assert "PUT /logtest" not in api.calls()


@pytest.mark.parametrize("before", [{}, {NAME: b"<group name='former,'/>"}])
def test_an_upload_whose_reload_fails_is_taken_back(
    before: dict[str, bytes], api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files |= before
    refusal = respond(failure("manager", 1914, "The ruleset could not be reloaded: (5107)"))
    api.failures["PUT /manager/analysisd/reload"] = refusal
    with pytest.raises(ManagerError, match=r"1914 .*; 0011-tetratui.xml .*; the former rules stay in force"):
        ask_api(events, "--upload", rule_file(tmp_path), "--reload")
    assert api.files == before


def test_warnings_of_a_reload_are_printed(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = WARNS
    document = json.loads(ask_api(events, "--reload", "--json").stdout)
    assert document["skipped"] == [WARNED]


def test_after_a_reload_with_broken_rules_in_force_nothing_is_asked(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = ERRS
    with pytest.raises(RulesRefusedError, match=r"differ from the files: \(1104\)"):
        ask_api(events, "--reload")
    assert (api.calls(), api.locked_sessions) == (["PUT /manager/analysisd/reload"], set())


def test_a_manager_whose_rules_cannot_be_read_is_asked_once_if_they_lock_sessions(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = ERRS
    api.failures["GET /rules/files"] = respond({"title": "Permission Denied"}, 403)
    with pytest.raises(RulesRefusedError, match="64 of them hang"):
        ask_api(events)
    assert api.calls() == ["GET /rules/files", "PUT /logtest", "DELETE /logtest/sessions/00000001"]


LOCKING = RULE.replace("<description>", "<mitre><name>x</name></mitre><description>").encode() + b"<!-- ERRS -->"


def test_a_manager_whose_own_rules_lock_sessions_is_not_asked(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = LOCKING
    with pytest.raises(RefusedError, match=r"nothing is asked: local.xml in the manager's etc/rules"):
        ask_api(events)
    assert (api.calls().count("PUT /logtest"), api.locked_sessions) == (0, set())


def test_an_upload_to_a_manager_whose_rules_lock_sessions_is_not_sent_unless_it_replaces_them(
    api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files["local.xml"] = LOCKING
    with pytest.raises(RefusedError, match=r"local.xml"):
        ask_api(events, "--upload", rule_file(tmp_path))
    assert (api.overwrites(), api.locked_sessions) == ([], set())
    api.files = {NAME: LOCKING}
    assert ask_api(events, "--upload", rule_file(tmp_path)).return_value == 0
    assert (api.overwrites(), api.locked_sessions) == (["true"], set())


def test_a_log_that_cannot_be_read_does_not_stop_the_verb(api: ManagerApi, events: str) -> None:
    api.failures["GET /manager/logs"] = respond({"title": "Permission Denied"}, 403)
    result = ask_api(events, "--reload")
    assert "the manager's log cannot be read" in result.stderr
    assert result.return_value == 0


def test_the_restart_of_an_older_manager_is_printed(api: ManagerApi, events: str) -> None:
    api.failures["PUT /manager/analysisd/reload"] = respond({"title": "Not Found"}, 404)
    api.failures["PUT /manager/restart"] = respond({"error": 0, "data": {"affected_items": ["manager"]}}, 202)
    assert "the manager restarts" in ask_api(events, "--reload").stderr


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("at", ["first", "second"])
def test_a_request_to_end_closes_the_session(kind: signal.Signals, at: str, api: ManagerApi, events: str) -> None:
    handlers = [signal.getsignal(kind) for kind in signal.Signals]

    def end(call: str, request: httpx.Request) -> None:
        # During the first request the manager begins a session that only its answer names.
        if call == "PUT /logtest" and (at == "second") is ("token" in json.loads(request.content)):
            os.kill(os.getpid(), kind)

    api.before = end
    arguments = ["--events", events, "--url", "https://manager:1", "--insecure"]
    result = CliRunner().invoke(ask, arguments, standalone_mode=False)
    assert isinstance(result.exception, KeyboardInterrupt | click.exceptions.Abort)
    assert api.calls().count("PUT /logtest") == (1 if at == "first" else 2)
    assert (api.calls()[-1], api.open_sessions) == ("DELETE /logtest/sessions/00000001", set())
    assert handlers == [signal.getsignal(kind) for kind in signal.Signals]


def write_locking_rules(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "local.xml").write_text(RULE.replace("<description>", f"<match>{'x' * 2048}</match><description>"))
    return folder


def test_rules_to_compare_that_lock_sessions_are_not_asked_about(manager: Path, events: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="would lock a session of the rule tester"):
        run("--socket", str(manager), "--events", events, "--rules", str(write_locking_rules(tmp_path / "rules")))


def test_a_manager_of_this_host_whose_rules_lock_sessions_is_not_asked(events: str, tmp_path: Path) -> None:
    write_locking_rules(tmp_path / "etc" / "rules")
    with pytest.raises(RefusedError, match="nothing is asked"):
        run("--socket", str(tmp_path / "queue" / "sockets" / "logtest"), "--events", events)
