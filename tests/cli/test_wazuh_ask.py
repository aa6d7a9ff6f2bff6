"""`tetratui wazuh ask`: a manager's own answers, compared with ours; every way to it that makes no sense is said."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tetratui.cli.manager import PASSWORD, ask
from tetratui.core.errors import SourceError, UsageError

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
