"""List what each version of Tetragon supports: the releases, the features, and since when fields and kinds exist.

The tables cover 1.3.0 to 1.7.0 (docs/tetragon.md, "Versions"). A version refuses a whole list that holds a field or
kind it does not know. The one silent exception is `cel_expression` on 1.3 (`CEL_WORKS_SINCE`).
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
    """A release of Tetragon. Releases are ordered."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that a text names: `1.7.0`, `v1.7`, `1.7.0-rc.1`, `v1.3.0+dirty`.

        Raises:
            UsageError: the text names no version.
        """
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise UsageError(f"not a version of Tetragon: {text!r}", "write it as 1.7.0")
        return cls(int(match[1]), int(match[2]), int(match[3] or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST = Version(1, 3, 0)
LATEST = Version(1, 7, 0)
SUPPORTED = (OLDEST, Version(1, 4, 0), Version(1, 5, 0), Version(1, 6, 0), LATEST)
"""The first release of each minor version whose behaviour is known; patch releases changed nothing here."""
CEL_WORKS_SINCE = Version(1, 4, 0)
"""On 1.3 the field exists and is ignored: a filter that holds nothing else matches every event."""
CEL_SKIPS_SINCE = Version(1, 5, 0)
"""Before this version an expression is evaluated for every event, whatever kinds it mentions (cilium/tetragon#3875)."""

ANCESTOR_CHOICES = frozenset({"base", "kprobe", "tracepoint", "uprobe", "lsm", "usdt", "loader"})
"""The values of the option `enable-ancestors`. `base` stands for exec and exit; without it the others do nothing."""


@dataclass(frozen=True, slots=True)
class EnabledFeatures:
    """The optional features of the agent that decide whether a filter is accepted."""

    process_cred: bool = False
    """Option `enable-process-cred`; without it `capabilities` is refused."""
    pid_set_filter: bool = False
    """Option `enable-pid-set-filter`; without it `pid_set` is refused."""
    ancestors: frozenset[str] = field(default_factory=frozenset)
    """Values of the option `enable-ancestors`; without them `ancestor_binary_regex` is refused."""
    kubernetes: bool | None = None
    """Option `enable-k8s-api`; without it no event has a pod. None: not known. No filter is refused for it."""

    @classmethod
    def parse(cls, text: str) -> EnabledFeatures:
        """Return the features that a text such as `process-cred,pid-set-filter,ancestors` names.

        `ancestors=base+kprobe` enables ancestors for these kinds, a bare `ancestors` for all. `k8s-api` says that the
        agent resolves pods, `no-k8s-api` that it does not.

        Raises:
            UsageError: a word names no feature.
        """
        cred = pid_set = False
        kubernetes: bool | None = None
        ancestors: frozenset[str] = frozenset()
        for word in filter(None, (part.strip() for part in text.split(","))):
            name, _, choice = word.partition("=")
            chosen = frozenset(choice.split("+")) if choice else ANCESTOR_CHOICES
            if name == "process-cred" and not choice:
                cred = True
            elif name == "pid-set-filter" and not choice:
                pid_set = True
            elif name in {"k8s-api", "no-k8s-api"} and not choice:
                kubernetes = name == "k8s-api"
            elif name == "ancestors" and chosen <= ANCESTOR_CHOICES:
                ancestors = chosen
            else:
                remedy = (
                    "known are process-cred, pid-set-filter, ancestors, ancestors=base+kprobe+…, k8s-api, no-k8s-api"
                )
                raise UsageError(f"not a feature of Tetragon: {word!r}", remedy)
        return cls(cred, pid_set, ancestors, kubernetes)


ALL_FEATURES = EnabledFeatures(True, True, ANCESTOR_CHOICES)
"""For reading a list without knowing the agent that will use it."""


class EventType(IntEnum):
    """The event types that `event_set` may name, with the number that may be written instead."""

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
        """The kind of event that it selects. UNDEF selects events of no known kind."""
        return KIND_OF_TYPE[self]

    @property
    def since(self) -> Version:
        """The first supported version that has it."""
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
"""Event types that came after the oldest supported version; the others are in every version."""

FIELD_SINCE: dict[str, Version] = {
    "ancestor_binary_regex": Version(1, 4, 0),
    "container_name_regex": Version(1, 6, 0),
    "namespace_regex": Version(1, 7, 0),
}
"""Fields of a filter that came after the oldest supported version; the others are in every version."""

PARENT_SINCE: dict[Kind, Version] = {Kind.LOADER: Version(1, 7, 0)}
"""Kinds that got their `parent` block after the oldest supported version."""

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
"""The types that can carry ancestors: the value of `enable-ancestors` that enables them, and the first version."""


@dataclass(frozen=True)
class Features:
    """What one version supports with its options; needed for every event, so each answer is computed once."""

    version: Version
    options: EnabledFeatures = field(default_factory=EnabledFeatures)

    def has_field(self, name: str) -> bool:
        """Return whether this version reads that field of a filter."""
        return self.version >= FIELD_SINCE.get(name, OLDEST)

    @cached_property
    def kind_of_key(self) -> dict[str, Kind]:
        """JSON key to kind, for the kinds that this version has. An event under any other key has no kind to it."""
        return {
            JSON_KEYS[event_type.kind]: event_type.kind
            for event_type in EventType
            if event_type is not EventType.UNDEF and event_type.since <= self.version
        }

    @cached_property
    def kinds_with_parent(self) -> frozenset[Kind]:
        """The kinds that have a `parent` block in this version."""
        return frozenset(kind for kind in self.kind_of_key.values() if self.version >= PARENT_SINCE.get(kind, OLDEST))

    @cached_property
    def kinds_with_ancestors(self) -> frozenset[Kind]:
        """The kinds for which this version can write `ancestors`."""
        return frozenset(
            event_type.kind for event_type, (_, since) in ANCESTORS_OF_TYPE.items() if since <= self.version
        )

    def type_without_ancestors(self, event_set: tuple[int, ...] | None) -> str | None:
        """Return the first type of `event_set` without ancestors, None if all have them.

        An unset or empty `event_set` stands for all types.
        """
        known = {event_type: word for event_type, (word, since) in ANCESTORS_OF_TYPE.items() if since <= self.version}
        # The agent reads the other values only where `base` is among them.
        enabled = self.options.ancestors if "base" in self.options.ancestors else frozenset()
        for number in event_set or tuple(known):
            word = known.get(EventType(number)) if number in EventType.__members__.values() else None
            if word is None or word not in enabled:
                return type_name(number)
        return None


def type_name(number: int) -> str:
    """Return an event type as Tetragon prints it: its name, or the number if it has none."""
    try:
        return EventType(number).name
    except ValueError:
        return str(number)
