"""`tetratui wazuh ask`: a manager's own answers, compared with ours; every way to it that makes no sense is said."""

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

from stand_ins.manager_api import ERRS, STOPS, USER, WARNED, WARNS, ManagerApi, answer, failed
from tetratui.cli.manager import PASSWORD, ask
from tetratui.core.errors import RefusedError, SourceError, UsageError
from tetratui.core.wazuh.client.logtest import ManagerError, RulesRefusedError

LINE = '{"process_exec":{"process":{"exec_id":"YTox","binary":"/usr/bin/date"}},"node_name":"server01"}'
RULE = """<group name="t,"><rule id="700000" level="5"><decoded_as>json</decoded_as>
<field name="process_exec.process.exec_id">\\.+</field><description>d</description></rule></group>"""
WARNING = "WARNING: (7617): Signature ID '799999' was not found"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Path]:
    """A socket that answers each request as the real rule tester does: rule 700001, and a warning."""
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


def test_each_line_gets_the_managers_rule_and_what_the_agent_loses_is_not_asked(manager: Path, events: str) -> None:
    result = run("--socket", str(manager), "--events", events, "--json")
    found = json.loads(result.stdout)
    assert (found["asked"], found["matches"]) == (2, [[0, 700001, 5], [2, 700001, 5]])
    assert (found["differs"], found["skipped"], found["too_long"]) == ([], [WARNING], [])
    assert result.return_value == 0


def test_a_line_too_long_for_the_tester_is_named_and_the_others_are_asked(manager: Path, tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_text(LINE.replace("/usr/bin/date", "x" * 50_000 + '\\"' * 6_000) + f"\n{LINE}\n")
    result = run("--socket", str(manager), "--events", str(log), "--json")
    found = json.loads(result.stdout)
    assert (found["too_long"], found["matches"]) == ([0], [[1, 700001, 5]])


def test_a_difference_to_what_we_say_is_shown_and_told_by_the_exit_code(
    manager: Path, events: str, tmp_path: Path
) -> None:
    (tmp_path / "local.xml").write_text(RULE)
    result = run("--socket", str(manager), "--events", events, "--most", "1", "--rules", str(tmp_path / "local.xml"))
    assert "DIFFERS: the manager says 700001, we say 700000" in result.stdout
    assert result.return_value == 1


def test_no_manager_is_said(tmp_path: Path, events: str) -> None:
    with pytest.raises(SourceError, match="is a Wazuh manager running"):
        run("--socket", str(tmp_path / "none"), "--events", events)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--upload", "x.xml"], "need the manager's API"),
        (["--url", "https://localhost:1", "--socket", "/x"], "two ways"),
        (["--url", "https://localhost:1"], PASSWORD),
        (["--url", "http://localhost:1"], "https only"),
    ],
)
def test_calls_that_make_no_sense_are_said(
    arguments: list[str], words: str, events: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    if words == "https only":
        monkeypatch.setenv(PASSWORD, "x")
    with pytest.raises(UsageError, match=words):
        run("--events", events, *arguments)


NAME = "0011-tetratui.xml"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ManagerApi:
    """A manager's API that the verb talks to, in place of the network."""
    api, client = ManagerApi(), httpx.Client

    def connected(**options: Any) -> httpx.Client:
        return client(**{**options, "transport": httpx.MockTransport(api)})

    monkeypatch.setattr("tetratui.core.wazuh.client.manager.httpx.Client", connected)
    monkeypatch.setenv(PASSWORD, "x")
    return api


def asked(events: str, *arguments: str) -> Any:
    return run("--events", events, "--url", "https://manager:55000", "--user", USER, "--insecure", *arguments)


def rule_file(folder: Path, word: bytes = b"") -> str:
    (folder / NAME).write_bytes(RULE.encode() + b"<!-- " + word + b" -->")
    return str(folder / NAME)


def test_an_upload_is_proved_put_in_force_and_its_session_closed(api: ManagerApi, events: str, tmp_path: Path) -> None:
    result = asked(events, "--upload", rule_file(tmp_path), "--reload", "--json")
    document = json.loads(result.stdout)
    assert document["upload"] == (
        f"{NAME} lies on the manager as sent, new; its configuration test passes; a reload puts it in force"
    )
    assert document["upload"] in result.stderr
    assert (document["asked"], document["skipped"]) == (2, [])
    assert (api.puts(), api.in_force) == (["false"], api.files)
    # The first session is the API's own, in which it tried the file.
    assert (api.open, api.lines()[-1]) == ({"00000001"}, "DELETE /logtest/sessions/00000002")


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
        asked(events, "--upload", str(tmp_path / NAME), "--reload")
    assert api.lines() == []


def test_a_former_text_is_kept_on_this_host(api: ManagerApi, events: str, tmp_path: Path) -> None:
    api.files[NAME] = b"<group name='former,'/>"
    kept = json.loads(asked(events, "--upload", rule_file(tmp_path), "--json").stdout)["upload"]
    path = Path(kept.split("(kept in ")[1].split(")")[0])
    assert path.read_bytes() == b"<group name='former,'/>"
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("before", [{}, {NAME: b"<group name='former,'/>"}])
def test_a_refused_upload_ends_it_with_one_line_and_the_disk_as_before(
    before: dict[str, bytes], api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files |= before
    with pytest.raises(ManagerError, match="its configuration test passes"):
        asked(events, "--upload", rule_file(tmp_path, STOPS))
    assert api.files == before
    assert "PUT /logtest" not in api.lines()


@pytest.mark.parametrize("before", [{}, {NAME: b"<group name='former,'/>"}])
def test_an_upload_whose_reload_fails_is_taken_back(
    before: dict[str, bytes], api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files |= before
    refusal = answer(failed("manager", 1914, "The ruleset could not be reloaded: (5107)"))
    api.broken["PUT /manager/analysisd/reload"] = refusal
    with pytest.raises(ManagerError, match=r"1914 .*; 0011-tetratui.xml .*; the rules that were in force go on"):
        asked(events, "--upload", rule_file(tmp_path), "--reload")
    assert api.files == before


def test_what_a_reload_warns_of_is_told(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = WARNS
    document = json.loads(asked(events, "--reload", "--json").stdout)
    assert document["skipped"] == [WARNED]


def test_after_a_reload_with_broken_rules_in_force_nothing_is_asked(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = ERRS
    with pytest.raises(RulesRefusedError, match=r"not what was written: \(1104\)"):
        asked(events, "--reload")
    assert (api.lines(), api.locked) == (["PUT /manager/analysisd/reload"], set())


def test_rules_that_lock_sessions_are_asked_about_once_where_they_cannot_be_read(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = ERRS
    api.broken["GET /rules/files"] = answer({"title": "Permission Denied"}, 403)
    with pytest.raises(RulesRefusedError, match="64 of them hang"):
        asked(events)
    assert api.lines() == ["GET /rules/files", "PUT /logtest", "DELETE /logtest/sessions/00000001"]


LOCKING = RULE.replace("<description>", "<mitre><name>x</name></mitre><description>").encode() + b"<!-- ERRS -->"


def test_a_manager_elsewhere_with_such_rules_is_not_asked(api: ManagerApi, events: str) -> None:
    api.files["local.xml"] = LOCKING
    with pytest.raises(RefusedError, match=r"nothing is asked, local.xml in the manager's etc/rules"):
        asked(events)
    assert (api.lines().count("PUT /logtest"), api.locked) == (0, set())


def test_an_upload_to_a_manager_with_such_rules_is_not_sent_unless_it_replaces_them(
    api: ManagerApi, events: str, tmp_path: Path
) -> None:
    api.files["local.xml"] = LOCKING
    with pytest.raises(RefusedError, match=r"local.xml"):
        asked(events, "--upload", rule_file(tmp_path))
    assert (api.puts(), api.locked) == ([], set())
    api.files = {NAME: LOCKING}
    assert asked(events, "--upload", rule_file(tmp_path)).return_value == 0
    assert (api.puts(), api.locked) == (["true"], set())


def test_a_log_that_may_not_be_read_is_no_end(api: ManagerApi, events: str) -> None:
    api.broken["GET /manager/logs"] = answer({"title": "Permission Denied"}, 403)
    result = asked(events, "--reload")
    assert "the manager's log is not read" in result.stderr
    assert result.return_value == 0


def test_an_older_manager_that_restarts_is_said(api: ManagerApi, events: str) -> None:
    api.broken["PUT /manager/analysisd/reload"] = answer({"title": "Not Found"}, 404)
    api.broken["PUT /manager/restart"] = answer({"error": 0, "data": {"affected_items": ["manager"]}}, 202)
    assert "the manager restarts" in asked(events, "--reload").stderr


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("at", ["first", "second"])
def test_a_request_to_end_closes_the_session(
    kind: signal.Signals, at: str, api: ManagerApi, events: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match, handlers = ManagerApi._match, [signal.getsignal(kind) for kind in signal.Signals]

    def ended(self: ManagerApi, question: dict[str, Any]) -> httpx.Response:
        # During the first question the manager has begun a session that only its answer names.
        if (at == "second") is ("token" in question):
            os.kill(os.getpid(), kind)
        return match(self, question)

    monkeypatch.setattr(ManagerApi, "_match", ended)
    where = ["--events", events, "--url", "https://manager:1", "--insecure"]
    result = CliRunner().invoke(ask, where, standalone_mode=False)
    assert isinstance(result.exception, KeyboardInterrupt | click.exceptions.Abort)
    assert api.lines().count("PUT /logtest") == (1 if at == "first" else 2)
    assert (api.lines()[-1], api.open) == ("DELETE /logtest/sessions/00000001", set())
    assert handlers == [signal.getsignal(kind) for kind in signal.Signals]


def locking(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "local.xml").write_text(RULE.replace("<description>", f"<match>{'x' * 2048}</match><description>"))
    return folder


def test_rules_beside_that_lock_sessions_are_not_asked_about(manager: Path, events: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="locks a session of the rule tester"):
        run("--socket", str(manager), "--events", events, "--rules", str(locking(tmp_path / "rules")))


def test_a_manager_of_this_host_with_such_rules_is_not_asked(events: str, tmp_path: Path) -> None:
    locking(tmp_path / "etc" / "rules")
    with pytest.raises(RefusedError, match="nothing is asked"):
        run("--socket", str(tmp_path / "queue" / "sockets" / "logtest"), "--events", events)
