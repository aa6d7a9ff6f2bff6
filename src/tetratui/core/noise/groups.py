"""Find the noise groups: events with kind, binary, argument template, parent and workload in common (docs/noise.md).

A `Board` counts events by call as they arrive. A group is a set of calls, which are summed up when the groups are
listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.call_sums import Sums
from tetratui.core.noise.calls import Calls
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner, IntInterner
from tetratui.core.noise.nameless_programs import names_no_program
from tetratui.core.noise.period import Period, find_period
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector

_SLICE = 1 << 16
"""Events counted at a time, which bounds the memory that counting needs."""
_PIECES = 64
"""Pieces of the column of calls that are kept before they are joined, because each joining copies it."""
_GONE = 100_000
"""So many events that have left memory stay counted, or as many as are held if that is more."""
_FAMILY_BITS = 29
"""Bits of the number of a family (binary and template) in the key of a group."""
_FAMILY = (1 << _FAMILY_BITS) - 1


@dataclass(frozen=True, slots=True)
class Group:
    """Events that have kind, binary, argument template, parent and workload in common."""

    kind: Kind
    binary: str
    template: Pattern
    parent: str
    """Binary of the parent, empty without one."""
    parent_template: Pattern
    events: int
    bytes: int
    commands: int
    """Distinct argument texts."""
    users: int
    """Distinct user ids."""
    hosts: int
    first: int
    """Nanoseconds since the epoch, -1 unknown."""
    last: int
    scope: str
    """The narrowest scope that holds the whole group in one exclusion; empty if none may (docs/drafts.md)."""
    namespace: str = ""
    """The namespace of its pods, empty for what ran in none."""
    workload_kind: str = ""
    workload: str = ""
    """The workload of its pods, on whatever node they ran."""

    @property
    def key(self) -> tuple[str, ...]:
        """What its events have in common, as texts. It is the same in every listing."""
        words: tuple[str, ...] = (
            self.kind.word,
            self.binary,
            self.template.to_re2(),
            self.parent,
            self.parent_template.to_re2(),
        )
        words = words if self.parent or self.parent_template.parts else words[:3]
        return (*words, f"{self.namespace}/{self.workload_kind}/{self.workload}") if self.namespace else words

    @property
    def seconds(self) -> float:
        """Seconds from its first event to its last."""
        return (self.last - self.first) / 1e9 if self.first >= 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the groups listed last consist of. It does not change while the board counts on."""

    first: int
    """Row id of the first call."""
    calls: tuple[NDArray[np.int32], ...]
    """The call of each event, in pieces; -1 for events that were never counted."""
    group: NDArray[np.int32]
    """The group of each call."""
    codes: dict[tuple[str, ...], int]
    """The number of each listed group by its key."""


class Board:
    """Counts the events of a table as they arrive, and lists their groups.

    One thread may count and list. Any thread may call `rows`.
    """

    def __init__(self) -> None:
        self._begin()
        self._table: EventTable | None = None
        self._listing = _Listing(0, (), np.zeros(0, dtype=np.int32), {})

    def _begin(self) -> None:
        self._commands = Commands()
        self._calls = Calls(self._commands)
        self._families: Interner[tuple[str, Pattern]] = Interner()
        self._family = Vector(np.int32, fill=-1)
        """The family of each command."""
        self._placed = IntInterner()
        """Pairs of workload and family; a pair takes the bits of a family in the key of a group."""
        self._group_keys, self._group, self._grouped = IntInterner(), Vector(np.int32), 0
        self._pieces: list[NDArray[np.int32]] = []
        self._first = self._stop = 0

    @property
    def events(self) -> int:
        """Number of events counted."""
        return self._stop - self._first

    @property
    def count(self) -> int:
        """Number of all groups, as of the last listing."""
        return len(self._group_keys)

    @property
    def seconds(self) -> float:
        """Seconds from the first event counted to the last; 0 when no time is known."""
        first, last = self._calls.first, self._calls.last
        return max(0, int(last.max()) - int(first.min())) / 1e9 if len(self._calls) else 0.0

    def update(self, table: EventTable) -> bool:
        """Count what was added to the table at either end since the last call; return whether anything was.

        Events that have left memory stay counted. When they are more than the held ones, all are counted anew.
        """
        snapshot = table.part(table.first, table.stop)
        gone = min(snapshot.first, self._stop) - self._first
        if self._table is None or not self.events or gone > max(_GONE, len(snapshot)):
            self._begin()
            self._first = self._stop = snapshot.first
        self._table = table
        before = self._first, self._stop
        if snapshot.first < self._first:
            self._pieces[:0] = self._count(snapshot, snapshot.first, self._first)
            self._first = snapshot.first
        if snapshot.first > self._stop:
            # These events came and left memory before they could be counted.
            self._pieces.append(np.full(snapshot.first - self._stop, -1, dtype=np.int32))
        self._pieces += self._count(snapshot, max(self._stop, snapshot.first), snapshot.stop)
        self._stop = max(self._stop, snapshot.stop)
        if len(self._pieces) > _PIECES:
            self._pieces = [np.concatenate(self._pieces)]
        return before != (self._first, self._stop)

    def _count(self, snapshot: EventTable, start: int, stop: int) -> list[NDArray[np.int32]]:
        """Count the rows from `start` up to `stop`, slice by slice; return the call of each."""
        slices = range(start, stop, _SLICE)
        return [self._calls.count(snapshot.part(row, min(stop, row + _SLICE))) for row in slices]

    def settle(self) -> bool:
        """Learn templates anew wherever a text came after the last learning; return whether there was one.

        Then the groups no longer depend on how the events came in batches.
        """
        return self._learn(settle=True)

    def groups(self, top: int | None = None) -> list[Group]:
        """Return the groups, or the first `top` of them: biggest first, then by what their events have in common."""
        self._learn()
        group_of_call = self._group_calls()
        if not len(group_of_call):
            return []
        sums = Sums.of(self._calls, group_of_call, len(self._group_keys))
        least = np.sort(sums.events)[-min(top or len(sums.events), len(sums.events))]
        built = [(code, self._build_group(code, sums)) for code in np.flatnonzero(sums.events >= least).tolist()]
        ranked = sorted(((-group.events, group.key, code, group) for code, group in built), key=lambda item: item[:2])
        codes = {key: code for _, key, code, _ in ranked[:top]}
        self._listing = _Listing(self._first, tuple(self._pieces), group_of_call, codes)
        return [group for _, _, _, group in ranked[:top]]

    def _learn(self, settle: bool = False) -> bool:
        family = self._family.upto(len(self._commands))
        learned = self._commands.refresh(settle)
        for binary, numbers, anew in learned:
            known: dict[int, int] = {}
            for number in numbers:
                template = self._commands.template_of(number)
                # Texts of one template share the object. Hashing it once per text would cost more than all the rest.
                if id(template) not in known:
                    known[id(template)] = self._families.code((binary, template))
                family[number] = known[id(template)]
            if anew:
                # Calls that have a group may belong to another one now, so all are grouped again.
                self._group_keys, self._group, self._grouped = IntInterner(), Vector(np.int32), 0
        return bool(learned)

    def _group_calls(self) -> NDArray[np.int32]:
        """Return the group of each call; only calls that came since the last listing need to be grouped."""
        calls, known, length = self._calls, self._grouped, len(self._calls)
        family = self._family.upto(len(self._commands)).astype(np.int64)
        caller = calls.caller[known:]
        parents = np.where(caller > 0, family[np.maximum(caller - 1, 0)] + 1, 0) if length else caller
        placed = self._placed.codes((calls.workload[known:] << _FAMILY_BITS) | family[calls.command[known:]])
        keys = (calls.kind[known:] << 2 * _FAMILY_BITS) | (placed << _FAMILY_BITS) | parents
        group = self._group.upto(length)
        group[known:] = self._group_keys.codes(keys)
        self._grouped = length
        return group

    def _build_group(self, code: int, sums: Sums) -> Group:
        key = int(self._group_keys.keys[code])
        kind, parent_family = Kind(key >> 2 * _FAMILY_BITS), key & _FAMILY
        placed = int(self._placed.keys[(key >> _FAMILY_BITS) & _FAMILY])
        binary, template = self._families.keys[placed & _FAMILY]
        namespace, workload_kind, workload = self._calls.workloads[placed >> _FAMILY_BITS]
        parent, parent_template = self._families.keys[parent_family - 1] if parent_family else ("", Pattern(()))
        return Group(
            kind=kind,
            binary=binary,
            template=template,
            parent=parent,
            parent_template=parent_template,
            events=int(sums.events[code]),
            bytes=int(sums.bytes[code]),
            commands=int(sums.commands[code]),
            users=int(sums.users[code]),
            hosts=int(sums.hosts[code]),
            first=int(sums.first[code]),
            last=int(sums.last[code]),
            scope=_scope(
                kind, binary, bool(parent_family), int(sums.commands[code]), bool(sums.has_single_caller[code])
            ),
            namespace=namespace,
            workload_kind=workload_kind,
            workload=workload,
        )

    def rows(self, group: Group) -> NDArray[np.int64]:
        """Return the row ids of a group of the last listing; none if templates have changed since it was listed."""
        listing = self._listing
        code = listing.codes.get(group.key)
        if code is None or not listing.calls:
            return np.zeros(0, dtype=np.int64)
        calls = np.concatenate(listing.calls)
        return np.flatnonzero((listing.group[calls] == code) & (calls >= 0)) + listing.first

    def over_time(self, spans: int) -> dict[tuple[str, ...], NDArray[np.int64]]:
        """Return how many held events each group of the last listing has in each of `spans` equal spans of time."""
        listing, table = self._listing, self._table
        if table is None or not listing.calls:
            return {}
        calls = np.concatenate(listing.calls)
        first = max(table.first, listing.first)
        snapshot = table.part(first, min(table.stop, listing.first + len(calls)))
        calls, time = calls[snapshot.first - listing.first :][: len(snapshot)], snapshot.time
        known = (time >= 0) & (calls >= 0)
        group, time = listing.group[calls[known]].astype(np.int64), time[known]
        if not len(time):
            return {}
        begin = int(time.min())
        span = (time - begin) * spans // (int(time.max()) - begin + 1)
        count = int(group.max()) + 1
        counts = np.bincount(group * spans + span, minlength=count * spans).reshape(count, spans)
        return {key: counts[code] for key, code in listing.codes.items() if code < count}

    def count_masked(self, table: EventTable, mask: NDArray[np.bool_]) -> dict[tuple[str, ...], int]:
        """Return how many masked events of a table each group of the last listing has, by the key of the group."""
        listing = self._listing
        if not listing.calls or not len(mask):
            return {}
        calls = np.concatenate(listing.calls)
        rows = np.flatnonzero(mask) + table.first - listing.first
        of_rows = calls[rows[(rows >= 0) & (rows < len(calls))]]
        counts = np.bincount(listing.group[of_rows[of_rows >= 0]], minlength=1)
        return {key: int(counts[code]) for key, code in listing.codes.items() if code < len(counts) and counts[code]}

    def find_period(self, group: Group) -> Period | None:
        """Return how regularly the held events of a group return, None if they do not."""
        if self._table is None:
            return None
        snapshot = self._table.part(self._table.first, self._table.stop)
        rows = self.rows(group) - snapshot.first
        return find_period(snapshot.time[rows[(rows >= 0) & (rows < len(snapshot))]])


def _scope(kind: Kind, binary: str, has_parent: bool, commands: int, has_single_caller: bool) -> str:
    """Return the narrowest scope that holds a whole group, empty if none may."""
    if not binary:
        return ""
    if names_no_program(binary):
        # Any program may run under this path: only the scope exact is narrow enough. It holds one command line and
        # caller.
        exact = kind in {Kind.EXEC, Kind.EXIT} and commands == 1 and has_single_caller and has_parent
        return "exact" if exact else ""
    if kind not in {Kind.EXEC, Kind.EXIT}:
        return "policy" if kind is Kind.KPROBE else "template"
    if commands > 1:
        return "template"
    if not has_parent:
        return "command"
    return "exact" if has_single_caller else "caller"


def group_events(table: EventTable, top: int | None = None) -> list[Group]:
    """Return the groups of the events that a table holds, biggest first."""
    board = Board()
    board.update(table)
    return board.groups(top)
