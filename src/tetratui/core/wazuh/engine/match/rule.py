"""One rule: its conditions, its place in the tree, what it does with an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.times import DayTime, is_on_day
from tetratui.core.wazuh.engine.patterns import WazuhPattern
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2

_GROUP_BYTES = 1023
"""Bytes of a rule's groups that an alert shows."""
_STANDARDS = ("pci_dss_", "cis_", "gdpr_", "gpg13_", "hipaa_", "nist_800_53_", "tsc_")
LEVEL_0 = 9900
"""What level 0 counts as while rules are sorted: it comes before every other level."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A pattern on one text of the event."""

    name: bytes
    """Field name in lower case; or an element's name for a static one."""
    expression: WazuhPattern
    negated: bool
    kind: str
    """`osregex`, `osmatch`, `pcre2` or `string`."""
    pattern: bytes

    def holds(self, text: bytes) -> bool:
        """Whether a present text satisfies it."""
        return self.expression.matches(text) is not self.negated


@dataclass(slots=True)
class Correlation:
    """What a rule asks of earlier events (`if_matched_*`, `same_*`, `different_*`)."""

    sid: int | None = None
    group: bytes | None = None
    members: Mapping[int, int] = field(default_factory=dict)
    """Ids of the rules whose group `group` matched when this rule was loaded, with the places each had in the tree.

    An event of such a rule is remembered once for each place."""
    regex: OsRegex | None = None
    frequency: int = 0
    """Matching events wanted before the current one, less one."""
    timeframe: int = 360
    """Seconds."""
    same_fields: tuple[bytes, ...] = ()
    different_fields: tuple[bytes, ...] = ()
    same_static: tuple[bytes, ...] = ()
    different_static: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Rule:
    """A rule as loaded. `overwrite="yes"` replaces its contents in place, so it is not frozen."""

    id: int
    sort_level: int
    """Level times 100, level 0 as LEVEL_0; with accuracy 0 not multiplied."""
    file: str = ""
    line: int = 0
    group: bytes = b""
    """Groups as one text: what stands in the attribute and in <group>, joined without anything between."""
    description: bytes = b""
    category: str = "syslog"
    no_alert: bool = False
    logs: bool = False
    """Whether an alert is written: level at or over log_alert_level, or by <options>."""
    no_full_log: bool = False
    ignore_seconds: int = 0
    max_size: int = 0
    """Despite its name the least size: shorter lines do not match."""
    decoded_as: str | None = None
    fields: tuple[Condition, ...] = ()
    raw: tuple[Condition, ...] = ()
    """`<match>` and `<regex>`, on the whole line."""
    static: tuple[Condition, ...] = ()
    """Conditions on static fields, and on the sender."""
    lookups: tuple[Lookup, ...] = ()
    day_time: DayTime | None = None
    """The time of day at which it matches (`<time>`)."""
    days: frozenset[int] | None = None
    """The days on which it matches (`<weekday>`), 0 for Sunday."""
    first_seen: bool = False
    """`if_fts`: no event of the decoder json is ever seen for the first time, for it lists no fields to compare."""
    looks_back: bool = False
    """Whether `correlation` is asked; an overwritten rule may have one that is not."""
    correlation: Correlation | None = None
    if_sid: bytes | None = None
    if_group: bytes | None = None
    if_level: bytes | None = None
    mitre: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Conditions that this engine does not know; a rule that has some is reported, never guessed."""
    never: bool = False
    """Whether it cannot match: its <if_matched_sid> names no rule."""

    @property
    def level(self) -> int:
        """The level that an alert shows."""
        if self.sort_level == LEVEL_0:
            return 0
        return self.sort_level // 100 if self.sort_level >= 100 else self.sort_level

    @property
    def asks_when(self) -> bool:
        """Whether it matches at some times only."""
        return self.day_time is not None or self.days is not None

    def holds_at(self, seconds: float) -> bool:
        """Whether it may match at a moment."""
        at_time = self.day_time is None or self.day_time.holds(seconds)
        return at_time and (self.days is None or is_on_day(self.days, seconds))

    @property
    def gave_up(self) -> bool:
        """Whether a pattern of it has met a text on which pcre2 stopped at its match limit: counted as no match."""
        conditions = (*self.fields, *self.raw, *self.static)
        return any(isinstance(one.expression, Pcre2) and one.expression.gave_up for one in conditions)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that an alert shows; those of a compliance standard stand in fields of their own there."""
        parts = self.group[:_GROUP_BYTES].decode("utf-8", "replace").split(",")
        return tuple(part for part in parts if part and not part.startswith(_STANDARDS))
