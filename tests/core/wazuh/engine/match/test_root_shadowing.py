"""Stock rules that take events from a top rule by words in the arguments."""

from __future__ import annotations

from pathlib import Path

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots
from tetratui.core.wazuh.write.base_rules import KINDS
from tetratui.core.wazuh.write.rule_file import write_rule_file

DATA = Path(__file__).parents[4] / "data" / "wazuh"


def test_a_top_rule_of_level_5_loses_events_to_words_in_the_arguments() -> None:
    ruleset = Ruleset.load([DATA / "article.xml"])
    assert ruleset.loads
    assert ruleset.session().match(b'{"process_exec":{"process":{"exec_id":"x"}}}').rule == 700000
    winners = {shadowing.words: shadowing.by for shadowing in shadowed_roots(ruleset) if shadowing.rule == 700000}
    assert winners["No space left on device"] == 1007
    assert winners["segfault at "] == 1010


def test_a_top_rule_of_level_0_with_an_alerting_child_loses_none() -> None:
    ruleset = Ruleset.load([DATA / "root0.xml"])
    assert shadowed_roots(ruleset) == []
    assert len(safe_roots(ruleset)) == 1


def test_of_our_own_file_no_root_can_and_it_is_said_why() -> None:
    ours = Ruleset.of({"0011-tetratui.xml": write_rule_file([], "standalone").data})
    assert shadowed_roots(ours) == []
    assert len(safe_roots(ours)) == len(KINDS) + 1
    assert safe_roots(Ruleset.load([DATA / "article.xml"])) == []


def test_a_top_rule_above_every_stock_level_loses_none() -> None:
    text = (DATA / "article.xml").read_bytes().replace(b'level="5"', b'level="12"')
    assert shadowed_roots(Ruleset.of({"article.xml": text})) == []
