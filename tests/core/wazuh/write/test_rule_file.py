"""The rule file: its golden text, alert rules of threat marks, and limits beyond which Wazuh drops text silently."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.wazuh.engine.load.api_check import api_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule_session import RuleVerdict
from tetratui.core.wazuh.write.rule_file import RuleFile, Suppression, Threat, write_rule_file
from tetratui.core.wazuh.write.rule_text import TEXT_LIMIT, RuleText, make_plain, write_comment
from tetratui.core.wazuh.write.suppression import Mode

GOLDEN = Path(__file__).parents[3] / "golden"
SCRAPE = Pattern((Literal("-s http://203.0.113.10:9100/m?"), Chars("0-9", 1, 4)))
SUPPRESSIONS = [
    Suppression(
        Exclusion(
            (Kind.EXEC, Kind.EXIT),
            binary=(Pattern.exactly("/usr/bin/curl"), Pattern.exactly("/usr/bin/g++")),
            arguments=(SCRAPE, Pattern.exactly("")),
        ),
        ("server01", "server02"),
        "draft a1, metrics <agent> & -- friends",
    ),
    Suppression(
        Exclusion((Kind.KPROBE,), socket=SocketMatch(("203.0.113.0/24", "fe80::/10"), (9100, 443))),
        None,
        "draft a2, all hosts: every one is scraped",
    ),
    Suppression(Exclusion((Kind.KPROBE,), policies=("connect-only-local-addrs",)), ("server01",), "draft a3"),
]
SHELL = Exclusion((Kind.EXEC,), binary=(Pattern.exactly("/usr/bin/nc"),), arguments=(Pattern.exactly("-e /bin/sh"),))
THREAT = Threat(SHELL, "reverse shell", level=14, groups=("Tetratui Threat",), techniques=("T1059.004", "T1095", "<x>"))


def write(mode: Mode) -> RuleFile:
    return write_rule_file(SUPPRESSIONS, mode, threats=[THREAT])


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
def test_the_file_equals_the_golden_file_and_both_readers_take_it(mode: Mode) -> None:
    file = write(mode)
    assert file.data.decode() == (GOLDEN / f"0011-tetratui-{mode}.xml").read_text()
    loaded = Ruleset.of({"0011-tetratui.xml": file.data}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings, loaded.dangers) == (True, [], [], [])
    assert api_refuses(file.data) is None


def verdict(mode: Mode, binary: str, arguments: str) -> RuleVerdict:
    process = {"exec_id": "YTox", "binary": binary, "arguments": arguments}
    line = orjson.dumps({"process_exec": {"process": process}, "node_name": "server01"})
    return Ruleset.of({"0011-tetratui.xml": write(mode).data}).session().match(line)


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
def test_a_threat_mark_alerts_with_its_level_and_groups(mode: Mode) -> None:
    threat = verdict(mode, "/usr/bin/nc", "-e /bin/sh")
    assert (threat.rule in write(mode).threats, threat.level, threat.alert) == (True, 14, True)
    assert threat.groups == ("tetragon", "tetratui_threat")
    assert verdict(mode, "/usr/bin/nc", "-e /bin/sh ").level != 14


def test_techniques_that_are_not_ids_are_left_out() -> None:
    techniques = re.findall(rb"<mitre>(.*)</mitre>", write("standalone").data)
    assert techniques == [b"<id>T1059.004</id><id>T1095</id>"]


def test_an_overlay_without_exclusions_is_an_empty_file() -> None:
    assert write_rule_file([], "overlay").data == b""


def test_an_exclusion_may_be_left_out_with_a_reason() -> None:
    file = write_rule_file(SUPPRESSIONS, "standalone", left_out={0: "it would silence more"})
    assert file.refusals == {0: "it would silence more"}
    assert set(file.suppression_rules.values()) == {1, 2}


def test_no_text_reaches_a_limit_beyond_which_wazuh_drops_it_silently() -> None:
    """A `<regex>` of 2,048 bytes is dropped with exit code 0, and its rule then matches every event."""
    worst = Exclusion(
        tuple(set(Kind) - {Kind.UNKNOWN}),
        binary=(Pattern.exactly(""),),
        arguments=(Pattern.exactly(""),),
        parent_binary=(Pattern.exactly(""),),
        parent_arguments=(Pattern.exactly(""),),
    )
    file = write_rule_file([Suppression(worst, ("a",), "x" * 5000)], "standalone")
    texts = re.findall(rb"<(?:regex|description|group)[^>]*>(.*?)</", file.data)
    assert max(map(len, texts)) < TEXT_LIMIT
    assert file.refusals == {}


def test_hostile_texts_are_made_plain() -> None:
    assert make_plain("a<b>&$(x)--c\n!>\x1b[31m") == "a?b???(x)-c?????31m"
    assert write_comment("--") == "<!--  -->"
    assert len(make_plain("x" * 999)) == 200
    assert "$(" not in RuleText(0, "$(process_exec.process.arguments)").xml(1)
