"""The unfiltered stream against the export file: exactly the events that the list drops."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.cli.blind import command
from tetratui.core.apply.blind_spot import compare_streams, read_event
from tetratui.core.demo import capture
from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.table import build_table
from tetratui.core.tetragon import LATEST, FilterList, read

CAPTURES = Path(__file__).parents[2] / "data/captures"
LIST = (
    b'{"binary_regex":["^/usr/bin/(grep|sleep)$"],"event_set":["PROCESS_EXEC","PROCESS_EXIT"]}\n'
    b'{"binary_regex":["^/usr/bin/dpkg-query$"]}\n{"binary_regex":["^/nowhere$"]}\n'
)


def listed(data: bytes = LIST) -> FilterList:
    return read(data, LATEST)


def server_lines() -> list[bytes]:
    return list(capture.read_capture())[:6000]


def respaced(line: bytes) -> bytes:
    """Write a line as the client does: with a blank after each comma and colon."""
    return json.dumps(orjson.loads(line)).encode()


def test_exactly_what_the_list_drops() -> None:
    lines, filters = server_lines(), listed()
    first = filters.first_matches(build_table(lines)).tolist()
    exported = [line for line, entry in zip(lines, first, strict=True) if entry < 0]
    spot = compare_streams(map(respaced, lines), exported, filters)
    dropped = [line for line, entry in zip(lines, first, strict=True) if entry >= 0]
    assert dropped
    assert [orjson.loads(event.line) for _, event in spot.hidden] == [orjson.loads(line) for line in dropped]
    assert [entry for entry, _ in spot.hidden] == [entry for entry in first if entry >= 0]
    assert (spot.unexplained, spot.not_hidden) == ([], [])
    assert spot.exported == len(exported)
    assert [entry.events for entry in spot.entries] == [first.count(number) for number in range(3)]
    assert spot.idle == ['{"binary_regex":["^/nowhere$"]}']


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 399), max_size=40), st.sets(st.integers(0, 399), max_size=40))
def test_what_is_lost_and_what_is_not_in_force_are_told_apart(lost: set[int], kept: set[int]) -> None:
    lines, filters = server_lines()[:400], listed()
    first = filters.first_matches(build_table(lines)).tolist()
    exported = [
        line
        for row, (line, entry) in enumerate(zip(lines, first, strict=True))
        if (entry < 0 and row not in lost) or (entry >= 0 and row in kept)
    ]
    spot = compare_streams(lines, exported, filters)
    assert len(spot.unexplained) == sum(first[row] < 0 for row in lost)
    assert len(spot.not_hidden) == sum(first[row] >= 0 for row in kept)
    assert spot.events == spot.exported + len(spot.hidden) + len(spot.unexplained)


def test_every_kind_has_a_key_of_its_own() -> None:
    lines = gzip.decompress((CAPTURES / "every-kind.log.gz").read_bytes()).splitlines()
    events = [event for line in lines if (event := read_event(line)) is not None]
    assert len(events) > 20
    spot = compare_streams(lines, lines, listed(b""))
    assert (spot.exported, spot.hidden, spot.unexplained) == (len(events), [], [])


def test_attacks_and_threats_are_called_out() -> None:
    form = (
        '{{"process_exec":{{"process":{{"exec_id":"{0}","binary":"{1}","arguments":"{2}"}}}},'
        '"node_name":"n","time":"2026-11-28T12:00:00.000000001Z"}}'
    )
    lines = [
        form.format("a", "/usr/bin/cat", "/etc/shadow").encode(),
        form.format("b", "/tmp/x", "").encode(),
        form.format("c", "/usr/bin/id", "").encode(),
    ]
    threat = (Kind.EXEC, "c", 1_795_867_200_000_000_001)
    spot = compare_streams(lines, [], listed(b'{"binary_regex":["^/"]}'), None, {threat})
    why = [reason for reason, _, _ in spot.called_out]
    assert why == [
        "resembles an attack sample",
        "runs from a folder where others may write, or puts a program there",
        "marked as a threat",
    ]


def test_an_allowlist_is_no_loss() -> None:
    allowed = read(b'{"event_set":["PROCESS_EXIT"]}', LATEST, as_allowlist=True)
    lines = server_lines()[:200]
    exported = [line for line in lines if line.startswith(b'{"process_exit"')]
    spot = compare_streams(lines, exported, listed(b""), allowed)
    assert spot.unexplained == []
    assert spot.not_allowed == len(lines) - len(exported)


def test_the_verb_on_a_pair_of_files(tmp_path: Path) -> None:
    lines, filters = server_lines()[:3000], listed()
    first = filters.first_matches(build_table(lines)).tolist()
    (tmp_path / "all.json").write_bytes(b"\n".join(map(respaced, lines)) + b"\n")
    exported = [line for line, entry in zip(lines, first, strict=True) if entry < 0]
    (tmp_path / "tetragon.log").write_bytes(b"\n".join(exported) + b"\n")
    (tmp_path / "list").write_bytes(LIST)
    words = [str(tmp_path / "all.json"), str(tmp_path / "tetragon.log"), "--list", str(tmp_path / "list")]
    result = CliRunner().invoke(command, [*words, "--root", str(tmp_path), "--json"], standalone_mode=False)
    document = json.loads(result.stdout)
    assert result.return_value == 0
    assert document["hidden"] == sum(entry >= 0 for entry in first)
    assert document["unexplained"] == []
    told = CliRunner().invoke(command, [*words, "--root", str(tmp_path)], standalone_mode=False)
    assert "hid nothing in this time: 1 of 3 entries" in told.stdout


def test_the_client_gets_no_pipe_as_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = server_lines()[:50]
    (tmp_path / "events").write_bytes(b"\n".join(lines) + b"\n")
    log = tmp_path / "tetragon.log"
    log.touch()
    # With a pipe the real client reads events from there and asks no agent.
    client = tmp_path / "tetra"
    client.write_text(
        f'#!/bin/sh\n[ -p /dev/stdin ] && exec sleep 60\n[ "$*" = "getevents -o json" ] || exit 1\n'
        f"cat {tmp_path}/events >> {log}\ncat {tmp_path}/events\nexec sleep 60\n"
    )
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    words = [str(log), "--for", "1s", "--root", str(tmp_path), "--json"]
    result = CliRunner().invoke(command, words, standalone_mode=False)
    document = json.loads(result.stdout)
    assert (document["events"], document["exported"], document["unexplained"]) == (50, 50, [])


def test_a_client_that_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = tmp_path / "tetra"
    client.write_text("#!/bin/sh\necho 'connection refused' >&2\n")
    client.chmod(0o755)
    (tmp_path / "tetragon.log").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    words = [str(tmp_path / "tetragon.log"), "--root", str(tmp_path)]
    with pytest.raises(SourceError, match="has ended: connection refused"):
        CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
