"""Which Tetragon knows what: the releases, the optional features, and the first version of every field and kind.

The tables hold for 1.3.0 to 1.7.0 (docs/tetragon.md, "Versions"). A field or kind that a version does not know makes
its whole list a parse error there; the one silent exception is `cel_expression` on 1.3 (`CEL_WORKS_SINCE`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from tetratui.core.errors import UsageError
from tetratui.core.events.kinds import JSON_KEYS, Kind

_VERSION = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:[-+~].*)?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release of Tetragon; ordered."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.7.0`, `v1.7`, `1.7.0-rc.1`, `v1.3.0+dirty`; anything else is a UsageError."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise UsageError(f"no version of Tetragon: {text!r}", "write it as 1.7.0")
        return cls(int(match[1]), int(match[2]), int(match[3] or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST = Version(1, 3, 0)
LATEST = Version(1, 7, 0)
SUPPORTED = (OLDEST, Version(1, 4, 0), Version(1, 5, 0), Version(1, 6, 0), LATEST)
"""The first release of each minor version whose behaviour is known; patch releases changed nothing here."""
CEL_WORKS_SINCE = Version(1, 4, 0)
"""On 1.3 the field exists and is never looked at: a filter of nothing else matches every event."""
CEL_SKIPS_SINCE = Version(1, 5, 0)
"""Before, an expression is asked about every event, whatever kinds it mentions (cilium/tetragon#3875)."""

ANCESTOR_CHOICES = frozenset({"base", "kprobe", "tracepoint", "uprobe", "lsm", "usdt", "loader"})
"""The words of Tetragon's `enable-ancestors`; `base` is exec and exit, and without it the others do nothing."""


@dataclass(frozen=True, slots=True)
class EnabledFeatures:
    """The optional features of the agent that decide whether a filter is accepted."""

    process_cred: bool = False
    """`enable-process-cred`, without which `capabilities` is refused."""
    pid_set_filter: bool = False
    """`enable-pid-set-filter`, without which `pid_set` is refused."""
    ancestors: frozenset[str] = field(default_factory=frozenset)
    """The words of `enable-ancestors`, without which `ancestor_binary_regex` is refused."""

    @classmethod
    def parse(cls, text: str) -> EnabledFeatures:
        """Read `process-cred,pid-set-filter,ancestors`; `ancestors=base+kprobe` names kinds, bare it means all."""
        cred = pid_set = False
        ancestors: frozenset[str] = frozenset()
        for word in filter(None, (part.strip() for part in text.split(","))):
            name, _, choice = word.partition("=")
            chosen = frozenset(choice.split("+")) if choice else ANCESTOR_CHOICES
            if name == "process-cred" and not choice:
                cred = True
            elif name == "pid-set-filter" and not choice:
                pid_set = True
            elif name == "ancestors" and chosen <= ANCESTOR_CHOICES:
                ancestors = chosen
            else:
                remedy = "known are process-cred, pid-set-filter, ancestors and ancestors=base+kprobe+…"
                raise UsageError(f"no feature of Tetragon: {word!r}", remedy)
        return cls(cred, pid_set, ancestors)


EVERYTHING_ON = EnabledFeatures(True, True, ANCESTOR_CHOICES)
"""For reading what any agent may hold."""


class EventType(IntEnum):
    """What `event_set` may name, with the number that may stand for it."""

    UNDEF = 0
    PROCESS_EXEC = 1
    PROCESS_EXIT = 5
    PROCESS_KPROBE = 9
    PROCESS_TRACEPOINT = 10
    PROCESS_LOADER = 11
    PROCESS_UPROBE = 12
    PROCESS_THROTTLE = 27
    PROCESS_LSM = 28
    PROCESS_USDT = 29
    TEST = 40000
    RATE_LIMIT_INFO = 40001

    @property
    def kind(self) -> Kind:
        """The kind of event it selects; UNDEF selects events of no known kind."""
        return KIND_OF_TYPE[self]

    @property
    def since(self) -> Version:
        """The first supported version that knows it."""
        return TYPE_SINCE.get(self, OLDEST)


KIND_OF_TYPE: dict[EventType, Kind] = {
    EventType.UNDEF: Kind.UNKNOWN,
    EventType.PROCESS_EXEC: Kind.EXEC,
    EventType.PROCESS_EXIT: Kind.EXIT,
    EventType.PROCESS_KPROBE: Kind.KPROBE,
    EventType.PROCESS_TRACEPOINT: Kind.TRACEPOINT,
    EventType.PROCESS_LOADER: Kind.LOADER,
    EventType.PROCESS_UPROBE: Kind.UPROBE,
    EventType.PROCESS_THROTTLE: Kind.THROTTLE,
    EventType.PROCESS_LSM: Kind.LSM,
    EventType.PROCESS_USDT: Kind.USDT,
    EventType.TEST: Kind.TEST,
    EventType.RATE_LIMIT_INFO: Kind.RATE_LIMIT,
}
TYPE_OF_KIND: dict[Kind, EventType] = {kind: event_type for event_type, kind in KIND_OF_TYPE.items()}
TYPE_SINCE: dict[EventType, Version] = {EventType.PROCESS_USDT: Version(1, 6, 0)}
"""Kinds younger than the oldest supported version; all others are in every one."""

FIELD_SINCE: dict[str, Version] = {
    "ancestor_binary_regex": Version(1, 4, 0),
    "container_name_regex": Version(1, 6, 0),
    "namespace_regex": Version(1, 7, 0),
}
"""Fields of a filter younger than the oldest supported version; all others are in every one."""

PARENT_SINCE: dict[Kind, Version] = {Kind.LOADER: Version(1, 7, 0)}
"""Kinds that got their `parent` block later than the others."""

ANCESTORS_OF_TYPE: dict[EventType, tuple[str, Version]] = {
    EventType.PROCESS_EXEC: ("base", Version(1, 4, 0)),
    EventType.PROCESS_EXIT: ("base", Version(1, 4, 0)),
    EventType.PROCESS_KPROBE: ("kprobe", Version(1, 4, 0)),
    EventType.PROCESS_TRACEPOINT: ("tracepoint", Version(1, 4, 0)),
    EventType.PROCESS_UPROBE: ("uprobe", Version(1, 4, 0)),
    EventType.PROCESS_LSM: ("lsm", Version(1, 4, 0)),
    EventType.PROCESS_USDT: ("usdt", Version(1, 6, 0)),
    EventType.PROCESS_LOADER: ("loader", Version(1, 7, 0)),
}
"""The types that can carry ancestors: the word that enables them and the first version."""


@dataclass(frozen=True)
class Features:
    """What one version with its options knows: asked for every event, so worked out once."""

    version: Version
    options: EnabledFeatures = field(default_factory=EnabledFeatures)

    def has_field(self, name: str) -> bool:
        """Say whether this version parses that field of a filter."""
        return self.version >= FIELD_SINCE.get(name, OLDEST)

    @cached_property
    def kind_of_key(self) -> dict[str, Kind]:
        """The JSON keys of the kinds that this version knows; an event of any other has no kind there."""
        return {
            JSON_KEYS[event_type.kind]: event_type.kind
            for event_type in EventType
            if event_type is not EventType.UNDEF and event_type.since <= self.version
        }

    @cached_property
    def kinds_with_parent(self) -> frozenset[Kind]:
        """The kinds whose message has a `parent` in this version."""
        return frozenset(kind for kind in self.kind_of_key.values() if self.version >= PARENT_SINCE.get(kind, OLDEST))

    @cached_property
    def kinds_with_ancestors(self) -> frozenset[Kind]:
        """The kinds whose message has `ancestors` in this version that it fills in."""
        return frozenset(one.kind for one, (_, since) in ANCESTORS_OF_TYPE.items() if since <= self.version)

    def ancestors_missing(self, event_set: tuple[int, ...] | None) -> str | None:
        """Name the first type of `event_set` (none or empty = all) without ancestors, or None if all have them."""
        known = {event_type: word for event_type, (word, since) in ANCESTORS_OF_TYPE.items() if since <= self.version}
        # The agent looks at the other words only where `base` stands among them.
        enabled = self.options.ancestors if "base" in self.options.ancestors else frozenset()
        for number in event_set or tuple(known):
            word = known.get(EventType(number)) if number in EventType.__members__.values() else None
            if word is None or word not in enabled:
                return type_name(number)
        return None


def type_name(number: int) -> str:
    """Write an event type as Tetragon does: its name, or the number if it has none."""
    try:
        return EventType(number).name
    except ValueError:
        return str(number)
