"""Rules with pcre2 constructs that changed since the manager's version: refused, unknown, or answered."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.load.ruleset import Ruleset


def ruleset(element: str) -> Ruleset:
    rule = f'<rule id="700000" level="3">{element}<description>d</description></rule>'
    return Ruleset.of({"r.xml": f'<group name="tetragon,">{rule}</group>'.encode()})


@pytest.mark.parametrize("pattern", [r"\x{100}", r"\x{ 41 }", "(?r)x", "(?aD)x", "(?[a])"])
@pytest.mark.parametrize("element", ['<field name="a" type="pcre2">{}</field>', '<match type="pcre2">{}</match>'])
def test_a_pattern_that_the_manager_refuses_stops_it(element: str, pattern: str) -> None:
    rules = ruleset(element.format(pattern))
    assert any(notice.text.startswith("(5107)") for notice in rules.notices)
    assert rules.ids() == set()


@pytest.mark.parametrize(
    ("pattern", "text", "wins"), [("^a{,3}$", "aa", False), ("^a{,3}$", "a{,3}", True), (r"^\C$", "x", True)]
)
def test_a_pattern_that_changed_is_read_as_the_manager_reads_it(pattern: str, text: str, wins: bool) -> None:
    rules = ruleset(f'<field name="a" type="pcre2">{pattern}</field>')
    assert (rules.session().match(f'{{"a":"{text}"}}'.encode()).rule == 700000) is wins
    assert rules.unknown == []


@pytest.mark.parametrize("negate", ["no", "yes"])
@pytest.mark.parametrize("text", ["a", "b"])
@pytest.mark.parametrize("tag", ['field name="a"', "regex", "user"])
def test_a_rule_with_an_unknown_pattern_is_reported_where_it_may_win(tag: str, text: str, negate: str) -> None:
    rules = ruleset(f'<{tag} type="pcre2" negate="{negate}">(?=a)b?a</{tag.split()[0]}>')
    assert [(rule, "(?=a)b?a" in reason) for rule, reason in rules.unknown] == [(700000, True)]
    verdict = rules.session().match(f'{{"a":"{text}","user":"{text}"}}'.encode())
    assert (verdict.rule, verdict.unknown) == (None, (700000,))


def test_an_absent_field_decides_for_any_pattern() -> None:
    rules = ruleset(r'<field name="a" type="pcre2">\X</field>')
    assert rules.session().match(b'{"b":"x"}').unknown == ()
