"""The guard names every alerting rule that a list would lose events, and shows the event; it is silent about the others."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.table import build_table
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.safety.lost_detections import LostDetection, examined, lost_detections
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.patterns import compile_pattern
from tetratui.core.wazuh.engine.patterns.pattern_samples import pattern_samples
from tetratui.core.wazuh.write.rule_file import rule_file

VARIED = Path(__file__).parents[3] / "data" / "export" / "varied.log.gz"
LINES = gzip.decompress(VARIED.read_bytes()).split(b"\n")[:-1]
AUDIT = rb"""{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"binary_regex":["^/bin/bash$"],"arguments_regex":["audit"]}
{"event_set":["PROCESS_EXIT"],"binary_regex":["^/usr/bin/curl$"]}
{"event_set":["PROCESS_EXEC"],"parent_arguments_regex":["^/opt/[a-z]+\\.sh [0-9]+$"]}"""


def rules(*conditions: str) -> Ruleset:
    texts = [
        f'<rule id="{800_001 + number}" level="10">{condition}<description>d</description></rule>'
        for number, condition in enumerate(conditions)
    ]
    loaded = Ruleset.of({"a.xml": f'<group name="t,">{"".join(texts)}</group>'.encode()})
    assert (loaded.errors, loaded.warnings) == ([], [])
    return loaded


def field(name: str, pattern: str, attributes: str = "") -> str:
    return f'<decoded_as>json</decoded_as><field name="{name}"{attributes}>{pattern}</field>'


def only(condition: str, denylist: bytes = AUDIT) -> LostDetection:
    (found,) = examined(read(denylist), rules(condition))
    return found


@pytest.mark.parametrize(
    "condition",
    [
        field("process_exec.process.binary", "bash$"),
        field("process_exec.process.arguments", r"curl.+\|\s*sh", ' type="pcre2"'),
        field("process_exec.process.binary", "/rm$") + '<field name="process_exec.process.arguments">history</field>',
        field("process_exit.process.binary", "curl"),
        field("process_exec.parent.binary", "sshd$"),
        field("process_exec.process.uid", r"^0$"),
        field("process_exec.process.cwd", "/tmp", ' type="osmatch"'),
        field("process_exec.process.binary", "python", ' negate="yes"'),
        "<match>nc -e|open-audit</match>",
    ],
)
def test_a_counterexample_is_found_and_is_one(condition: str) -> None:
    denylist = read(AUDIT)
    found = only(condition)
    assert found.how == "counterexample"
    assert denylist.first_match(orjson.loads(found.line)) is not None
    assert rules(condition).session().match(found.line).rule == found.rule


@pytest.mark.parametrize(
    "condition",
    [
        field("process_kprobe.function_name", "tcp_connect"),
        field("process_exit.process.binary", "^/usr/bin/wget$"),
        field("process_exec.process.binary", "^/usr/sbin/sshd$")
        + '<field name="process_exec.parent.arguments">-D</field>',
    ],
)
def test_a_rule_that_the_list_cannot_touch_is_not_accused(condition: str) -> None:
    assert only(condition).how == "none found"
    assert lost_detections(read(AUDIT), rules(condition)) == []


def test_a_rule_that_counts_another_one_loses_with_it() -> None:
    counting = "<if_matched_sid>800001</if_matched_sid><same_field>node_name</same_field>"
    loaded = Ruleset.of(
        {
            "a.xml": b'<group name="t,"><rule id="800001" level="3">%s<description>d</description></rule>'
            b'<rule id="800002" level="10" frequency="3" timeframe="60">%s<description>d</description></rule></group>'
            % (field("process_exit.process.binary", "curl").encode(), counting.encode())
        }
    )
    assert [(one.rule, one.how) for one in examined(read(AUDIT), loaded)] == [
        (800001, "counterexample"),
        (800002, "counterexample"),
    ]


def test_quiet_rules_are_not_detections() -> None:
    quiet = Ruleset.of(
        {
            "a.xml": b'<group name="t,"><rule id="800001" level="0">%s<description>d</description></rule></group>'
            % field("process_exec.process.binary", "bash").encode()
        }
    )
    assert examined(read(AUDIT), quiet) == []


def test_the_catch_alls_of_our_own_file_are_not_detections() -> None:
    ours = rule_file([], "standalone").data
    assert examined(read(AUDIT), Ruleset.of({"0011-tetratui.xml": ours})) == []


def test_what_the_table_shows_is_seen() -> None:
    denylist = read(b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/date$"]}')
    (found,) = lost_detections(denylist, rules(field("process_exec.process.binary", "date$")), build_table(LINES))
    assert found.how == "seen"
    assert orjson.loads(found.line)["process_exec"]["process"]["binary"] == "/usr/bin/date"


KINDS = st.sampled_from(["pcre2", "osregex", "osmatch"])


@settings(max_examples=200, deadline=None)
@given(KINDS, st.from_regex(r"[a-z/^$|.\\dws+*() -]{1,12}", fullmatch=True))
def test_every_specimen_is_taken_by_the_patterns_own_engine(kind: str, pattern: str) -> None:
    try:
        expression = compile_pattern(kind, pattern.encode())
    except ValueError:
        return
    for text in pattern_samples(kind, pattern.encode(), expression.matches, 20):
        assert expression.matches(text.encode())


def test_two_hundred_specimens_come_of_an_open_pattern() -> None:
    expression = compile_pattern("pcre2", rb"(?i)\A(curl|wget)\s+.*\|\s*(ba)?sh\z")
    assert len(pattern_samples("pcre2", rb"(?i)\A(curl|wget)\s+.*\|\s*(ba)?sh\z", expression.matches)) >= 200


def test_an_empty_list_loses_nothing() -> None:
    assert lost_detections(read(b""), rules(field("process_exec.process.binary", "date$"))) == []
