"""Matching in one session: correlation, ignore, paths, unknown rules, and the child index."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.child_index import ChildIndex
from tetratui.core.wazuh.engine.match.rule_session import RuleSession


def rule(identity: int, body: str = "", attributes: str = 'level="3"') -> str:
    return f'<rule id="{identity}" {attributes}>{body}<description>d</description></rule>'


def load(*rules: str) -> Ruleset:
    return Ruleset.of({"r.xml": f'<group name="tetragon,">{"".join(rules)}</group>'.encode()})


ROOT = rule(700000, '<decoded_as>json</decoded_as><field name="b">\\.*</field>', 'level="5"')


def winners(ruleset: Ruleset, *lines: bytes) -> list[int | None]:
    session = ruleset.session()
    return [session.match(line).rule for line in lines]


def test_a_verdict_has_the_path_and_the_groups() -> None:
    ruleset = load(ROOT, rule(700001, "<if_sid>700000</if_sid><group>process_exec,</group>", 'level="9"'))
    verdict = ruleset.session().match(b'{"b":"x"}')
    assert (verdict.path, verdict.groups, verdict.alert) == ((700000, 700001), ("tetragon", "process_exec"), True)


def test_groups_of_a_compliance_standard_are_not_among_the_groups_that_an_alert_shows() -> None:
    ruleset = load(rule(700000, "<group>pci_dss_10.6.1,gdpr_IV_35.7.d, own,,x</group>"))
    assert ruleset.session().match(b'{"b":"x"}').groups == ("tetragon", " own", "x")


def test_a_line_that_no_rule_matches_has_an_empty_verdict() -> None:
    verdict = load(ROOT).session().match(b"plain text")
    assert (verdict.rule, verdict.level, verdict.path, verdict.alert) == (None, None, (), False)


def test_static_conditions_test_top_level_keys_only() -> None:
    ruleset = load(rule(700000, "<action>drop</action>"), rule(700001, "<srcip>10.0.0.0/8</srcip>"))
    named = load(rule(700000, "<user>root</user>"))
    assert winners(named, b'{"user":"root"}', b'{"srcuser":"root"}', b'{"dstuser":"x","srcuser":"root"}') == [
        700000,
        700000,
        None,
    ]
    lines = b'{"action":"drop"}', b'{"x":{"action":"drop"}}', b'{"srcip":"10.1.1.1"}', b'{"srcip":"11.1.1.1"}'
    assert winners(ruleset, *lines) == [700000, None, 700001, None]


def test_negation_needs_the_field_to_be_there() -> None:
    ruleset = load(rule(700000, '<field name="a" negate="yes">x</field>'))
    assert winners(ruleset, b'{"a":"y"}', b'{"a":"x"}', b'{"b":"y"}') == [700000, None, None]


def test_frequency_counts_the_event_itself_and_begins_anew() -> None:
    frequent = rule(700001, "<if_matched_sid>700000</if_matched_sid>", 'level="10" frequency="3" timeframe="60"')
    assert winners(load(ROOT, frequent), *[b'{"b":"x"}'] * 6) == [700000, 700000, 700001] * 2


def test_same_field_compares_one_name_in_both_events() -> None:
    frequent = rule(
        700001, "<if_matched_sid>700000</if_matched_sid><same_field>b</same_field>", 'level="10" frequency="2"'
    )
    lines = [b'{"b":"1"}', b'{"b":"2"}', b'{"b":"1"}']
    assert winners(load(ROOT, frequent), *lines) == [700000, 700000, 700001]
    different = frequent.replace("same_field", "different_field")
    assert winners(load(ROOT, different), *lines) == [700000, 700001, 700000]


def test_events_of_level_0_are_not_remembered() -> None:
    suppressed = rule(700002, '<if_sid>700000</if_sid><field name="b">^q$</field>', 'level="0"')
    frequent = rule(700001, "<if_matched_sid>700000</if_matched_sid>", 'level="10" frequency="2"')
    lines = [b'{"b":"q"}', b'{"b":"q"}', b'{"b":"x"}', b'{"b":"x"}']
    assert winners(load(ROOT, suppressed, frequent), *lines) == [700002, 700002, 700000, 700001]


def test_groups_correlate_over_rules_loaded_before() -> None:
    other = rule(700002, '<field name="c">\\.*</field>', 'level="4"')
    frequent = rule(
        700001, "<if_sid>700000</if_sid><if_matched_group>tetragon</if_matched_group>", 'level="10" frequency="2"'
    )
    assert winners(load(ROOT, other, frequent), b'{"c":"1"}', b'{"b":"1"}') == [700002, 700001]


def test_an_expression_correlates_over_the_raw_lines_of_all_remembered_events() -> None:
    frequent = rule(700001, "<if_sid>700000</if_sid><if_matched_regex>secret</if_matched_regex>", 'level="10"')
    lines = [b'{"b":"x"}', b'{"b":"secret"}', b'{"b":"y"}', b'{"b":"z"}']
    assert winners(load(ROOT, frequent), *lines) == [700000, 700000, 700001, 700001]


def test_a_forgotten_event_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tetratui.core.wazuh.engine.match.event_history.MEMORY_SIZE", 20)
    other = rule(700002, '<field name="c">\\.*</field>', 'level="4"')
    frequent = rule(700001, "<if_matched_sid>700000</if_matched_sid>", 'level="10" frequency="2"')
    for between, last in ((5, 700001), (40, 700000)):
        lines = [b'{"b":"x"}', *[b'{"c":"x"}'] * between, b'{"b":"x"}']
        assert winners(load(ROOT, other, frequent), *lines)[-1] == last


def test_the_timeframe_is_measured_on_the_sessions_clock() -> None:
    frequent = rule(700001, "<if_matched_sid>700000</if_matched_sid>", 'level="10" frequency="2" timeframe="60"')
    for gap, last in ((60, 700001), (61, 700000)):
        ticks = itertools.count(0, gap)
        session = RuleSession(load(ROOT, frequent).tree, clock=lambda _, ticks=ticks: float(next(ticks)))  # type: ignore[misc]
        assert [session.match(b'{"b":"x"}').rule for _ in range(2)] == [700000, last]


def test_ignore_keeps_the_rule_and_drops_the_alert() -> None:
    session = load(rule(700000, '<field name="b">x</field>', 'level="3" ignore="60"')).session()
    assert [(verdict.rule, verdict.alert) for verdict in (session.match(b'{"b":"x"}') for _ in range(3))] == [
        (700000, True),
        (700000, False),
        (700000, False),
    ]


def test_no_log_and_low_levels_match_without_an_alert() -> None:
    quiet = load(rule(700000, '<field name="b">x</field><options>no_log</options>', 'level="9"'))
    low = load(rule(700000, '<field name="b">x</field>', 'level="2"'))
    for ruleset in (quiet, low):
        verdict = ruleset.session().match(b'{"b":"x"}')
        assert (verdict.rule, verdict.alert) == (700000, False)


def test_a_rule_that_is_not_emulated_is_reported_where_it_may_win() -> None:
    asks = "<if_matched_sid>700000</if_matched_sid><check_diff/>"
    ruleset = load(ROOT, rule(700001, f'<if_sid>700000</if_sid>{asks}<field name="b">x</field>'))
    session = ruleset.session()
    assert ruleset.unknown == [(700001, "<check_diff> is not emulated")]
    assert session.match(b'{"b":"x"}').unknown == (700001,)
    assert session.match(b'{"b":"y"}').unknown == ()


def test_a_long_chain_of_parents_is_walked() -> None:
    chain = [rule(700001 + depth, f"<if_sid>{700000 + depth}</if_sid>") for depth in range(1200)]
    verdict = load(ROOT, *chain).session().match(b'{"b":"x"}')
    assert (verdict.rule, len(verdict.path)) == (701200, 1201)


def test_answers_stay_right_when_the_answer_cache_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tetratui.core.wazuh.engine.match.condition_cache.MOST_ANSWERS", 3)
    ruleset = load(rule(700000, '<field name="b" type="pcre2">[02468]$</field>'))
    lines = [b'{"b":"%d"}' % (number % 7) for number in range(40)]
    assert winners(ruleset, *lines) == [700000 if number % 7 % 2 == 0 else None for number in range(40)]


TEXTS = st.sampled_from(["a", "b", "ab", ""])
CONDITIONS = st.tuples(
    st.sampled_from(["f", "g", "h"]),
    st.sampled_from(["osregex", "osmatch", "pcre2"]),
    st.sampled_from([r"\Aa\z", r"\A(?:a|ab)\z", "^a$", "a", "b$", ""]),
    st.booleans(),
)
RULES = st.lists(
    st.tuples(st.lists(CONDITIONS, max_size=2), st.integers(0, 16), st.integers(0, 9)), min_size=1, max_size=8
)


def load_generated(rules: list[tuple[list[tuple[str, str, str, bool]], int, int]]) -> Ruleset:
    texts = []
    for number, (conditions, level, parent) in enumerate(rules):
        fields = "".join(
            f'<field name="{name}" type="{kind if not pattern.startswith(chr(92)) else "pcre2"}"'
            f"{' negate=' + chr(34) + 'yes' + chr(34) if negated else ''}>{pattern}</field>"
            for name, kind, pattern, negated in conditions
        )
        parent_text = f"<if_sid>{700000 + parent}</if_sid>" if parent < number else ""
        texts.append(rule(700000 + number, fields + parent_text, f'level="{level}"'))
    return load(*texts)


@settings(max_examples=150, deadline=None)
@given(RULES, st.dictionaries(st.sampled_from(["f", "g", "h"]), TEXTS))
def test_the_index_finds_what_trying_every_child_finds(
    rules: list[tuple[list[tuple[str, str, str, bool]], int, int]], event: dict[str, str]
) -> None:
    ruleset = load_generated(rules)
    line = ("{" + ",".join(f'"{name}":"{text}"' for name, text in {"z": "1", **event}.items()) + "}").encode()
    by_index = ruleset.session().match(line)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ChildIndex, "candidates", lambda self, _: range(len(self.children)))
        assert ruleset.session().match(line) == by_index


def test_a_program_name_comes_from_a_header_and_json_has_none() -> None:
    ruleset = load(rule(700000, '<program_name negate="yes">x</program_name>'))
    assert winners(ruleset, b'{"program_name":"y"}', b"Dec 29 10:00:01 host app: {}") == [None, 700000]


def test_a_static_field_that_nothing_fills_is_absent() -> None:
    ruleset = load(rule(700000, '<srcgeoip negate="yes">x</srcgeoip>'))
    assert winners(ruleset, b'{"srcgeoip":"y"}', b'{"a":1}') == [None, None]
    assert ruleset.unknown == []


def test_json_is_never_seen_for_the_first_time() -> None:
    ruleset = load(rule(700000, "<if_fts/>"))
    session = ruleset.session()
    assert (session.match(b'{"a":1}').rule, session.match(b'{"a":1}').unknown) == (None, ())
    assert session.match(b"plain").unknown == (700000,)


def test_ignore_lists_hold_no_event_back() -> None:
    ruleset = load(rule(700000, "<ignore>srcip</ignore><check_if_ignored>srcip, a</check_if_ignored>"))
    assert winners(ruleset, b'{"srcip":"1"}', b'{"srcip":"1"}') == [700000, 700000]


def test_compiled_rules_are_not_emulated_and_reported_as_unknown() -> None:
    ruleset = load(rule(700000, "<compiled_rule>check_id_size</compiled_rule>"))
    assert ruleset.unknown == [(700000, "<compiled_rule> is not emulated")]
    verdict = ruleset.session().match(b'{"id":"0123456789"}')
    assert (verdict.rule, verdict.unknown) == (None, (700000,))


def test_the_answer_for_a_line_with_a_macos_header_is_unknown() -> None:
    line = b"[Time 2006.12.28 15:53:55 UTC] [Facility auth] [Sender sshd] [PID 1] [Message oh no] [Level 3]"
    session = load(rule(700000, "<match>never</match>"), rule(700001, "")).session()
    verdict = session.match(line)
    assert verdict.rule is None
    assert set(verdict.unknown) >= {700000, 700001}
    assert session.match(b"oh no").unknown == ()


def test_a_list_tests_the_source_user_first_and_a_condition_the_destination_user() -> None:
    body = '<list field="user">l</list>'
    ruleset = Ruleset.of({"r.xml": f'<group name="g,">{rule(700000, body)}</group>'.encode()}, lists={"l": {b"a": b""}})
    assert winners(ruleset, b'{"srcuser":"a","dstuser":"b"}', b'{"dstuser":"a"}', b'{"srcuser":"b","dstuser":"a"}') == [
        700000,
        700000,
        None,
    ]


def test_an_event_of_a_rule_with_two_parents_is_remembered_twice_under_its_group() -> None:
    counting = rule(700009, "<if_matched_group>mark</if_matched_group>", 'level="9" frequency="3"')
    marking = rule(700001, '<if_sid>700000</if_sid><field name="b">x</field><group>mark,</group>', 'level="6"')
    ruleset = load(ROOT, rule(700002, "<if_sid>700000</if_sid>", 'level="4"'), marking, counting)
    twice = load(
        ROOT,
        rule(700002, "<if_sid>700000</if_sid>", 'level="4"'),
        marking.replace("700000<", "700000, 700002<"),
        counting,
    )
    lines = [b'{"b":"x"}'] * 3
    assert winners(ruleset, *lines) == [700001, 700001, 700009]
    assert winners(twice, *lines) == [700001, 700009, 700001]


def test_two_events_without_fields_differ_in_none() -> None:
    body = "<if_matched_sid>700000</if_matched_sid><different_field>a</different_field>"
    ruleset = load(rule(700000, "<match>x</match>"), rule(700001, body, 'level="9" frequency="2"'))
    assert winners(ruleset, b"x", b"x") == [700000, 700000]
    assert winners(ruleset, b'{"x":"1"}', b'{"x":"1"}') == [700000, 700001]
