"""Which words in argv take an event from a rule."""

from __future__ import annotations

from pathlib import Path

from tetratui.core.wazuh.base import KINDS
from tetratui.core.wazuh.hijack import hijacks, safe_roots
from tetratui.core.wazuh.rule_file import rule_file
from tetratui.core.wazuh.ruleset import Ruleset

DATA = Path(__file__).parents[2] / "data" / "wazuh"


def test_the_articles_root_of_level_5_can_be_hijacked_by_words_in_argv() -> None:
    ruleset = Ruleset.load([DATA / "article.xml"])
    assert ruleset.loads
    assert ruleset.session().match(b'{"process_exec":{"process":{"exec_id":"x"}}}').rule == 700000
    taken = {hijack.words: hijack.by for hijack in hijacks(ruleset) if hijack.rule == 700000}
    assert taken["No space left on device"] == 1007
    assert taken["segfault at "] == 1010


def test_a_root_of_level_0_with_an_alerting_child_cannot() -> None:
    ruleset = Ruleset.load([DATA / "root0.xml"])
    assert hijacks(ruleset) == []
    assert len(safe_roots(ruleset)) == 1


def test_of_our_own_file_no_root_can_and_it_is_said_why() -> None:
    ours = Ruleset.of({"0011-tetratui.xml": rule_file([], "own").data})
    assert hijacks(ours) == []
    assert len(safe_roots(ours)) == len(KINDS) + 1
    assert safe_roots(Ruleset.load([DATA / "article.xml"])) == []


def test_a_root_over_every_stock_level_cannot() -> None:
    text = (DATA / "article.xml").read_bytes().replace(b'level="5"', b'level="12"')
    assert hijacks(Ruleset.of({"article.xml": text})) == []
