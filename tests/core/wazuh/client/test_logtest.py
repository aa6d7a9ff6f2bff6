"""The rule tester's socket, against a server with the framing, transcripts and errors of the real one."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tetratui.core.errors import SourceError
from tetratui.core.wazuh.client.logtest import LineTooLongError, LogtestSocket, ManagerError, RulesRefusedError

FIRST = (
    '{"error":0,"data":{"messages":["INFO: (7202): Session initialized with token \'d9425fcc\'"],"token":"d9425fcc",'
    '"output":{"rule":{"level":5,"description":"Process exit detected.","id":"700001","firedtimes":1,"mail":false,'
    '"groups":["tetragon","process_exit"]},"decoder":{"name":"json"},"location":"x"},"alert":true,"codemsg":0}}'
)
BEGUN = "(7202): Session initialized with token 'd9425fcc'"
NO_MATCH = (
    '{"error":0,"data":{"token":"d9425fcc","output":{"timestamp":"2026-11-23T19:42:57.139+0000","agent":{"id":"000"},'
    '"full_log":"hello","decoder":{},"location":"x"},"alert":false,"codemsg":0}}'
)
WARNED = (
    '{"error":0,"data":{"messages":["WARNING: (7617): Signature ID \'799999\' was not found and will be ignored in the '
    "'if_sid' option of rule '710000'.\",\"WARNING: (7619): Empty 'if_sid' value. Rule '710000' will be ignored.\","
    '"INFO: (7202): Session initialized with token \'89e07306\'"],"token":"89e07306","output":{"rule":{"level":5,'
    '"id":"700000","groups":["tetragon"]}},"alert":true,"codemsg":0}}'
)
BROKEN = (
    '{"error":0,"data":{"messages":["ERROR: (5107): Syntax error on tag \'process_exec.process.binary\' in rule 1",'
    '"ERROR: (7311): Failure to initializing session"],"codemsg":-1}}'
)
NO_FORMAT = '{"message":"(7308): \'log_format\' JSON field is required and must be a string","error":2,"data":{}}'
CLOSED = (
    '{"error":0,"data":{"messages":["INFO: (7206): The session \'d9425fcc\' was closed successfully"],"codemsg":0}}'
)


class Server:
    """Takes one request a connection, keeps it, and sends the answer in the given pieces."""

    def __init__(self, path: Path) -> None:
        self.requests: list[dict[str, object]] = []
        self.sizes: list[int] = []
        self.answer: Callable[[dict[str, object]], list[bytes]] = lambda request: framed(FIRST)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self.path = path
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                (length,) = struct.unpack("<I", connection.recv(4, socket.MSG_WAITALL))
                request = json.loads(connection.recv(length, socket.MSG_WAITALL))
                self.requests.append(request)
                self.sizes.append(length)
                with suppress(BrokenPipeError):
                    for piece in self.answer(request):
                        connection.sendall(piece)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def framed(text: str) -> list[bytes]:
    data = text.encode()
    return [struct.pack("<I", len(data)) + data]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "logtest")
    yield server
    server.close()


def test_a_line_gets_its_rule_and_the_session_goes_on(server: Server) -> None:
    logtest = LogtestSocket(server.path)
    answer = logtest.match('{"a":1}', "x")
    logtest.match('{"b":2}', "x")
    server.answer = lambda request: framed(CLOSED)
    logtest.close()
    assert (answer.rule, answer.level, answer.groups, answer.alert) == (
        700001,
        5,
        ("tetragon", "process_exit"),
        True,
    )
    first, second, last = server.requests
    assert first["parameters"] == {"event": '{"a":1}', "log_format": "json", "location": "x"}
    assert second["parameters"] == {"event": '{"b":2}', "log_format": "json", "location": "x", "token": "d9425fcc"}
    assert (last["command"], last["parameters"]) == ("remove_session", {"token": "d9425fcc"})


def test_no_rule_is_an_answer(server: Server) -> None:
    server.answer = lambda request: framed(NO_MATCH)
    answer = LogtestSocket(server.path).match("{}", "x")
    assert (answer.rule, answer.level, answer.alert) == (None, None, False)


def test_messages_about_rules_are_separated_from_messages_about_sessions(server: Server) -> None:
    server.answer = lambda request: framed(WARNED)
    answer = LogtestSocket(server.path).match("{}", "x")
    assert [message[:15] for message in answer.rule_messages] == ["WARNING: (7617)", "WARNING: (7619)"]


def test_an_answer_in_pieces_is_joined(server: Server) -> None:
    server.answer = lambda request: [bytes([byte]) for byte in framed(FIRST)[0]]
    assert LogtestSocket(server.path).match("{}", "x").rule == 700001


def test_warnings_without_a_number_are_messages_about_rules(server: Server) -> None:
    warnings = ["WARNING: Empty Mitre information for rule '1'", "WARNING: (7003): 'zzzzzzzz' token expires"]
    data = {"messages": [*warnings, "INFO: (7202): x"], "token": "d9425fcc", "output": {}, "alert": False, "codemsg": 1}
    server.answer = lambda request: framed(json.dumps({"error": 0, "data": data}))
    assert LogtestSocket(server.path).match("{}", "x").rule_messages == (warnings[0],)


def test_after_the_tester_refused_its_rules_nothing_is_asked_and_the_session_is_closed(server: Server) -> None:
    messages = [f"ERROR: (1104): Maximum string size reached for: {'x' * 2000}\nx.", f"INFO: {BEGUN}"]
    server.answer = lambda request: framed(json.dumps({"error": 0, "data": {"messages": messages, "codemsg": -1}}))
    logtest = LogtestSocket(server.path)
    for _ in range(3):
        with pytest.raises(RulesRefusedError, match=r"\(1104\).*64 of them hang") as caught:
            logtest.match("{}", "x")
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)
    logtest.close()
    assert [(request["command"], request["parameters"]) for request in server.requests[1:]] == [
        ("remove_session", {"token": "d9425fcc"})
    ]


def test_rules_that_do_not_load_leave_no_session_to_close(server: Server) -> None:
    server.answer = lambda request: framed(BROKEN)
    logtest = LogtestSocket(server.path)
    with pytest.raises(RulesRefusedError, match="do not load"):
        logtest.match("{}", "x")
    logtest.close()
    assert len(server.requests) == 1


def test_a_line_that_cannot_be_tried_keeps_the_session_for_the_next(server: Server) -> None:
    data = {"messages": ["ERROR: (7305): Error processing event"], "token": "d9425fcc", "codemsg": -1}
    server.answer = lambda request: framed(json.dumps({"error": 0, "data": data}))
    logtest = LogtestSocket(server.path)
    with pytest.raises(ManagerError, match="cannot try this line"):
        logtest.match("{}", "x")
    server.answer = lambda request: framed(FIRST)
    assert logtest.match("{}", "x").rule == 700001
    assert server.requests[-1]["parameters"]["token"] == "d9425fcc"  # type: ignore[index]


def test_a_session_is_closed_after_an_error_even_if_the_manager_does_not_answer(server: Server) -> None:
    logtest = LogtestSocket(server.path)
    logtest.match("{}", "x")
    server.answer = lambda request: []
    with pytest.raises(ManagerError):
        logtest.match("{}", "x")
    logtest.close()
    assert server.requests[-1]["command"] == "remove_session"


def test_a_request_of_65535_bytes_is_sent_and_a_longer_one_is_not(server: Server) -> None:
    logtest = LogtestSocket(server.path)
    server.answer = lambda request: framed(NO_MATCH.replace('"token":"d9425fcc",', ""))
    logtest.match("", "x")
    room = 65_535 - server.sizes[0]
    logtest.match("y" * room, "x")
    assert server.sizes[-1] == 65_535
    with pytest.raises(LineTooLongError, match="65536 bytes"):
        logtest.match("y" * (room + 1), "x")


def test_the_error_for_a_tester_that_hangs_names_the_remedy(server: Server) -> None:
    released = threading.Event()

    def hang(request: dict[str, object]) -> list[bytes]:
        released.wait(10)
        return []

    server.answer = hang
    with pytest.raises(SourceError, match="restart the manager"):
        LogtestSocket(server.path, timeout=0.05).match("{}", "x")
    released.set()


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        (framed(BROKEN), "5107"),
        (framed(NO_FORMAT), "7308"),
        (framed("nonsense"), "is not understood"),
        (framed("[]"), "is not understood"),
        (framed('{"error":0,"data":{"output":{"rule":{"id":"x"}}}}'), "without a number"),
        (framed(FIRST)[0][:100:1], "middle of its answer"),
        ([], "middle of its answer"),
        ([b"\xff\xff\xff\xff"], "announces"),
    ],
)
def test_every_malformed_answer_is_one_clear_line(server: Server, pieces: list[bytes] | bytes, words: str) -> None:
    server.answer = lambda request: [pieces] if isinstance(pieces, bytes) else pieces
    with pytest.raises(ManagerError, match=words) as caught:
        LogtestSocket(server.path).match("{}", "x")
    assert "\n" not in str(caught.value)


def test_a_line_too_long_for_the_socket_is_refused_before_it_is_sent(server: Server) -> None:
    with pytest.raises(ManagerError, match="longer than the manager takes"):
        LogtestSocket(server.path).match("x" * 65_536, "x")
    assert server.requests == []


def test_the_error_for_a_missing_socket_names_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a Wazuh manager running on this host"):
        LogtestSocket(tmp_path / "none").match("{}", "x")
