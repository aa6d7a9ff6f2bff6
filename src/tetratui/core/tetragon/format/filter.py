"""The value of one filter of an export list: Tetragon's own field names, in the order of their protobuf numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

Texts = tuple[str, ...] | None
Numbers = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class CapabilitySet:
    """The comparisons with one capability set of a process; Tetragon accepts exactly one of the four."""

    any: tuple[int, ...] = ()
    all: tuple[int, ...] = ()
    exactly: tuple[int, ...] = ()
    none: tuple[int, ...] = ()

    def comparisons(self) -> list[str]:
        """Return the names of the comparisons that have values."""
        return [name for name in ("any", "all", "exactly", "none") if getattr(self, name)]

    def matches(self, process_set: frozenset[int]) -> bool:
        """Return whether the capability set of a process, by number, satisfies the comparison."""
        if self.any:
            return not process_set.isdisjoint(self.any)
        if self.all:
            return process_set.issuperset(self.all)
        if self.exactly:
            return process_set == frozenset(self.exactly)
        return bool(self.none) and process_set.isdisjoint(self.none)


@dataclass(frozen=True, slots=True)
class CapabilityFilter:
    """The comparisons with the three capability sets of a process; None is not compared, the others must all match."""

    permitted: CapabilitySet | None = None
    effective: CapabilitySet | None = None
    inheritable: CapabilitySet | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """The AND of its fields; the values of a list are alternatives.

    None and `()` both match everything (docs/tetragon.md). They differ in what was written: nothing, or an empty list.
    """

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

    def written_fields(self) -> Iterator[tuple[str, object]]:
        """Yield the fields that were written, empty lists included, with their values."""
        for name in FIELD_NAMES:
            value = getattr(self, name)
            if value is not None:
                yield name, value

    def conditions(self) -> Iterator[tuple[str, object]]:
        """Yield the fields that restrict what matches, with their values: those written but for empty lists."""
        return ((name, value) for name, value in self.written_fields() if value != ())


FIELD_NAMES = tuple(field.name for field in fields(Filter))
REGEX_FIELDS = tuple(name for name in FIELD_NAMES if name.endswith("_regex") or name == "container_id")
"""The fields whose values are regular expressions."""
