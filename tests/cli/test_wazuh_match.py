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


def matched(capsysbinary: pytest.CaptureFixture[bytes], *words: str | Path) -> tuple[int, dict[str, Any]]:
    code = run(["wazuh", "match", "--json", *map(str, words)])
    return int(code or 0), json.loads(capsysbinary.readouterr().out)


def test_each_row_is_tried_and_named(events: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, document = matched(capsysbinary, DATA / "silence.xml", "--events", events, "--rows")
    assert code == ExitCode.DONE
    assert document["matches"] == [[0, 710010, 0], [4, 710001, 2]]
    assert (document["events"], document["unreadable"], document["alerts"]) == (3, 2, 0)
    assert document["unknown"] == []


def test_rows_come_only_when_asked_for(events: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    _, document = matched(capsysbinary, DATA / "silence.xml", "--events", events)
    assert "matches" not in document
    assert document["rules"][0] == {
        "rule": 710010,
        "level": 0,
        "events": 1,
        "path": [710000, 710010],
        "groups": ["tetragon"],
    }


def test_the_agent_takes_blanks_away_and_loses_lines(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    long_line = b'{"process_exec":{"process":{"exec_id":"' + b"x" * PIECE + b'"}}}'
    events.write_bytes(b"\n".join([*LINES, long_line, LINES[0], LINES[0], LINES[0]]) + b"\n")
    _, document = matched(capsysbinary, DATA / "silence.xml", "--events", events, "--rows", "--agent")
    assert document["lost"] == [1, 2, 5, 7]
    assert document["matches"][1] == [3, 710000, 5]
    assert [row for row, _, _ in document["matches"]] == [0, 3, 4, 6, 8]


def test_a_rule_that_is_not_followed_is_said_and_its_rows_are_named(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "r.xml"
    rules.write_text(
        '<group name="a,"><rule id="700000" level="3"><if_matched_sid>1</if_matched_sid><check_diff/>'
        "<decoded_as>json</decoded_as>"
        "<description>d</description></rule></group>"
    )
    _, document = matched(capsysbinary, rules, "--events", events)
    assert document["unknown"] == [{"rule": 700000, "reason": "<check_diff> is not emulated"}]
    assert document["uncertain"] == [0, 4]


def test_a_pattern_that_runs_into_the_match_limit_is_named(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "e.log").write_bytes(b'{"a":"' + b"a" * 60 + b'b"}\n')
    (tmp_path / "r.xml").write_text(
        '<group name="a,"><rule id="700000" level="3"><field name="a" type="pcre2">(a+)+$</field>'
        "<description>d</description></rule></group>"
    )
    _, document = matched(capsysbinary, tmp_path / "r.xml", "--events", tmp_path / "e.log")
    assert (document["matched"], document["gave_up"]) == (0, [700000])


def test_people_see_the_rules_by_how_often_they_win(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["wazuh", "match", str(DATA / "silence.xml"), "--events", str(events)]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["1", "rule", "710010", "level", "0", "710000", "›", "710010", "[tetragon]"]
    assert lines[-1] == "3 events, 2 unreadable lines; 3 without a rule, 0 alerts"


def test_rules_that_do_not_load_match_nothing(tmp_path: Path, events: Path) -> None:
    (tmp_path / "r.xml").write_text("<group")
    assert run(["wazuh", "match", str(tmp_path / "r.xml"), "--events", str(events)]) == ExitCode.REFUSED


def test_a_gzip_that_breaks_off_gives_what_it_has(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    packed = gzip.compress(events.read_bytes() * 2000)
    (tmp_path / "cut.log.gz").write_bytes(packed[: len(packed) * 3 // 4])
    code, document = matched(capsysbinary, DATA / "silence.xml", "--events", tmp_path / "cut.log.gz")
    assert code == ExitCode.UNREADABLE
    assert document["events"] > 0


def test_an_empty_source_is_no_error(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    code, document = matched(capsysbinary, DATA / "silence.xml", "--events", tmp_path / "empty.log", "--rows")
    assert (code, document["events"], document["matches"]) == (ExitCode.DONE, 0, [])


def test_a_missing_source_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        run(["wazuh", "match", str(DATA / "silence.xml"), "--events", str(tmp_path / "nope.log")])


def test_what_is_told_of_the_sender_is_asked(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "sender.xml"
    rules.write_text(
        '<group name="g,"><rule id="700000" level="3"><location>tetragon</location><hostname>web</hostname>'
        "<description>d</description></rule></group>"
    )
    _, unsaid = matched(capsysbinary, rules, "--events", events)
    assert (unsaid["unknown"], unsaid["uncertain"], unsaid["matched"]) == ([], [0, 1, 2, 3, 4], 0)
    told = ("--location", "/var/log/tetragon.log", "--hostname", "web1")
    _, said = matched(capsysbinary, rules, "--events", events, *told)
    assert (said["unknown"], said["matched"]) == ([], 5)
    _, other = matched(capsysbinary, rules, "--events", events, *told[:2], "--hostname", "db1")
    assert (other["unknown"], other["matched"]) == ([], 0)


def test_rules_that_do_not_load_are_said_in_json_too(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "bad.xml").write_text('<group name="g"></group>')
    code, document = matched(capsysbinary, tmp_path / "bad.xml", "--events", events, "--rows")
    assert (code, document["loads"], document["matches"]) == (ExitCode.REFUSED, False, [])
    assert "without any rule" in document["errors"][0]


def test_the_time_that_is_told_is_that_of_all_lines(
    tmp_path: Path, events: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules = tmp_path / "time.xml"
    rules.write_text(
        '<group name="g,"><rule id="700000" level="3"><time>8 - 9</time><weekday>sun</weekday>'
        "<description>d</description></rule></group>"
    )
    for moment, won in (("2026-03-01T08:30", 5), ("2026-03-01T09:01", 0), ("2026-03-02T08:30", 0)):
        _, document = matched(capsysbinary, rules, "--events", events, "--time", moment)
        assert (document["matched"], document["uncertain"]) == (won, [])
    with pytest.raises(UsageError, match="is no time"):
        run(["wazuh", "match", str(rules), "--events", str(events), "--time", "noon"])
