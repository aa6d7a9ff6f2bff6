"""Write exclusions as Wazuh rules: on the same host they silence what the filter drops, and never more.

Field names differ by kind, so an exclusion over several kinds needs a rule for each. Where an exclusion includes an
empty text ("no arguments"), it needs one rule more: a missing field matches nothing, so that rule looks at the raw line
(raw_line.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal as Word

from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.wazuh.write.alternatives import (
    Alternative,
    is_too_long,
    make_exact_patterns,
    matches_empty,
    write_alternatives,
)
from tetratui.core.wazuh.write.base_rules import KINDS, get_root_id, write_presence_condition
from tetratui.core.wazuh.write.hook_conditions import write_hook_conditions
from tetratui.core.wazuh.write.place_conditions import write_place_conditions
from tetratui.core.wazuh.write.raw_line import write_absent_keys_pattern
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError, RuleText

Mode = Word["standalone", "overlay"]
"""`standalone`: our base rules are the tree; `overlay`: level-0 roots of ours silence what other files define."""

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
class RuleBlock:
    """The mode of a rule file and the first id of its rules; in mode standalone the base rules stand there."""

    mode: Mode
    first: int

    def get_parent_id(self, kind: Kind) -> int | None:
        """Return the id of the rule under which rules of this kind go; None where they are roots."""
        return get_root_id(self.first, kind) if self.mode == "standalone" else None


@dataclass(frozen=True, slots=True)
class _TextCondition:
    """A key of a process or parent block, and the patterns of which its text must match one."""

    block: str
    key: str
    patterns: tuple[Pattern, ...]

    @property
    def nonempty_patterns(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if pattern.parts)

    @property
    def allows_empty(self) -> bool:
        return any(matches_empty(pattern) for pattern in self.patterns)


def leave_out_too_long(exclusion: Exclusion) -> tuple[Exclusion, tuple[str, ...]]:
    """Leave out the values that are longer than Wazuh takes, and name them: the rest still gets its rules.

    A field of which every value is too long is left as it is: without it the rules would match more than is meant.
    """
    left_out: list[str] = []
    for field, words in _TEXTS.items():
        patterns: tuple[Pattern, ...] = getattr(exclusion, field)
        short = tuple(pattern for pattern in patterns if not is_too_long(pattern))
        if short and len(short) < len(patterns):
            left_out += [f"{words} {_brief(pattern)}" for pattern in patterns if pattern not in short]
            exclusion = replace(exclusion, **{field: short})  # type: ignore[arg-type]  # only fields of patterns
    return exclusion, tuple(left_out)


def _brief(pattern: Pattern) -> str:
    words = pattern.display_text
    return f"{visible(words[:_NAMED_BY])}... ({len(words):,} characters)"


def write_suppression_rules(
    exclusion: Exclusion, block: RuleBlock, hosts: tuple[str, ...], description: str
) -> list[RuleText]:
    """Write the level-0 rules that silence what this exclusion's filter drops; empty `hosts` mean every host.

    Raises:
        NoSuppressionRuleError: Wazuh rules cannot express it exactly, or not within Wazuh's limits.
    """
    return write_matching_rules(exclusion, block, hosts, RuleText(0, f"suppressed by tetratui: {description}"))


def write_matching_rules(
    exclusion: Exclusion, block: RuleBlock, hosts: tuple[str, ...], form: RuleText
) -> list[RuleText]:
    """Write copies of `form` that together match the events of an exclusion, kind by kind.

    Raises:
        NoSuppressionRuleError: Wazuh rules cannot express it exactly, or not within Wazuh's limits.
    """
    rules = [
        replace(form, parent=block.get_parent_id(kind), fields=fields, regex=regex)
        for kind in KINDS
        if kind in exclusion.kinds
        for fields, regex in _list_conditions(exclusion, kind, block, hosts)
    ]
    if not rules:
        raise NoSuppressionRuleError(
            "no event can match it", "it names a policy or function, which none of its kinds has"
        )
    for rule in rules:
        # Raises for a text beyond the limits before any rule is taken into the file.
        rule.xml(0)
    return rules


_Conditions = tuple[Alternative, str]
"""Patterns on fields, and one on the raw line or empty."""


def _list_conditions(
    exclusion: Exclusion, kind: Kind, block: RuleBlock, hosts: tuple[str, ...]
) -> Iterator[_Conditions]:
    fixed = _list_fixed_conditions(exclusion, kind, block, hosts)
    if fixed is None:
        return
    texts = _list_text_conditions(exclusion)
    # A text that may be empty needs two rules: one with its field, one with a raw-line pattern that it is missing.
    for absent in product(*([False, True] if text.allows_empty else [False] for text in texts)):
        present = [text for text, is_absent in zip(texts, absent, strict=True) if not is_absent]
        if all(text.nonempty_patterns for text in present):
            missing = [text for text, is_absent in zip(texts, absent, strict=True) if is_absent]
            names_parent = any(text.block == "parent" for text in present)
            regex = _write_regex(kind, missing, names_parent) if missing else ""
            yield from ((fields, regex) for fields in _combine_fields(kind, fixed, present))


def _list_fixed_conditions(
    exclusion: Exclusion, kind: Kind, block: RuleBlock, hosts: tuple[str, ...]
) -> list[list[Alternative]] | None:
    """Return the conditions that are not on texts, each as alternatives; None if no event of this kind can match."""
    hook = write_hook_conditions(exclusion, kind)
    if hook is None:
        return None
    presence: list[list[Alternative]] = [[(write_presence_condition(kind),)]] if block.mode == "overlay" else []
    inside: list[list[Alternative]] = []
    if exclusion.in_container:
        inside.append([((f"{kind.json_key}.process.docker", _ANY_TEXT),)])
    return [
        *presence,
        *hook,
        *inside,
        *write_place_conditions(exclusion, kind),
        *([write_alternatives("node_name", make_exact_patterns(hosts))] if hosts else []),
    ]


def _list_text_conditions(exclusion: Exclusion) -> list[_TextCondition]:
    conditions = (
        _TextCondition("process", "binary", exclusion.binary),
        _TextCondition("process", "arguments", exclusion.arguments),
        # A pod is missing where the namespace is empty, which only a raw-line pattern can match.
        _TextCondition("process", "pod", (Pattern(()),) if exclusion.place.namespaces == ("",) else ()),
        # Outside containers the id is missing, which only a raw-line pattern can match.
        _TextCondition("process", "docker", (Pattern(()),) if exclusion.in_container is False else ()),
        _TextCondition("parent", "binary", exclusion.parent_binary),
        _TextCondition("parent", "arguments", exclusion.parent_arguments),
    )
    return [condition for condition in conditions if condition.patterns]


def _write_regex(kind: Kind, missing: list[_TextCondition], names_parent: bool) -> str:
    process, parent = (tuple(text.key for text in missing if text.block == block) for block in _BLOCKS)
    # A field condition on the parent already requires its block.
    return write_absent_keys_pattern(kind.json_key, process, parent, parent_block=bool(parent) and not names_parent)


def _combine_fields(kind: Kind, fixed: list[list[Alternative]], present: list[_TextCondition]) -> Iterator[Alternative]:
    texts = [write_alternatives(f"{kind.json_key}.{text.block}.{text.key}", text.nonempty_patterns) for text in present]
    for chosen in product(*texts, *fixed):
        yield tuple(field for alternative in chosen for field in alternative)
