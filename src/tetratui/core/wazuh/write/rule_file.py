"""Write the rule file `0011-tetratui.xml`.

It holds the base rules (mode standalone), the suppression rules of each exclusion, and the alerts of threat marks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tetratui.core.exclusion import Exclusion
from tetratui.core.wazuh.rule_ids import free_block
from tetratui.core.wazuh.write.base_rules import BASE_SIZE, write_base_rules
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError, RuleText, make_plain, write_comment
from tetratui.core.wazuh.write.suppression import (
    Mode,
    RuleBlock,
    leave_out_too_long,
    write_matching_rules,
    write_suppression_rules,
)

THREAT_LEVEL = 12
"""The level of an alert rule when none is named: Wazuh's "high importance event"."""
THREAT_GROUPS = ("tetratui_threat",)
"""The groups of an alert rule when none is named."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An exclusion to be written as suppression rules, and the hosts on which they silence."""

    exclusion: Exclusion
    hosts: tuple[str, ...] | None
    """`node_name`s; None means every host, which needs a reason in `description`."""
    description: str


@dataclass(frozen=True, slots=True)
class Threat:
    """Events like those that were marked as a threat: they alert."""

    exclusion: Exclusion
    description: str
    level: int = THREAT_LEVEL
    groups: tuple[str, ...] = THREAT_GROUPS
    techniques: tuple[str, ...] = ()
    """MITRE ATT&CK ids, `T1059.004`."""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The text of a rule file, and which of its rules belongs to which suppression or threat."""

    data: bytes
    mode: Mode
    first: int
    """The first id of the block."""
    suppression_rules: dict[int, int]
    """Rule id → index of its suppression."""
    refusals: dict[int, str] = field(default_factory=dict)
    """Index of a suppression → why no rule can express it: its filter works, its events still reach the SIEM."""
    everywhere: frozenset[int] = frozenset()
    """Indexes of the suppressions whose rules name no host."""
    threats: dict[int, int] = field(default_factory=dict)
    """Rule id → index of its threat."""
    threat_refusals: dict[int, str] = field(default_factory=dict)
    """Index of a threat → why no rule can express it."""
    too_long: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Index of a suppression → the values that are too long for a rule: events with them still reach the SIEM."""
    threats_too_long: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The same by index of a threat: events with them do not alert."""


def write_rule_file(
    suppressions: Sequence[Suppression],
    mode: Mode,
    taken: Collection[int] = (),
    threats: Sequence[Threat] = (),
    former: bytes = b"",
    left_out: Mapping[int, str] | None = None,
) -> RuleFile:
    """Write the whole file.

    Args:
        suppressions: the exclusions to silence; each may be refused by itself.
        mode: with our base rules, or over other people's rules.
        taken: rule ids in use elsewhere.
        threats: the events that alert.
        former: the text of our former file; its block of ids is kept if it can be.
        left_out: index of a suppression that gets no rule → the reason.

    Raises:
        RefusedError: no free block of ids.
    """
    without = left_out or {}
    # The block of ids can be chosen only once their number is known, and the rules hold their ids: write twice.
    size = _Writer(mode, 0, without).write(suppressions, threats)[1]
    first = free_block(taken, size, former)
    return _Writer(mode, first, without).write(suppressions, threats)[0]


class _Writer:
    """Collects the rules in the order of the file and numbers them."""

    def __init__(self, mode: Mode, first: int, left_out: Mapping[int, str]) -> None:
        self._block = RuleBlock(mode, first)
        self._left_out = left_out
        self._next = first + (BASE_SIZE if mode == "standalone" else 0)
        self._lines: list[str] = []
        self._too_long: dict[int, tuple[str, ...]] = {}
        self._threats_too_long: dict[int, tuple[str, ...]] = {}

    def write(self, suppressions: Sequence[Suppression], threats: Sequence[Threat]) -> tuple[RuleFile, int]:
        """Write the file; the second result is the number of ids that it takes."""
        rules, refusals = self._write_suppressions(suppressions)
        alerts, threat_refusals = self._write_threats(threats)
        file = RuleFile(
            data=self._compose(),
            mode=self._block.mode,
            first=self._block.first,
            suppression_rules=rules,
            refusals=refusals,
            everywhere=frozenset(index for index, suppression in enumerate(suppressions) if suppression.hosts is None),
            threats=alerts,
            threat_refusals=threat_refusals,
            too_long=self._too_long,
            threats_too_long=self._threats_too_long,
        )
        return file, max(self._next - self._block.first, 1)

    def _write_suppressions(self, suppressions: Sequence[Suppression]) -> tuple[dict[int, int], dict[int, str]]:
        rules: dict[int, int] = {}
        refusals = dict(self._left_out)
        for index, suppression in enumerate(suppressions):
            if index in refusals:
                continue
            description = suppression.description
            exclusion, too_long = leave_out_too_long(suppression.exclusion)
            try:
                hosts = _check_hosts(suppression.hosts)
                texts = write_suppression_rules(exclusion, self._block, hosts, description)
            except NoSuppressionRuleError as error:
                refusals[index] = str(error)
            else:
                self._too_long |= {index: too_long} if too_long else {}
                rules.update(dict.fromkeys(self._add(texts, description), index))
        return rules, refusals

    def _write_threats(self, threats: Sequence[Threat]) -> tuple[dict[int, int], dict[int, str]]:
        rules: dict[int, int] = {}
        refusals: dict[int, str] = {}
        for index, threat in enumerate(threats):
            groups = "".join(f"{_make_group(group)}," for group in threat.groups)
            level, techniques = min(max(threat.level, 1), 16), _keep_valid_techniques(threat.techniques)
            form = RuleText(level, threat.description, group=groups, mitre=techniques)
            exclusion, too_long = leave_out_too_long(threat.exclusion)
            try:
                texts = write_matching_rules(exclusion, self._block, threat.hosts, form)
            except NoSuppressionRuleError as error:
                refusals[index] = str(error)
            else:
                self._threats_too_long |= {index: too_long} if too_long else {}
                rules.update(dict.fromkeys(self._add(texts, f"threat: {threat.description}"), index))
        return rules, refusals

    def _add(self, texts: Sequence[RuleText], comment: str) -> range:
        ids = range(self._next, self._next + len(texts))
        rules = [text.xml(rule_id) for rule_id, text in zip(ids, texts, strict=True)]
        self._lines += ["", f"  {write_comment(comment)}", *rules]
        self._next = ids.stop
        return ids

    def _compose(self) -> bytes:
        base = write_base_rules(self._block.first) if self._block.mode == "standalone" else []
        head = [
            write_comment("Written by tetratui. Changes made here are lost when it writes again."),
            '<group name="tetragon,">',
            *(rule.text.xml(rule.id) for rule in base),
        ]
        body = self._lines if base else self._lines[1:]
        # A group without a rule is an error that stops the manager; an empty file is fine.
        return "\n".join([*head, *body, "</group>", ""]).encode() if base or body else b""


def _check_hosts(hosts: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the hosts that rules name, none for every host; raise where no host is known."""
    if hosts is None:
        return ()
    if not hosts:
        raise NoSuppressionRuleError("no host is known that its events came from", "allow all hosts, with a reason")
    return hosts


def _make_group(name: str) -> str:
    return make_plain(name).replace(" ", "_").replace(",", "_").lower()


def _keep_valid_techniques(ids: Sequence[str]) -> tuple[str, ...]:
    # The text comes from the operator and goes into XML: what is not an id is left out.
    return tuple(technique for technique in ids if technique.replace(".", "").isalnum() and technique.isascii())
