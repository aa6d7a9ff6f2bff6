"""Rules that can never fire are reported with what to write; a rule that fires on some event never is."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.formats.decoder import decode
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.reach.never_fires import NeverFires, never_fires

DATA = Path(__file__).parents[4] / "data"
KEY = "process_exec.process"


def rule(identity: int, body: str, attributes: str = 'level="10"') -> str:
    return f'<rule id="{identity}" {attributes}>{body}<description>d</description></rule>'


def field(name: str, pattern: str, attributes: str = "") -> str:
    return f'<field name="{name}"{attributes}>{pattern}</field>'


PCRE = ' type="pcre2"'
OSMATCH = ' type="osmatch"'


def load(*rules: str) -> Ruleset:
    ruleset = Ruleset.of({"r.xml": f'<group name="t,">{"".join(rules)}</group>'.encode()})
    assert ruleset.loads, ruleset.errors
    return ruleset


def reason(*bodies: str) -> str | None:
    ruleset = load(*(rule(700000 + number, body) for number, body in enumerate(bodies)))
    reasons = {dead.rule: dead.reason for dead in never_fires(ruleset)}
    return reasons.get(700000 + len(bodies) - 1)


@cache
def lines() -> list[bytes]:
    captures = [DATA / "captures" / f"{name}.log.gz" for name in ("every-kind", "everything-on", "six-ways")]
    raw = [line for path in captures for line in gzip.decompress(path.read_bytes()).splitlines()]
    return [sent for line in raw if (sent := reserialise(line)) is not None]


def test_the_rules_of_a_real_file_that_never_fired() -> None:
    answer = {dead.rule: dead.reason for dead in never_fires(Ruleset.load([DATA / "wazuh" / "dead-rules.xml"]))}
    assert sorted(answer) == [100300, 100301, 100302, 100304, 100305]
    assert "write process_exec.parent.binary" in answer[100300]
    assert 'write <field name="process_kprobe.args" type="pcre2">"dport":\\s*VALUE\\b</field>' in answer[100301]
    assert "write process_exec.process.binary" in answer[100302]
    assert "in osregex .* is literal text; write \\.*" in answer[100304]
    assert "write ^4294967295.000000$" in answer[100305]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (field("process_kprobe.process.parent.binary", "x"), "write process_kprobe.parent.binary"),
        (field("process_exec.process.binary.name", "x"), "writes no such field"),
        (field("process_exec.parent", "x"), "is an object"),
        (field("_source.data.process_exit.signal", "x"), "write process_exit.signal"),
        (field("process_exec.process.cap.effective.0", "x"), '"VALUE"'),
        (field("process_kprobe.args.0.sock_arg.daddr", "x"), '"daddr":\\s*"VALUE"'),
        (field(f"{KEY}.parent.binary", "x", ' negate="yes"'), "writes no such field"),
        (field(f"{KEY}.uid", "[^0]"), "[^0] is literal text"),
        (field(f"{KEY}.uid", "root"), "a number from 0 to 4294967295"),
        (field(f"{KEY}.uid", r"^-\d+$", PCRE), "a number from 0 to 4294967295"),
        (field(f"{KEY}.uid", "^4294967296", PCRE), "a number from 0 to 4294967295"),
        (field(f"{KEY}.auid", r"^42949672(9[0-5]|[0-8]\d)$", PCRE), "six decimals"),
        (field(f"{KEY}.in_init_tree", "^1$"), "true or false"),
        (field("process_kprobe.action", "KILLED"), "KPROBE_ACTION"),
        (field(f"{KEY}.exec_id", "server:", OSMATCH), "base64"),
        (field("process_kprobe.args", '"dport":4444'), "a tab after each colon"),
        (field("process_kprobe.args", '"dport": 4444', PCRE), "a tab after each colon"),
        (field("process_kprobe.args", r'"dport":\s*"4444"', PCRE), "without quotes"),
        (field("process_kprobe.args", r'"dport":\s*70000', PCRE), "without quotes"),
        (field("process_kprobe.args", r'"destination":\s*"', PCRE), "a tab after each colon"),
        (field("process_exit.signal", "^9$"), "the name of a signal"),
        (field(f"{KEY}.binary", "x") + "<match>Zürich</match>", "above 127"),
        (field(f"{KEY}.cap.effective", "^CAP_SYS_ADMIN$"), "printed array"),
        (field(f"{KEY}.binary", "Zürich", OSMATCH), "above 127"),
        (field(f"{KEY}.binary", "^/tmp/ü"), "above 127"),
        (field(f"{KEY}.binary", "^/usr/bin/(cat)$") + field(f"{KEY}.binary", "^/bin/", PCRE), "all of these"),
        (field(f"{KEY}.arguments", r"\d{3}"), r"\d{3} is literal text"),
        (field(f"{KEY}.arguments", "[a-z]+ -x"), "is literal text"),
        (field(f"{KEY}.binary", r"^/usr/bin/\w+$", OSMATCH), r"\w is literal text"),
        (field(f"{KEY}.binary", "x") + "<match>curl.*http</match>", ".* is literal text"),
        (field(f"{KEY}.binary", "x") + '<match>"uid": 0</match>', "without a space"),
        (field(f"{KEY}.binary", "x") + "<match>^/usr/bin</match>", "no line matches"),
        (field(f"{KEY}.binary", "x") + field("process_exit.signal", "x"), "one kind"),
        (field(f"{KEY}.binary", "x") + "<srcip>10.0.0.1</srcip>", "<srcip> tests a field that no event"),
        (field(f"{KEY}.binary", "x") + "<program_name>tetragon</program_name>", "<program_name>"),
        (field(f"{KEY}.binary", "x") + "<decoded_as>sshd</decoded_as>", "<decoded_as>json</decoded_as>"),
    ],
)
def test_the_reason_names_what_is_wrong(body: str, words: str) -> None:
    answer = reason(body)
    assert answer is not None
    assert words in answer
    session = load(rule(700000, body)).session()
    assert all(session.match(line).rule is None for line in lines())


@pytest.mark.parametrize(
    "body",
    [
        field("win.system.eventID", "^[0-9]+$"),
        field("cluster.name", "prod") + field(f"{KEY}.binary", "x"),
        field("process_new_kind.process.binary", "x"),
        field(f"{KEY}.auid", "^4294967295"),
        field(f"{KEY}.auid", r"^4294967295\.000000$", PCRE),
        field(f"{KEY}.uid", "^0$", ' negate="yes"'),
        field(f"{KEY}.binary", "/usr/bin/["),
        field(f"{KEY}.binary", "!.*", OSMATCH),
        field(f"{KEY}.binary", "^/tmp/.*|bash$"),
        field(f"{KEY}.binary", "^/tmp/ü", OSMATCH),
        field(f"{KEY}.uid", "(?=x)0", PCRE),
        field(f"{KEY}.arguments", r"^[^0].*\{3}$", PCRE),
        field("process_kprobe.args", '"dport":\t4444'),
        field("process_kprobe.args", r'"dport":\s*4444\b', PCRE),
        field(f"{KEY}.binary", "x") + '<match>"uid":0</match>',
        field(f"{KEY}.binary", "x") + "<hostname>web</hostname>",
        field(f"{KEY}.binary", "^/usr/") + field(f"{KEY}.binary", "bash$"),
        field(f"{KEY}.pod.pod_labels.a.b/c", "x"),
    ],
)
def test_a_rule_that_may_fire_is_not_reported(body: str) -> None:
    assert reason(body) is None


def test_a_rule_below_one_that_never_fires_never_fires() -> None:
    parent = field(f"{KEY}.parent.binary", "x")
    answer = reason(parent, "<if_sid>700000</if_sid>" + field(f"{KEY}.binary", "x"))
    assert answer is not None
    assert answer.startswith("rule 700000 above it never fires: process_exec.process.parent.binary")
    assert reason(field(f"{KEY}.binary", "y"), "<if_sid>700000</if_sid>" + field(f"{KEY}.binary", "x")) is None


def test_a_rule_that_counts_events_of_one_that_never_fires_never_fires() -> None:
    dead = rule(700000, field(f"{KEY}.parent.binary", "x"))
    counting = rule(700001, "<if_matched_sid>700000</if_matched_sid>", 'level="12" frequency="2"')
    assert [dead.rule for dead in never_fires(load(dead, counting))] == [700000, 700001]


def test_a_rule_that_may_fire_under_one_parent_is_not_reported() -> None:
    bodies = (field("process_exit.signal", "x"), field(f"{KEY}.binary", "x"), "<if_sid>700000,700001</if_sid>")
    assert reason(*bodies, "<if_sid>700000,700001</if_sid>" + field(f"{KEY}.uid", "0")) is None


def test_with_custom_decoders_only_patterns_are_judged(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "decoders").mkdir()
    texts = rule(700000, field(f"{KEY}.parent.binary", "x")), rule(700001, field(f"{KEY}.binary", "^/tmp/.*"))
    (tmp_path / "rules" / "r.xml").write_text(f'<group name="t,">{"".join(texts)}</group>')
    (tmp_path / "decoders" / "d.xml").write_text('<decoder name="x"><parent>json</parent></decoder>')
    assert [dead.rule for dead in never_fires(Ruleset.load([tmp_path / "rules"]))] == [700001]


def test_no_rule_that_fired_on_a_real_manager_is_reported() -> None:
    texts = json.loads(gzip.decompress((DATA / "wazuh" / "rules.json.gz").read_bytes()))
    verdicts = gzip.decompress((DATA / "wazuh" / "verdicts.jsonl.gz").read_bytes()).splitlines()
    answer = 0
    for verdict in map(json.loads, verdicts):
        name = Path(verdict["rules"]).name
        ruleset = Ruleset.of({name: texts[name].encode("latin-1")})
        dead: list[NeverFires] = never_fires(ruleset) if ruleset.loads else []
        answer += len(dead)
        assert not {each.rule for each in dead} & {match[1] for match in verdict["matches"]}, name
    assert answer >= 5


KINDS = st.sampled_from(["osregex", "osmatch", "pcre2"])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_rule_that_fires_on_a_real_event_is_reported(data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(lines()))
    fields = {name.decode(): text.decode("utf-8", "replace") for name, text in decode(line).items()}
    name = data.draw(st.sampled_from([name for name in fields if name.startswith("process_")] or ["time"]))
    start = data.draw(st.integers(0, max(len(fields[name]) - 1, 0)))
    own = fields[name][start : start + data.draw(st.integers(1, 8))]
    pattern = "".join(data.draw(st.lists(st.sampled_from([own, "^", "$", ".", "\\d", "\\w", "[^0]"]), max_size=3)))
    kind = data.draw(KINDS)
    text = f'<group name="t,">{rule(700000, field(name, pattern, f" type={chr(34)}{kind}{chr(34)}"))}</group>'
    ruleset = Ruleset.of({"r.xml": text.encode()})
    if ruleset.loads and ruleset.session().match(line).rule == 700000 and not _means_itself(ruleset):
        assert never_fires(ruleset) == []


def _means_itself(ruleset: Ruleset) -> bool:
    """Return whether the reason is PCRE syntax in another language: an event may contain it literally."""
    return any("is literal text" in dead.reason for dead in never_fires(ruleset))
