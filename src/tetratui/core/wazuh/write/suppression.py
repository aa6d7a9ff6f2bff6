"""Exclusions as Wazuh rules: what a filter drops on a host, these silence for the same host, and never more.

An exclusion over several kinds needs a rule for each, because field names differ. Where an empty text is meant too ("no
arguments"), it needs one more: a missing field matches nothing, so the raw line is asked (raw_line.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal as Word

from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Chars, Exclusion, Pattern
from tetratui.core.wazuh.write.alternatives import Alternative, exactly, one_of, too_long
from tetratui.core.wazuh.write.base_rules import KINDS, presence, root_of
from tetratui.core.wazuh.write.hook_conditions import hook_conditions
from tetratui.core.wazuh.write.raw_line import absent_keys
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError, RuleText

Mode = Word["standalone", "overlay"]
"""`standalone`: our base set is the tree; `overlay`: level-0 roots of ours silence whatever other files define."""

_ANY_TEXT = "."
_BLOCKS = ("process", "parent")
_TEXTS = {
    "binary": "the binary",
    "arguments": "the arguments",
    "parent_binary": "the parent's binary",
    "parent_arguments": "the parent's arguments",
}
"""The fields of an exclusion that hold texts, as an operator reads them."""
_NAMED_BY = 60
"""Characters of a value left out that are enough to find it."""


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a rule goes: a mode, and the first id of the block in which the base set stands (mode standalone)."""

    mode: Mode
    first: int

    def parent(self, kind: Kind) -> int | None:
        """Name the rule that a rule of this kind hangs from."""
        return root_of(self.first, kind) if self.mode == "standalone" else None


@dataclass(frozen=True, slots=True)
class _Conditions:
    """One text of a process or parent block that an exclusion asks for."""

    block: str
    key: str
    patterns: tuple[Pattern, ...]

    @property
    def with_text(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if pattern.parts)

    @property
    def empty_too(self) -> bool:
        return any(_takes_nothing(pattern) for pattern in self.patterns)


def _takes_nothing(pattern: Pattern) -> bool:
    return all(part.low == 0 if isinstance(part, Chars) else not part.text for part in pattern.parts)


def writable(exclusion: Exclusion) -> tuple[Exclusion, tuple[str, ...]]:
    """Leave out the values that are longer than Wazuh takes, and name them; the rest still gets its rules.

    A field of which every value is too long is left as it is: without it the rules would match more than is meant.
    """
    left_out: list[str] = []
    for field, words in _TEXTS.items():
        patterns: tuple[Pattern, ...] = getattr(exclusion, field)
        short = tuple(pattern for pattern in patterns if not too_long(pattern))
        if short and len(short) < len(patterns):
            left_out += [f"{words} {_brief(pattern)}" for pattern in patterns if pattern not in short]
            exclusion = replace(exclusion, **{field: short})  # type: ignore[arg-type]  # only fields of patterns
    return exclusion, tuple(left_out)


def _brief(pattern: Pattern) -> str:
    words = pattern.words
    return f"{visible(words[:_NAMED_BY])}... ({len(words):,} characters)"


def suppression_rules(exclusion: Exclusion, place: RulePlace, hosts: tuple[str, ...], words: str) -> list[RuleText]:
    """Write the level-0 rules that silence what this exclusion's filter drops; empty hosts mean every host.

    Raises:
        NoTwinError: Wazuh cannot say it exactly, or not within its limits.
    """
    return conditions(exclusion, place, hosts, RuleText(0, f"suppressed by tetratui: {words}"))


def conditions(exclusion: Exclusion, place: RulePlace, hosts: tuple[str, ...], form: RuleText) -> list[RuleText]:
    """Write copies of `form` that together match what the exclusion means, for each kind in turn."""
    rules = [
        RuleText(
            form.level, form.description, place.parent(kind), fields, regex, form.group, form.mitre, form.no_full_log
        )
        for kind in KINDS
        if kind in exclusion.kinds
        for fields, regex in _of_kind(exclusion, kind, place, hosts)
    ]
    if not rules:
        raise NoSuppressionRuleError(
            "no event can match it", "a policy or function name is asked of a kind that carries none"
        )
    for rule in rules:
        rule.xml(0)
    return rules


Condition = tuple[Alternative, str]
"""Patterns on fields, and one on the raw line or empty."""


def _of_kind(exclusion: Exclusion, kind: Kind, place: RulePlace, hosts: tuple[str, ...]) -> Iterator[Condition]:
    fixed = _fixed_fields(exclusion, kind, place, hosts)
    if fixed is None:
        return
    asked = _asked(exclusion)
    for absent in product(*([False, True] if one.empty_too else [False] for one in asked)):
        present = [one for one, is_absent in zip(asked, absent, strict=True) if not is_absent]
        if all(one.with_text for one in present):
            missing = [one for one, is_absent in zip(asked, absent, strict=True) if is_absent]
            regex = _regex(kind, missing, any(one.block == "parent" for one in present)) if missing else ""
            yield from ((fields, regex) for fields in _with_texts(kind, fixed, present))


def _fixed_fields(
    exclusion: Exclusion, kind: Kind, place: RulePlace, hosts: tuple[str, ...]
) -> list[list[Alternative]] | None:
    """The conditions that are not on a process, each as its alternatives; None if no event of this kind can match."""
    hook = hook_conditions(exclusion, kind)
    if hook is None:
        return None
    tetragons: list[list[Alternative]] = [[(presence(kind),)]] if place.mode == "overlay" else []
    inside: list[list[Alternative]] = []
    if exclusion.in_container:
        inside.append([((f"{kind.json_key}.process.docker", _ANY_TEXT),)])
    return [*tetragons, *hook, *inside, *([one_of("node_name", exactly(hosts))] if hosts else [])]


def _asked(exclusion: Exclusion) -> list[_Conditions]:
    every = (
        _Conditions("process", "binary", exclusion.binary),
        _Conditions("process", "arguments", exclusion.arguments),
        # Outside containers the id is empty, which only the raw line can be asked.
        _Conditions("process", "docker", (Pattern(()),) if exclusion.in_container is False else ()),
        _Conditions("parent", "binary", exclusion.parent_binary),
        _Conditions("parent", "arguments", exclusion.parent_arguments),
    )
    return [one for one in every if one.patterns]


def _regex(kind: Kind, missing: list[_Conditions], parent_named: bool) -> str:
    process, parent = (tuple(one.key for one in missing if one.block == block) for block in _BLOCKS)
    return absent_keys(kind.json_key, process, parent, parent_block=bool(parent) and not parent_named)


def _with_texts(kind: Kind, fixed: list[list[Alternative]], present: list[_Conditions]) -> Iterator[Alternative]:
    texts = [one_of(f"{kind.json_key}.{one.block}.{one.key}", one.with_text) for one in present]
    for chosen in product(*texts, *fixed):
        yield tuple(field for alternative in chosen for field in alternative)
