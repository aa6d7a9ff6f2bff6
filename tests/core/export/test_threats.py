"""A threat mark becomes a rule that alerts on the next event like it, and on no other."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from tetratui.core.errors import UsageError
from tetratui.core.events.kinds import KIND_OF_KEY, Kind
from tetratui.core.export.file_set import Choices, files
from tetratui.core.export.threats import AlertForm, threats_of
from tetratui.core.tuning.marks import Mark, Verdict
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

LINES = gzip.decompress((Path(__file__).parents[2] / "data/export/varied.log.gz").read_bytes()).split(b"\n")[:-1]


def marked(line: bytes, verdict: Verdict = Verdict.THREAT) -> Mark:
    key = next(name for name in orjson.loads(line) if name in KIND_OF_KEY)
    return Mark(verdict, KIND_OF_KEY[key], "", -1, line)


def alerts(marks: list[Mark], lines: list[bytes]) -> list[int]:
    made = files([], Choices(threats=threats_of(marks)))
    session = Ruleset.of({"0011-tetratui.xml": made.files["0011-tetratui.xml"]}).session()
    return [row for row, line in enumerate(lines) if session.match(reserialise(line) or b"").rule in made.rules.threats]


def test_every_marked_event_alerts_again_on_any_host() -> None:
    for line in LINES[::25]:
        other = orjson.dumps({**orjson.loads(line), "node_name": "server02"})
        assert alerts([marked(line)], [line, other]) == [0, 1]


def test_another_command_or_destination_does_not_alert() -> None:
    line = next(line for line in LINES if line.startswith(b'{"process_kprobe"') and b'"daddr":"203.0.113.10"' in line)
    elsewhere = line.replace(b'"daddr":"203.0.113.10"', b'"daddr":"203.0.113.11"')
    renamed = line.replace(b'"binary":"/usr', b'"binary":"/tmp/usr', 1)
    assert alerts([marked(line)], [line, elsewhere, renamed]) == [0]


def test_marks_of_other_verdicts_and_of_events_without_a_process_make_no_rule() -> None:
    nothing = Mark(Verdict.THREAT, Kind.RATE_LIMIT, "", -1, b'{"rate_limit_info":{}}')
    broken = [Mark(Verdict.THREAT, Kind.EXEC, "", -1, line) for line in (b"", b"[]", b'{"process_exec":[]}', b"{}")]
    assert threats_of([marked(LINES[0], Verdict.NOISE), marked(LINES[0], Verdict.KEEP), nothing, *broken]) == ()


def test_like_events_are_one_alert() -> None:
    other = orjson.dumps({**orjson.loads(LINES[5]), "time": "2026-01-01T00:00:00Z"})
    assert len(threats_of([marked(LINES[5]), marked(other)])) == 1


def test_an_alert_has_the_level_groups_and_technique_that_were_named_or_one_by_what_it_is_like() -> None:
    process = {"exec_id": "x", "binary": "/bin/dash", "arguments": "/opt/job.sh"}
    mark = marked(orjson.dumps({"process_exec": {"process": process}, "node_name": "a", "time": "t"}))
    (by_itself,), (named,) = threats_of([mark]), threats_of([mark], AlertForm.read("T1105, 14 intrusion, T1059.004"))
    assert (by_itself.level, by_itself.groups, by_itself.techniques) == (12, ("tetratui_threat",), ("T1059.004",))
    assert (named.level, named.groups, named.techniques) == (14, ("intrusion",), ("T1105", "T1059.004"))
    rules = files([], Choices(threats=(named,))).files["0011-tetratui.xml"].decode()
    assert "<mitre><id>T1105</id><id>T1059.004</id></mitre>" in rules
    assert '<rule id="710018" level="14">' in rules
    assert "<group>intrusion,</group>" in rules


def test_how_to_alert_is_written_as_it_is_read() -> None:
    for form in (AlertForm(), AlertForm(3, ("a", "b"), ("T1105",))):
        assert AlertForm.read(str(form)) == form
    assert AlertForm.read(" ") == AlertForm()


@pytest.mark.parametrize("text", ["0", "17", "3 4", "a&b", "é", "3,<x>"])
def test_what_does_not_say_how_to_alert_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="ATT&CK ids"):
        AlertForm.read(text)
