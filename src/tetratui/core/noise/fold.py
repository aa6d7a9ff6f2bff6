"""Fold noise groups for people: exec and exit of a command are one row, under the root cause that starts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.groups import Group

_RUNS = (Kind.EXEC, Kind.EXIT)
_MOST = 0.5
"""The share of its events that must descend from a root for a row to stand under it."""

Counts = Mapping[tuple[str, ...], int]
"""Events by the key of their group."""


@dataclass(frozen=True, slots=True)
class NoiseRow:
    """The groups of one command under one parent: its starts and its exits, or the events of one hook."""

    groups: tuple[Group, ...]
    """At least one, the biggest first."""
    root: int = -1
    """The number of the root cause from which most of its events descend; -1 for none."""
    hidden: tuple[tuple[str, int], ...] = ()
    """The drafts that hide events of it, each with how many."""

    @property
    def key(self) -> tuple[str, ...]:
        """What its groups have in common, as texts."""
        group = self.groups[0]
        return group.key[1:] if group.kind in _RUNS else group.key

    @property
    def binary(self) -> str:
        """The binary of its processes."""
        return self.groups[0].binary

    @property
    def template(self) -> Pattern:
        """Their arguments."""
        return self.groups[0].template

    @property
    def parent(self) -> str:
        """The parent's binary, empty without one."""
        return self.groups[0].parent

    @property
    def parent_template(self) -> Pattern:
        """The parent's arguments."""
        return self.groups[0].parent_template

    @property
    def namespace(self) -> str:
        """The namespace of its pods, empty for what ran in none."""
        return self.groups[0].namespace

    @property
    def workload(self) -> str:
        """Kind and name of the workload of its pods."""
        return f"{self.groups[0].workload_kind} {self.groups[0].workload}".strip()

    @property
    def events(self) -> int:
        """Events of all its groups."""
        return sum(group.events for group in self.groups)

    @property
    def bytes(self) -> int:
        """Bytes of their lines."""
        return sum(group.bytes for group in self.groups)

    @property
    def commands(self) -> int:
        """Distinct argument texts, of the group that has most."""
        return max(group.commands for group in self.groups)

    @property
    def users(self) -> int:
        """Distinct user ids, of the group that has most."""
        return max(group.users for group in self.groups)

    @property
    def hosts(self) -> int:
        """Distinct hosts, of the group that has most."""
        return max(group.hosts for group in self.groups)

    @property
    def first(self) -> int:
        """Time of the first event in nanoseconds since the epoch, -1 unknown."""
        return min((group.first for group in self.groups if group.first >= 0), default=-1)

    @property
    def last(self) -> int:
        """Time of the last event, -1 unknown."""
        return max(group.last for group in self.groups)

    @property
    def kinds(self) -> str:
        """The kinds of its groups in words."""
        return "+".join(sorted((group.kind.word for group in self.groups), key=str))


def fold_groups(
    groups: Sequence[Group], below: Sequence[Counts] = (), hidden: Mapping[str, Counts] | None = None
) -> list[NoiseRow]:
    """Return the rows of groups, the most events first.

    `below` holds for each root cause the events that descend from it, and `hidden` those that each draft hides; both by
    the key of the group.
    """
    folded: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        folded.setdefault(NoiseRow((group,)).key, []).append(group)
    rows = [_make_row(tuple(together), below, hidden or {}) for together in folded.values()]
    return sorted(rows, key=lambda row: (-row.events, row.key))


def _make_row(groups: tuple[Group, ...], below: Sequence[Counts], hidden: Mapping[str, Counts]) -> NoiseRow:
    events = sum(group.events for group in groups)
    descending = [_count(groups, counts) for counts in below]
    most = max(range(len(below)), key=descending.__getitem__, default=-1)
    root = most if most >= 0 and descending[most] > _MOST * events else -1
    drafts = ((name, _count(groups, counts)) for name, counts in hidden.items())
    return NoiseRow(groups, root, tuple((name, count) for name, count in drafts if count))


def _count(groups: Sequence[Group], counts: Counts) -> int:
    return sum(counts.get(group.key, 0) for group in groups)
