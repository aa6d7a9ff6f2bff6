"""The rule file `0011-tetratui.xml`: the base set (mode standalone), suppression rules of each exclusion, alerts of threat marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tetratui.core.exclusion import Exclusion
from tetratui.core.wazuh.engine.load.rule_ids import free_block
from tetratui.core.wazuh.write.base_rules import SIZE, base_set
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError, RuleText, comment, sentence
from tetratui.core.wazuh.write.suppression import Mode, RulePlace, conditions, suppression_rules, writable

THREAT_LEVEL = 12
"""The level of an alert rule when none is named: Wazuh's "high importance event"."""
THREAT_GROUPS = ("tetratui_threat",)
"""Its groups when none is named."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One exclusion to be suppressed, for which hosts, and in whose words."""

    exclusion: Exclusion
    hosts: tuple[str, ...] | None
    """`node_name`s; None means every host, which needs a reason in `words`."""
    words: str


@dataclass(frozen=True, slots=True)
class Threat:
    """Events that a threat mark describes: they alert."""

    exclusion: Exclusion
    words: str
    level: int = THREAT_LEVEL
    groups: tuple[str, ...] = THREAT_GROUPS
    techniques: tuple[str, ...] = ()
    """MITRE ATT&CK ids, `T1059.004`."""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What was written, and which rule silences for whom."""

    data: bytes
    mode: Mode
    first: int
    """The first id of the block."""
    suppression_rules: dict[int, int]
    """Rule id to the place of its exclusion in the list that was given."""
    refused: dict[int, str] = field(default_factory=dict)
    """Place of an exclusion to the reason why Wazuh cannot say it: its filter works, its events go on to the SIEM."""
    everywhere: frozenset[int] = frozenset()
    """Places of the exclusions whose rules name no host."""
    threats: dict[int, int] = field(default_factory=dict)
    """Rule id to the place of its threat."""
    threats_refused: dict[int, str] = field(default_factory=dict)
    too_long: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Place of an exclusion to the values that are too long for a rule: events with them go on to the SIEM."""
    threats_too_long: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The same by place of a threat: events with them do not alert."""


def rule_file(
    suppressed: Sequence[Suppressed],
    mode: Mode,
    taken: Collection[int] = (),
    threats: Sequence[Threat] = (),
    former: bytes = b"",
    left_out: Mapping[int, str] | None = None,
) -> RuleFile:
    """Write the whole file.

    Args:
        suppressed: the exclusions, each of which may be refused by itself.
        mode: with our base set, or beside other people's rules.
        taken: ids in use elsewhere.
        threats: what shall alert.
        former: our file as it stands there now; its block of ids is kept if it can be.
        left_out: places of exclusions that get no rule, with the reason.

    Raises:
        RefusedError: no free block of ids.
    """
    without = left_out or {}
    size = _Writer(mode, 0, without).written(suppressed, threats)[1]
    first = free_block(taken, size, former)
    return _Writer(mode, first, without).written(suppressed, threats)[0]


class _Writer:
    """Collects the rules in the order of the file and gives them their ids."""

    def __init__(self, mode: Mode, first: int, left_out: Mapping[int, str]) -> None:
        self._place = RulePlace(mode, first)
        self._left_out = left_out
        self._next = first + (SIZE if mode == "standalone" else 0)
        self._lines: list[str] = []
        self._too_long: dict[int, tuple[str, ...]] = {}
        self._threats_too_long: dict[int, tuple[str, ...]] = {}

    def written(self, suppressed: Sequence[Suppressed], threats: Sequence[Threat]) -> tuple[RuleFile, int]:
        """Write the file, and say how many ids from the first on it takes."""
        rules, refused = self._suppression_rules(suppressed)
        alerts, threats_refused = self._threats(threats)
        mode, first = self._place.mode, self._place.first
        everywhere = frozenset(place for place, one in enumerate(suppressed) if one.hosts is None)
        file = RuleFile(
            data=self._file(),
            mode=mode,
            first=first,
            suppression_rules=rules,
            refused=refused,
            everywhere=everywhere,
            threats=alerts,
            threats_refused=threats_refused,
            too_long=self._too_long,
            threats_too_long=self._threats_too_long,
        )
        return file, max(self._next - first, 1)

    def _suppression_rules(self, suppressed: Sequence[Suppressed]) -> tuple[dict[int, int], dict[int, str]]:
        rules: dict[int, int] = {}
        refused = dict(self._left_out)
        for place, one in enumerate(suppressed):
            if place in refused:
                continue
            exclusion, too_long = writable(one.exclusion)
            try:
                texts = suppression_rules(exclusion, self._place, _named(one.hosts), one.words)
            except NoSuppressionRuleError as error:
                refused[place] = str(error)
            else:
                self._too_long |= {place: too_long} if too_long else {}
                rules.update(dict.fromkeys(self._add(texts, one.words), place))
        return rules, refused

    def _threats(self, threats: Sequence[Threat]) -> tuple[dict[int, int], dict[int, str]]:
        rules: dict[int, int] = {}
        refused: dict[int, str] = {}
        for place, one in enumerate(threats):
            groups = "".join(f"{_group(group)}," for group in one.groups)
            form = RuleText(min(max(one.level, 1), 16), one.words, group=groups, mitre=_techniques(one.techniques))
            exclusion, too_long = writable(one.exclusion)
            try:
                texts = conditions(exclusion, self._place, one.hosts, form)
            except NoSuppressionRuleError as error:
                refused[place] = str(error)
            else:
                self._threats_too_long |= {place: too_long} if too_long else {}
                rules.update(dict.fromkeys(self._add(texts, f"threat: {one.words}"), place))
        return rules, refused

    def _add(self, texts: Sequence[RuleText], words: str) -> range:
        ids = range(self._next, self._next + len(texts))
        self._lines += ["", f"  {comment(words)}", *(text.xml(rule) for rule, text in zip(ids, texts, strict=True))]
        self._next = ids.stop
        return ids

    def _file(self) -> bytes:
        base = base_set(self._place.first) if self._place.mode == "standalone" else []
        head = [
            comment("Written by tetratui. Changes made here are lost when it writes again."),
            '<group name="tetragon,">',
            *(rule.text.xml(rule.rule) for rule in base),
        ]
        body = self._lines if base else self._lines[1:]
        # A group without a rule is an error that stops the manager; an empty file is fine.
        return "\n".join([*head, *body, "</group>", ""]).encode() if base or body else b""


def _named(hosts: tuple[str, ...] | None) -> tuple[str, ...]:
    if hosts is None:
        return ()
    if not hosts:
        raise NoSuppressionRuleError("no host is known that its events came from", "allow all hosts, with a reason")
    return hosts


def _group(name: str) -> str:
    return sentence(name).replace(" ", "_").replace(",", "_").lower()


def _techniques(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(technique for technique in ids if technique.replace(".", "").isalnum() and technique.isascii())
