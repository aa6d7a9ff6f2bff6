"""One filter of an export list, with Tetragon's own field names and in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

Texts = tuple[str, ...] | None
Numbers = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class CapabilitySet:
    """How one set of capabilities is compared; Tetragon takes exactly one of the four."""

    any: tuple[int, ...] = ()
    all: tuple[int, ...] = ()
    exactly: tuple[int, ...] = ()
    none: tuple[int, ...] = ()

    def given(self) -> list[str]:
        """Name the comparisons that hold something."""
        return [name for name in ("any", "all", "exactly", "none") if getattr(self, name)]

    def matches(self, held: frozenset[int]) -> bool:
        """Compare with the capabilities that a process holds."""
        if self.any:
            return not held.isdisjoint(self.any)
        if self.all:
            return held.issuperset(self.all)
        if self.exactly:
            return held == frozenset(self.exactly)
        return bool(self.none) and held.isdisjoint(self.none)


@dataclass(frozen=True, slots=True)
class CapabilityFilter:
    """The three sets of a process; those given must all match."""

    permitted: CapabilitySet | None = None
    effective: CapabilitySet | None = None
    inheritable: CapabilitySet | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """The AND of its fields; a list is the OR of its values. None and `()` both ask nothing (docs/tetragon.md)."""

    binary_regex: Texts = None
    namespace: Texts = None
    health_check: bool | None = None
    pid: Numbers = None
    pid_set: Numbers = None
    event_set: Numbers = None
    """Numbers of event types; `EventType` where the number has a name."""
    pod_regex: Texts = None
    arguments_regex: Texts = None
    labels: Texts = None
    policy_names: Texts = None
    capabilities: CapabilityFilter | None = None
    parent_binary_regex: Texts = None
    cel_expression: Texts = None
    parent_arguments_regex: Texts = None
    container_id: Texts = None
    in_init_tree: bool | None = None
    ancestor_binary_regex: Texts = None
    container_name_regex: Texts = None
    namespace_regex: Texts = None

    def given(self) -> Iterator[tuple[str, object]]:
        """Give the fields that were written, empty lists included."""
        for name in FIELD_NAMES:
            value = getattr(self, name)
            if value is not None:
                yield name, value

    def asked(self) -> Iterator[tuple[str, object]]:
        """Give the fields that ask something: an empty list asks nothing."""
        return ((name, value) for name, value in self.given() if value != ())


FIELD_NAMES = tuple(field.name for field in fields(Filter))
REGEX_FIELDS = tuple(name for name in FIELD_NAMES if name.endswith("_regex") or name == "container_id")
"""The fields whose values are regular expressions."""
