"""The guard names every alerting rule that a list would lose events, and shows the event; it does not name others."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.event_fields import Field, Form, field_of, fields_of_kind
from tetratui.core.table import build_table
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.safety.lost_detections import LostDetection, examined, lost_detections
from tetratui.core.wazuh.engine.formats.decoder import decode
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.patterns import compile_pattern
from tetratui.core.wazuh.engine.patterns.pattern_samples import pattern_samples
from tetratui.core.wazuh.engine.reach.field_values import values_of
from tetratui.core.wazuh.write.rule_file import write_rule_file

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


CURL = field("process_exit.process.binary", "curl")
WGET = field("process_exit.process.binary", "^/usr/bin/wget$")


def chain(*bodies: tuple[int, str]) -> dict[int, str]:
    """Load rules of these levels and bodies (ids from 800001 on) and say what is known of each that alerts."""
    texts = [
        f'<rule id="{number}" level="{level}"{(FREQUENCY if "if_matched" in body else "")}>{body}'
        "<description>d</description></rule>"
        for number, (level, body) in enumerate(bodies, 800_001)
    ]
    loaded = Ruleset.of({"a.xml": f'<group name="t,">{"".join(texts)}</group>'.encode()})
    assert (loaded.errors, loaded.warnings) == ([], [])
    return {one.rule - 800_000: one.how for one in examined(read(AUDIT), loaded)}


FREQUENCY = ' frequency="2" timeframe="60"'
COUNTS_FIRST = "<if_matched_sid>800001</if_matched_sid>"


def test_a_chain_loses_a_step_that_does_not_alert_itself() -> None:
    assert chain((2, CURL), (10, COUNTS_FIRST)) == {2: "counterexample"}
    assert chain((3, CURL + "<options>no_log</options>"), (10, COUNTS_FIRST)) == {2: "counterexample"}


def test_a_chain_of_chains_is_lost_in_any_order_of_ids() -> None:
    first = (3, CURL + "<group>step,</group>")
    second = (10, "<if_matched_group>step</if_matched_group><group>second,</group>")
    third = (12, "<if_matched_sid>800002</if_matched_sid>")
    below = (13, "<if_sid>800003</if_sid><match>server</match>")
    assert chain(first, second, third, below) == dict.fromkeys((1, 2, 3, 4), "counterexample")


def test_a_chain_loses_its_last_event_as_well_as_those_it_counts() -> None:
    last = "<if_sid>800002</if_sid><if_matched_sid>800001</if_matched_sid>"
    assert chain((3, WGET), (3, CURL), (10, last))[3] == "counterexample"
    assert chain((3, CURL), (3, WGET), (10, last))[3] == "counterexample"
    assert chain((3, WGET), (3, WGET + "<match>curl</match>"), (10, last))[3] == "none found"


def test_a_chain_that_counts_by_expression_loses_what_the_list_drops_of_it() -> None:
    other = field("process_kprobe.function_name", "tcp_connect")
    any_exit = (1, field("process_exit.process.pid", r"\d"))
    counts = (10, other + "<if_matched_regex>xmrig</if_matched_regex>")
    elsewhere = (10, other + "<if_matched_regex>^no event begins like this</if_matched_regex>")
    assert chain(any_exit, counts)[2] == "counterexample"
    assert chain(any_exit, elsewhere)[2] == "none found"


def test_a_chain_that_can_never_fire_is_not_called_lost() -> None:
    assert chain((0, CURL), (10, COUNTS_FIRST)) == {2: "none found"}
    assert chain((3, WGET), (10, COUNTS_FIRST)) == {1: "none found", 2: "none found"}


def test_quiet_rules_are_not_detections() -> None:
    quiet = Ruleset.of(
        {
            "a.xml": b'<group name="t,"><rule id="800001" level="0">%s<description>d</description></rule></group>'
            % field("process_exec.process.binary", "bash").encode()
        }
    )
    assert examined(read(AUDIT), quiet) == []


def test_the_catch_alls_of_our_own_file_are_not_detections() -> None:
    ours = write_rule_file([], "standalone").data
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


DEAD = Path(__file__).parents[3] / "data" / "wazuh" / "dead-rules.xml"


def test_rules_that_never_fire_lose_nothing() -> None:
    denylist = read(b'{"binary_regex":["^/bin/bash$"]}\n{"arguments_regex":[".*"]}')
    assert lost_detections(denylist, Ruleset.load([DEAD])) == []


def test_a_rule_that_fires_is_seen_whatever_is_thought_of_it() -> None:
    line = b'{"process_exec":{"process":{"exec_id":"x","binary":"/tmp/.*"}},"time":"2026-01-01T00:00:00Z"}'
    table = build_table([line])
    (found,) = examined(read(b'{"arguments_regex":[".*"]}'), rules(field("process_exec.process.binary", "/.*")), table)
    assert found.how == "seen"


BASH = rb'{"event_set":["PROCESS_EXEC","PROCESS_EXIT","PROCESS_KPROBE"],"binary_regex":["^/bin/bash$"]}'
PCRE = ' type="pcre2"'


@pytest.mark.parametrize(
    "condition",
    [
        field("process_exec.process.auid", "^4294967295"),
        field("process_exec.process.uid", "^0$", ' negate="yes"'),
        field("process_exec.process.in_init_tree", "^true$"),
        field("process_exec.process.pod.pod_labels.app", "^x$"),
        field("process_exit.status", "^137$"),
        field("process_kprobe.return.int_arg", "^-13$"),
        field("process_kprobe.action", "SIGKILL"),
        field("process_kprobe.args", r'"dport":\s*4444\b', PCRE),
        field("process_kprobe.args", r'(?s)"daddr":\t"10.1.2.3".*"dport":\t443', PCRE),
        field("process_kprobe.args", '"/etc/shadow"'),
        field("process_exec.process.uid", "^0$") + "<weekday>sunday</weekday><time>2:10 - 2:11</time>",
        field("process_exec.process.uid", "^0$") + "<hostname>counterexample</hostname>",
    ],
)
def test_a_counterexample_holds_what_the_sensor_can_write(condition: str) -> None:
    found = only(condition, BASH)
    assert found.how == "counterexample"
    assert_can_occur(found.line)


@pytest.mark.parametrize(
    "condition",
    [
        field("process_exec.process.foo", "x"),
        field("cluster.name", "prod"),
        field("process_exec.process.user", "root"),
        field("process_kprobe.args", "^x"),
        field("process_exec.process.cap.effective", "CAP_SYS_ADMIN"),
    ],
)
def test_no_counterexample_is_made_of_what_cannot_be(condition: str) -> None:
    assert only(condition, BASH).how == "none found"


def assert_can_occur(line: bytes) -> None:
    for name, text in decode(line).items():
        known = field_of(name.decode())
        assert isinstance(known, Field), name
        values = values_of(known)
        assert values is None or re.fullmatch(values, text), (name, text)
        if known.form is Form.PATH:
            assert text.startswith(b"/"), (name, text)


NAMES = [field.name for key in ("process_exec", "process_exit", "process_kprobe") for field in fields_of_kind(key)]
PIECES = [
    "^",
    "$",
    "exact",
    "12",
    "4294967295",
    "\\.",
    "\\d",
    "/",
    "bash",
    "a",
    '"',
    "true",
    "KPROBE_ACTION_POST",
    "CAP_",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), KINDS, st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.booleans())
def test_any_counterexample_can_occur(name: str, kind: str, pieces: list[str], is_negated: bool) -> None:
    attributes = f' type="{kind}"' + (' negate="yes"' if is_negated else "")
    try:
        compile_pattern(kind, "".join(pieces).encode())
    except ValueError:
        return
    condition = field(name, "".join(pieces), attributes)
    found = only(condition, BASH)
    if found.how == "counterexample":
        assert read(BASH).first_match(orjson.loads(found.line)) is not None
        assert rules(condition).session().match(found.line).rule == found.rule
        assert_can_occur(found.line)
