"""`tetratui wazuh match`: the rule that wins per line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tetratui.cli.output import ExitCode
from tetratui.cli.verbs import run
from tetratui.core.errors import SourceError, UsageError
from tetratui.core.wazuh.engine.formats.agent_reader import PIECE

DATA = Path(__file__).parents[1] / "data" / "wazuh"
LINES = [
    b'{"process_exec":{"process":{"exec_id":"x","binary":"/usr/bin/cat"}}}',
    b"",
    b"plain text",
    b' {"process_exec":{"process":{"exec_id":"y","binary":"/bin/ls"}}}',
    b'{"process_exit":{"process":{"exec_id":"z"}}}',
]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    return path


def match(capsysbinary: pytest.CaptureFixture[bytes], *words: str | Path) -> tuple[int, dict[str, Any]]:
    code = run(["wazuh", "match", "--json", *map(str, words)])
    return int(code or 0), json.loads(capsysbinary.readouterr().out)


def test_each_row_is_tried_and_named(events: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, document = match(capsysbinary, DATA / "silence.xml", "--events", events, "--rows")
    assert code == ExitCode.DONE
    assert document["matches"] == [[0, 710010, 0], [4, 710001, 2]]
    assert (document["events"], document["unreadable"], document["alerts"]) == (3, 2, 0)
    assert document["unknown"] == []


def test_rows_come_only_with_their_option(events: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    _, document = match(capsysbinary, DATA / "silence.xml", "--events", events)
    assert "matches" not in document
    assert document["rules"][0] == {
        "rule": 710010,
        "level": 0,
        "events": 1,
        "path": [710000, 710010],
        "groups": ["tetragon"],
    }


def test_the_agent_strips_spaces_and_loses_lines(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    long_line = b'{"process_exec":{"process":{"exec_id":"' + b"x" * PIECE + b'"}}}'
    events.write_bytes(b"\n".join([*LINES, long_line, LINES[0], LINES[0], LINES[0]]) + b"\n")
    _, document = match(capsysbinary, DATA / "silence.xml", "--events", events, "--rows", "--agent")
    assert document["lost"] == [1, 2, 5, 7]
    assert document["matches"][1] == [3, 710000, 5]
    assert [row for row, _, _ in document["matches"]] == [0, 3, 4, 6, 8]


def test_a_rule_that_cannot_be_followed_is_named_with_its_rows(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "r.xml"
    rules.write_text(
        '<group name="a,"><rule id="700000" level="3"><if_matched_sid>1</if_matched_sid><check_diff/>'
        "<decoded_as>json</decoded_as>"
        "<description>d</description></rule></group>"
    )
    _, document = match(capsysbinary, rules, "--events", events)
    assert document["unknown"] == [{"rule": 700000, "reason": "<check_diff> is not emulated"}]
    assert document["uncertain"] == [0, 4]


def test_a_pattern_that_reaches_the_match_limit_is_named(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "e.log").write_bytes(b'{"a":"' + b"a" * 60 + b'b"}\n')
    (tmp_path / "r.xml").write_text(
        '<group name="a,"><rule id="700000" level="3"><field name="a" type="pcre2">(a+)+$</field>'
        "<description>d</description></rule></group>"
    )
    _, document = match(capsysbinary, tmp_path / "r.xml", "--events", tmp_path / "e.log")
    assert (document["matched"], document["gave_up"]) == (0, [700000])


def test_rules_are_printed_by_how_often_they_win(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["wazuh", "match", str(DATA / "silence.xml"), "--events", str(events)]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["1", "rule", "710010", "level", "0", "710000", "›", "710010", "[tetragon]"]
    assert lines[-1] == "3 events, 2 unreadable lines; 3 without a rule, 0 alerts"


def test_rules_that_do_not_load_match_nothing(tmp_path: Path, events: Path) -> None:
    (tmp_path / "r.xml").write_text("<group")
    assert run(["wazuh", "match", str(tmp_path / "r.xml"), "--events", str(events)]) == ExitCode.REFUSED


def test_a_truncated_gzip_is_matched_as_far_as_it_goes(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    packed = gzip.compress(events.read_bytes() * 2000)
    (tmp_path / "cut.log.gz").write_bytes(packed[: len(packed) * 3 // 4])
    code, document = match(capsysbinary, DATA / "silence.xml", "--events", tmp_path / "cut.log.gz")
    assert code == ExitCode.UNREADABLE
    assert document["events"] > 0


def test_an_empty_source_is_no_error(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    code, document = match(capsysbinary, DATA / "silence.xml", "--events", tmp_path / "empty.log", "--rows")
    assert (code, document["events"], document["matches"]) == (ExitCode.DONE, 0, [])


def test_a_missing_source_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        run(["wazuh", "match", str(DATA / "silence.xml"), "--events", str(tmp_path / "nope.log")])


def test_location_and_hostname_of_the_options_are_matched(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "sender.xml"
    rules.write_text(
        '<group name="g,"><rule id="700000" level="3"><location>tetragon</location><hostname>web</hostname>'
        "<description>d</description></rule></group>"
    )
    _, without = match(capsysbinary, rules, "--events", events)
    assert (without["unknown"], without["uncertain"], without["matched"]) == ([], [0, 1, 2, 3, 4], 0)
    sender = ("--location", "/var/log/tetragon.log", "--hostname", "web1")
    _, matching = match(capsysbinary, rules, "--events", events, *sender)
    assert (matching["unknown"], matching["matched"]) == ([], 5)
    _, other = match(capsysbinary, rules, "--events", events, *sender[:2], "--hostname", "db1")
    assert (other["unknown"], other["matched"]) == ([], 0)


def test_rules_that_do_not_load_are_in_the_json_document(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "bad.xml").write_text('<group name="g"></group>')
    code, document = match(capsysbinary, tmp_path / "bad.xml", "--events", events, "--rows")
    assert (code, document["loads"], document["matches"]) == (ExitCode.REFUSED, False, [])
    assert "without any rule" in document["errors"][0]


def test_the_time_of_the_option_is_that_of_all_lines(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "time.xml"
    rules.write_text(
        '<group name="g,"><rule id="700000" level="3"><time>8 - 9</time><weekday>sun</weekday>'
        "<description>d</description></rule></group>"
    )
    for moment, wins in (("2026-03-01T08:30", 5), ("2026-03-01T09:01", 0), ("2026-03-02T08:30", 0)):
        _, document = match(capsysbinary, rules, "--events", events, "--time", moment)
        assert (document["matched"], document["uncertain"]) == (wins, [])
    with pytest.raises(UsageError, match="is not a time"):
        run(["wazuh", "match", str(rules), "--events", str(events), "--time", "noon"])
