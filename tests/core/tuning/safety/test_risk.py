from __future__ import annotations

import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern
from tetratui.core.tuning.safety.risk import risk

BASE = (Kind.EXEC, Kind.EXIT)
BASH = (Pattern.exactly("/usr/bin/bash"),)
SCRIPT = (Pattern.exactly("/opt/x/audit.sh"),)


def passing(exclusion: Exclusion, scope: str = "") -> set[str]:
    return {evasion.name for evasion in risk([exclusion], scope, attack_samples=()).passing}


def test_an_exact_command_lets_only_other_callers_through() -> None:
    assert passing(Exclusion(BASE, binary=BASH, arguments=SCRIPT)) == {"another caller", "false parent"}


def test_a_command_under_its_caller_lets_nothing_through() -> None:
    parent = {"parent_binary": BASH, "parent_arguments": SCRIPT}
    assert passing(Exclusion(BASE, binary=BASH, arguments=SCRIPT, **parent)) == set()


def test_under_a_subtree_anything_passes_that_the_parent_starts() -> None:
    found = risk([Exclusion(BASE, parent_binary=BASH, parent_arguments=SCRIPT)], "subtree")
    assert {"same parent", "comment", "writable folder"} <= {evasion.name for evasion in found.passing}
    assert "a subtree" in str(found.needs_reason)
    assert "started by /usr/bin/bash /opt/x/audit.sh" in found.passing[0].command


def test_a_free_word_lets_an_attackers_word_in() -> None:
    template = (Pattern((Literal("-x "), Chars("^ "))),)
    found = risk([Exclusion(BASE, binary=BASH, arguments=template)], "template", attack_samples=())
    varied = next(evasion for evasion in found.evasions if evasion.name == "varying part")
    assert varied.passes
    assert "/tmp/x;id" in varied.command


@pytest.mark.parametrize("scope", ["exact", "caller", "binary"])
def test_at_least_five_evasions_are_tried(scope: str) -> None:
    found = risk([Exclusion(BASE, binary=BASH, parent_binary=SCRIPT)], scope)
    assert len(found.evasions) >= 5
    assert found.context.tried >= 60
    assert f"of {found.context.tried} test attacks" in found.sentence


def test_an_interpreter_under_a_caller_needs_a_reason_and_a_plain_tool_does_not() -> None:
    parent = {"parent_binary": SCRIPT, "parent_arguments": SCRIPT}
    shell = Exclusion(BASE, binary=BASH, **parent)
    tool = Exclusion(BASE, binary=(Pattern.exactly("/usr/bin/wc"),), **parent)
    assert risk([shell], "caller").needs_reason is not None
    assert risk([tool], "caller").needs_reason is None
