"""`tetratui events` prints events without envelopes; what all verbs say of lines that are no events."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stand_ins.wrapped_logs import EVENTS, WRAPS, cri
from tetratui.cli.output import run_guarded
from tetratui.cli.verbs import run
from tetratui.core.events.csv_cells import write_csv_cell, write_csv_record

Verb = Callable[..., "subprocess.CompletedProcess[str]"]
PLAIN = b"".join(event + b"\n" for event in EVENTS)


@pytest.fixture
def verb(capsysbinary: pytest.CaptureFixture[bytes]) -> Verb:
    """Run a verb in this process, which saves its start."""

    def run_verb(*arguments: object) -> subprocess.CompletedProcess[str]:
        capsysbinary.readouterr()
        code = run_guarded(lambda: run([str(argument) for argument in arguments]))
        captured = capsysbinary.readouterr()
        return subprocess.CompletedProcess(arguments, code, captured.out.decode(), captured.err.decode())

    return run_verb


@pytest.fixture
def wrapped(tmp_path: Path) -> Path:
    (tmp_path / "0.log").write_bytes(cri(EVENTS, 100))
    return tmp_path / "0.log"


def test_events_come_out_as_they_went_in(tetratui: Verb, wrapped: Path) -> None:
    done = tetratui("events", wrapped)
    assert (done.returncode, done.stdout.encode()) == (0, PLAIN)
    assert done.stderr == "tetratui: CRI log lines, unwrapped: 24 events\n"
    again = tetratui("events", "-", "--where", "kind:exit", stdin=PLAIN)
    assert again.stdout.encode() == b"".join(event + b"\n" for event in EVENTS[1::2])


def test_fields_are_printed_as_json_csv_and_table(verb: Verb, wrapped: Path) -> None:
    fields = ("--fields", "time,kind,pid,args,policy")
    rows = [json.loads(line) for line in verb("events", wrapped, *fields).stdout.splitlines()]
    assert rows[1] == {"time": "2025-02-03T10:00:01.000000000Z", "kind": "exit", "pid": 1001,
                       "args": '-P /data 1 "{é\u00a0\\"', "policy": None}  # fmt: skip
    written = verb("events", wrapped, *fields, "--format", "csv").stdout
    table = list(csv.reader(io.StringIO(written)))
    assert table[0] == ["time", "kind", "pid", "args", "policy"]
    # An apostrophe marks a text that would begin a formula.
    assert table[2] == ["2025-02-03T10:00:01.000000000Z", "exit", "1001", "'" + rows[1]["args"], ""]
    assert len(table) == 25
    assert "/data 23" in verb("events", wrapped, *fields, "--format", "table").stdout


def test_a_field_that_is_none_is_refused_with_the_one_that_was_meant(verb: Verb, wrapped: Path) -> None:
    done = verb("events", wrapped, "--fields", "time,bni")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean bin?" in done.stderr


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (0, "0"), (-5, "-5"), (1.5, "1.5"), ("plain", "plain"), ("a,b", '"a,b"'), ('a"x"', '"a""x"""'),
        ("=1+1", "'=1+1"), ("+x", "'+x"), ("-c id", "\"'-c id\""), ("@SUM(A1)", "'@SUM(A1)"), ("  =1", "\"'  =1\""),
        ("\uff1d1", "'\uff1d1"), ("\t=1", "\\x09=1"), ("a\nb\x1b[2J", "a⏎b\\x1b[2J"), ("x;y", '"x;y"'),
    ],
)  # fmt: skip
def test_no_text_is_a_formula_or_a_command_to_the_terminal(value: object, cell: str) -> None:
    assert write_csv_cell(value) == (cell if cell.startswith('"') or "'" not in cell else f'"{cell}"')


def test_a_record_is_read_back_by_a_csv_reader() -> None:
    values = ["a", 'b"c', "d,e", "f g", "'h'", "=i"]
    (row,) = csv.reader(io.StringIO(write_csv_record(values)))
    assert row == [*values[:-1], "'=i"]


@pytest.mark.parametrize(
    ("content", "looks_like", "remedy"),
    [
        (b'{"took":3,"hits":{"total":0,"hits":[]}}\n', "an Elasticsearch search answer without events", "jq -c"),
        (b'{"a":1}\n{"a":2}\n', "a JSON object without an event (keys: a)", "one event a line is wanted: jq -c"),
        (b'{"MESSAGE":null,"_COMM":"tetra"}\n', "a journald entry whose message is left", "journalctl -o json --all"),
        (b"level=info msg=x\n", "a line of the agent's own log", "export-stdout"),
        (b"PK\x03\x04\x00\x00\n", "a zip archive", "unzip -p"),
        ('🚀 process node-a /bin/sh'.encode() + b"\n", "tetra's compact output", "tetra getevents -o json"),
        ("{\n".encode("utf-16"), "UTF-16 text", "iconv -f UTF-16"),
        (cri([b"hello", b"world"]), "a line without an event (CRI log lines)", "tetratui doctor"),
    ],
)  # fmt: skip
def test_sources_without_an_event_are_described_and_end_with_1(
    verb: Verb, tmp_path: Path, content: bytes, looks_like: str, remedy: str
) -> None:
    (tmp_path / "x.log").write_bytes(content)
    done = verb("stats", tmp_path / "x.log", "--json")
    assert (done.returncode, json.loads(done.stdout)["events"]) == (1, 0)
    assert looks_like in done.stderr
    assert remedy in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["stats", "noise", "impact", "events", "draft", "suggest"])
def test_every_verb_counts_the_lines_that_are_no_events(verb: Verb, tmp_path: Path, name: str) -> None:
    (tmp_path / "deny").write_bytes(b'{"binary_regex":["^/usr/bin/df$"]}')
    (tmp_path / "none.log").write_bytes(b"hello\nworld\n\n")
    (tmp_path / "some.log").write_bytes(PLAIN + b"hello\n")
    lists = [tmp_path / "deny"] if name == "impact" else []
    more = ["--where", "bin:df"] if name == "draft" else []
    out = ["--out", tmp_path / "out"] if name in ("draft", "suggest") else []
    none = verb(name, *lists, tmp_path / "none.log", *more, *out)
    assert none.returncode == 1
    assert "3 of 3 lines are no events" in none.stderr
    assert "a blank line" in none.stderr
    assert not (tmp_path / "out").exists()
    some = verb(name, *lists, tmp_path / "some.log", *more)
    assert some.returncode == 0, some.stderr
    assert "1 of 25 lines are no events" in some.stderr
    assert ": hello" in some.stderr


def test_impact_names_the_rows_of_the_first_lines(verb: Verb, tmp_path: Path, wrapped: Path) -> None:
    (tmp_path / "deny").write_bytes(b'{"pid":[1002]}')
    document = json.loads(verb("impact", tmp_path / "deny", wrapped, "--rows", "--json").stdout)
    first = cri(EVENTS[:2], 100).count(b"\n")
    assert (document["dropped_count"], document["dropped"]) == (1, [first])
    stats = json.loads(verb("stats", wrapped, "--json").stdout)
    assert stats["parts"] == cri(EVENTS, 100).count(b"\n") - 24
    assert stats["envelope"] == "CRI log lines"


def test_nothing_is_drafted_from_rebuilt_events(verb: Verb, tmp_path: Path) -> None:
    alerts = [
        {"agent": {"id": "1"}, "manager": {"name": "m"}, "rule": {}, "data": as_texts(json.loads(event))}
        for event in EVENTS
    ]
    (tmp_path / "alerts.json").write_text("".join(json.dumps(alert) + "\n" for alert in alerts))
    stats = verb("stats", tmp_path / "alerts.json", "--json")
    document = json.loads(stats.stdout)
    assert (document["events"], document["rebuilt"], document["kinds"]) == (24, 24, {"exec": 12, "exit": 12})
    assert "24 events rebuilt from fields" in stats.stderr
    pid = json.loads(verb("events", tmp_path / "alerts.json", "--fields", "pid").stdout.splitlines()[0])
    assert pid == {"pid": 1000}
    done = verb("draft", tmp_path / "alerts.json", "--where", "bin:df", "--json")
    drafted = json.loads(done.stdout)
    assert drafted["filters"] == []
    assert "rebuilt from fields of a SIEM" in drafted["refused"][0]["reason"]
    suggested = verb("suggest", tmp_path / "alerts.json", "--json")
    assert json.loads(suggested.stdout)["drafts"] == []


def as_texts(value: object) -> object:
    """Write values as Wazuh's decoder does: all of them as texts."""
    if isinstance(value, dict):
        return {key: as_texts(inner) for key, inner in value.items()}
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value}.000000" if value == 4294967295 else str(value)


def test_new_kinds_are_counted_by_their_names(verb: Verb, tmp_path: Path) -> None:
    event = {"process_connect": {"process": {"binary": "/usr/bin/curl", "pid": 1}, "destination_ip": "203.0.113.9"}}
    (tmp_path / "fgs.log").write_text(json.dumps(event) + "\n")
    document = json.loads(verb("stats", tmp_path / "fgs.log", "--json").stdout)
    assert document["kinds"] == {"process_connect": 1}
    assert document["binaries"] == [["/usr/bin/curl", 1]]
    assert document["destinations"] == [["203.0.113.9", 1]]
    (tmp_path / "deny").write_bytes(b'{"binary_regex":["curl"]}')
    impact = json.loads(verb("impact", tmp_path / "deny", tmp_path / "fgs.log", "--json").stdout)
    assert impact["dropped_count"] == 0
    assert "1 event of a kind that is not known yet" in impact["unknown"][0]["reason"]


def test_a_form_named_on_stderr_is_that_of_the_lines(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(WRAPS["Wazuh archives.json of a CRI file"](EVENTS))
    assert "CRI log lines in Wazuh archives or alerts, unwrapped: 24 events" in verb("stats", tmp_path / "x.log").stderr
