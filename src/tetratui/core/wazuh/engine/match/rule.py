"""A Wazuh rule: its conditions, its parents, and what it does with an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.times import DayTime, is_on_day
from tetratui.core.wazuh.engine.patterns import WazuhPattern
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2

_GROUP_BYTES = 1023
"""Bytes of a rule's group text that an alert shows."""
_STANDARDS = ("pci_dss_", "cis_", "gdpr_", "gpg13_", "hipaa_", "nist_800_53_", "tsc_")
LEVEL_0 = 9900
"""The sort level of level 0: such rules come before all others."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A pattern that one text of the event must match, or must not match."""

    name: bytes
    """The field's name in lower case, or a static field's element name."""
    expression: WazuhPattern
    negated: bool
    kind: str
    """`osregex`, `osmatch`, `pcre2` or `string`."""
    pattern: bytes

    def holds(self, text: bytes) -> bool:
        """Return whether the text satisfies the condition."""
        return self.expression.matches(text) is not self.negated


@dataclass(slots=True)
class Correlation:
    """What a rule requires of earlier events (`if_matched_*`, `same_*`, `different_*`)."""

    sid: int | None = None
    group: bytes | None = None
    members: Mapping[int, int] = field(default_factory=dict)
    """Rules whose group matched `group` when this rule was loaded, with the number of tree nodes each had then.

    An event of such a rule is remembered once for each node.
    """
    regex: OsRegex | None = None
    frequency: int = 0
    """Matching events required before the current one, less one."""
    timeframe: int = 360
    """Seconds."""
    same_fields: tuple[bytes, ...] = ()
    different_fields: tuple[bytes, ...] = ()
    same_static: tuple[bytes, ...] = ()
    different_static: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Rule:
    """A loaded rule. It is not frozen, because `overwrite="yes"` replaces its contents in place."""

    id: int
    sort_level: int
    """The level times 100, LEVEL_0 for level 0, or the bare level with accuracy 0."""
    file: str = ""
    line: int = 0
    group: bytes = b""
    """Groups as one text: the attribute and the <group> elements, joined without a separator."""
    description: bytes = b""
    category: str = "syslog"
    no_alert: bool = False
    logs: bool = False
    """Whether an alert is written, by the level (log_alert_level) or by <options>."""
    no_full_log: bool = False
    ignore_seconds: int = 0
    max_size: int = 0
    """`maxsize`, which despite its name is the least size: shorter lines do not match."""
    decoded_as: str | None = None
    fields: tuple[Condition, ...] = ()
    raw: tuple[Condition, ...] = ()
    """Conditions on the whole line (`<match>`, `<regex>`)."""
    static: tuple[Condition, ...] = ()
    """Conditions on static fields and on the sender."""
    lookups: tuple[Lookup, ...] = ()
    day_time: DayTime | None = None
    """The time of day at which it matches (`<time>`)."""
    days: frozenset[int] | None = None
    """The days on which it matches (`<weekday>`), 0 for Sunday."""
    first_seen: bool = False
    """`if_fts`: it never holds for JSON events, because the decoder json lists no fields to compare."""
    looks_back: bool = False
    """Whether `correlation` is evaluated; the correlation of an overwritten rule may not be."""
    correlation: Correlation | None = None
    if_sid: bytes | None = None
    if_group: bytes | None = None
    if_level: bytes | None = None
    mitre: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Conditions that are not emulated; a rule with any is reported, never guessed."""
    never_matches: bool = False
    """Whether its <if_matched_sid> names no rule."""

    @property
    def level(self) -> int:
        """The level that an alert shows."""
        if self.sort_level == LEVEL_0:
            return 0
        return self.sort_level // 100 if self.sort_level >= 100 else self.sort_level

    @property
    def has_schedule(self) -> bool:
        """Whether it matches only at some times."""
        return self.day_time is not None or self.days is not None

    def holds_at(self, seconds: float) -> bool:
        """Return whether it may match at a time, in seconds since the epoch."""
        at_time = self.day_time is None or self.day_time.holds(seconds)
        return at_time and (self.days is None or is_on_day(self.days, seconds))

    @property
    def gave_up(self) -> bool:
        """Whether pcre2 stopped at its match limit in one of its patterns, which counts as no match."""
        conditions = (*self.fields, *self.raw, *self.static)
        return any(isinstance(each.expression, Pcre2) and each.expression.gave_up for each in conditions)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that an alert shows, without those of compliance standards, which alerts show in other fields."""
        parts = self.group[:_GROUP_BYTES].decode("utf-8", "replace").split(",")
        return tuple(part for part in parts if part and not part.startswith(_STANDARDS))
