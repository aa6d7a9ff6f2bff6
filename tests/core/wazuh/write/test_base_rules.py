"""The base rules: Tetragon's events alert as in the SOCFortress article, and no other event changes its rule."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.kinds import Kind
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.write.base_rules import BASE_SIZE, KINDS, write_base_rules
from tetratui.core.wazuh.write.rule_file import write_rule_file

OTHERS = b"""<group name="other,">
  <rule id="1002" level="2"><match>error|denied|failed</match><description>word</description></rule>
  <rule id="1007" level="7"><match>No space left on device</match><description>full</description></rule>
  <rule id="500001" level="3"><decoded_as>json</decoded_as><field name="test.a">\\.+</field>
    <description>t</description></rule>
  <rule id="500002" level="4"><decoded_as>json</decoded_as><field name="node_name">\\.+</field>
    <description>n</description></rule>
</group>"""
PROCESS = b'{"process":{"exec_id":"c2VydmVyMDE6MTow","binary":"/usr/bin/echo","arguments":"No space left on device"}}'
OURS = write_rule_file([], "standalone").data


def session(**files: bytes):  # type: ignore[no-untyped-def]
    return Ruleset.of({f"{name}.xml": text for name, text in files.items()}).session()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_alerts_at_level_5_with_the_groups_of_the_article_whatever_argv_holds(kind: Kind) -> None:
    line = b'{"%s":%s,"node_name":"a"}' % (kind.json_key.encode(), PROCESS)
    verdict = session(**{"0011-tetratui": OURS, "0020-other": OTHERS}).match(line)
    assert (verdict.level, verdict.alert, verdict.groups) == (5, True, ("tetragon", kind.json_key))


def test_a_stock_rule_takes_that_event_from_the_root_rule_of_the_article() -> None:
    article = b"""<group name="tetragon,"><rule id="700000" level="5"><decoded_as>json</decoded_as>
      <field name="process_exec.process.exec_id">\\.+</field><description>exec</description></rule></group>"""
    line = b'{"process_exec":%s,"node_name":"a"}' % PROCESS
    assert session(**{"0020-other": OTHERS, "local_tetragon": article}).match(line).rule == 1007


@pytest.mark.parametrize(
    "body",
    [
        b'"process_throttle":{"type":"THROTTLE_START","cgroup":"a/\\"b"}',
        b'"rate_limit_info":{"number_of_dropped_process_events":"677"}',
        b'"test":{"arg0":"1","arg3":"18446744073709551615"}',
    ],
)
def test_events_without_a_process_alert_too(body: bytes) -> None:
    line = b'{%s,"node_name":"server01","time":"2026-11-23T19:12:51.5Z"}' % body
    verdict = session(**{"0011-tetratui": OURS, "0020-other": OTHERS}).match(line)
    assert (verdict.level, verdict.groups) == (5, ("tetragon", "tetragon_status"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text()
    | st.sampled_from(["error", "No space left on device"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "process", "binary", "test", "arg0", "type", "time"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["test", "process_exec", "rate_limit_info", "process_throttle", "node_name", "time", "message"])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_json_of_other_programs_gets_the_same_verdict_with_and_without_our_file(event: dict[str, object]) -> None:
    line = orjson.dumps(event)
    before = session(**{"0020-other": OTHERS}).match(line)
    after = session(**{"0011-tetratui": OURS, "0020-other": OTHERS}).match(line)
    assert (before.rule, before.level) == (after.rule, after.level)


def test_base_rules_take_base_size_ids() -> None:
    assert [rule.id for rule in write_base_rules(710_000)] == list(range(710_000, 710_000 + BASE_SIZE))
