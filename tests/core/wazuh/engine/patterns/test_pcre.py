"""pcre2 as the manager calls it: its interpreter has the last word where the compiled form gives up."""

from __future__ import annotations

from tetratui.core.wazuh.engine.patterns.pcre import Pcre2


def test_a_text_too_deep_for_the_compiled_form_still_matches() -> None:
    pattern = Pcre2(rb"(?:.|\n)*x(?:a|b)*y")
    assert pattern.matches(b"ab" * 30_000 + b"x" + b"ab" * 20_000 + b"y")
    assert not pattern.gave_up


def test_a_text_beyond_the_match_limit_does_not_match_and_it_is_remembered() -> None:
    pattern = Pcre2(rb"(a+)+$")
    assert not pattern.matches(b"a" * 40 + b"b")
    assert pattern.gave_up


def test_groups_that_take_no_part_are_a_match_all_the_same() -> None:
    assert Pcre2(rb"(x)?(y)?z").matches(b"z")
