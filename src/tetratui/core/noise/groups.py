"""The noise groups: events of one kind, one binary, one argument template and one parent (docs/noise.md).

A `Board` takes events batch by batch and counts them by call; a group is a set of calls, summed up when asked for.
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
from tetratui.core.noise.period import Period, period
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector

_SLICE = 1 << 16
"""Events counted at a time: it bounds the memory that counting needs."""
_PIECES = 64
"""Pieces of the column of calls that are kept apart before they are joined."""
_GONE = 100_000
"""Events that have left memory and are counted all the same, at least; more only while as many are held."""
_FAMILY_BITS = 29
_FAMILY = (1 << _FAMILY_BITS) - 1


@dataclass(frozen=True, slots=True)
class Group:
    """Events that have kind, binary, argument template and parent in common."""

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

    @property
    def key(self) -> tuple[str, ...]:
        """What it has in common, as texts: the same whenever it is counted."""
        words = (self.kind.word, self.binary, self.template.to_re2(), self.parent, self.parent_template.to_re2())
        return words if self.parent or self.parent_template.parts else words[:3]

    @property
    def seconds(self) -> float:
        """Seconds from its first event to its last."""
        return (self.last - self.first) / 1e9 if self.first >= 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the groups listed last are made of; it stays as it is while the board counts on."""

    first: int
    calls: tuple[NDArray[np.int32], ...]
    group: NDArray[np.int32]
    """The group of each call."""
    codes: dict[tuple[str, ...], int]
    """The number of each group that was listed, by its key."""


class Board:
    """Counts the events of a table by call, as they arrive. One thread counts and lists, any may ask for rows."""

    def __init__(self) -> None:
        self._begin()
        self._table: EventTable | None = None
        self._listing = _Listing(0, (), np.zeros(0, dtype=np.int32), {})

    def _begin(self) -> None:
        self._commands = Commands()
        self._calls = Calls(self._commands)
        self._families: Interner[tuple[str, Pattern]] = Interner()
        self._family = Vector(np.int32, fill=-1)
        """Of each command."""
        self._group_keys, self._group, self._grouped = IntInterner(), Vector(np.int32), 0
        self._pieces: list[NDArray[np.int32]] = []
        self._first = self._stop = 0

    @property
    def events(self) -> int:
        """Events counted."""
        return self._stop - self._first

    @property
    def count(self) -> int:
        """Groups in all, as of the last listing."""
        return len(self._group_keys)

    @property
    def seconds(self) -> float:
        """Seconds from the first event counted to the last; 0 when no time is known."""
        first, last = self._calls.first, self._calls.last
        return max(0, int(last.max()) - int(first.min())) / 1e9 if len(self._calls) else 0.0

    def update(self, table: EventTable) -> bool:
        """Count what the table has taken in since the last call, at both ends; says whether there was anything.

        Events that have left memory stay counted, up to as many as are held; then all are counted anew.
        """
        still = table.part(table.first, table.stop)
        gone = min(still.first, self._stop) - self._first
        if self._table is None or not self.events or gone > max(_GONE, len(still)):
            self._begin()
            self._first = self._stop = still.first
        self._table = table
        before = self._first, self._stop
        if still.first < self._first:
            self._pieces[:0] = self._counted(still, still.first, self._first)
            self._first = still.first
        if still.first > self._stop:
            # Read and gone again before they could be counted.
            self._pieces.append(np.full(still.first - self._stop, -1, dtype=np.int32))
        self._pieces += self._counted(still, max(self._stop, still.first), still.stop)
        self._stop = max(self._stop, still.stop)
        if len(self._pieces) > _PIECES:
            self._pieces = [np.concatenate(self._pieces)]
        return before != (self._first, self._stop)

    def _counted(self, still: EventTable, start: int, stop: int) -> list[NDArray[np.int32]]:
        places = range(start, stop, _SLICE)
        return [self._calls.count(still.part(place, min(stop, place + _SLICE))) for place in places]

    def settle(self) -> bool:
        """Learn templates anew wherever a text came after the last learning; says whether there was one.

        Then the groups are those of all events counted at once, whatever the batches were.
        """
        return self._learn(settle=True)

    def groups(self, top: int | None = None) -> list[Group]:
        """List the groups, biggest first, equal ones by what they have in common; only the first `top`."""
        self._learn()
        group = self._group_of_calls()
        if not len(group):
            return []
        sums = Sums.of(self._calls, group, len(self._group_keys))
        least = np.sort(sums.events)[-min(top or len(sums.events), len(sums.events))]
        made = [(code, self._made(code, sums)) for code in np.flatnonzero(sums.events >= least).tolist()]
        ranked = sorted(((-one.events, one.key, code, one) for code, one in made), key=lambda item: item[:2])[:top]
        codes = {key: code for _, key, code, _ in ranked}
        self._listing = _Listing(self._first, tuple(self._pieces), group, codes)
        return [one for _, _, _, one in ranked]

    def _learn(self, settle: bool = False) -> bool:
        family = self._family.upto(len(self._commands))
        learned = self._commands.refresh(settle)
        for binary, numbers, anew in learned:
            known: dict[int, int] = {}
            for number in numbers:
                template = self._commands.template_of(number)
                # Texts of one template share the object: hashing it for each of them would cost more than the rest.
                if id(template) not in known:
                    known[id(template)] = self._families.code((binary, template))
                family[number] = known[id(template)]
            if anew:
                # Calls that were grouped may belong elsewhere now.
                self._group_keys, self._group, self._grouped = IntInterner(), Vector(np.int32), 0
        return bool(learned)

    def _group_of_calls(self) -> NDArray[np.int32]:
        calls, known, length = self._calls, self._grouped, len(self._calls)
        family = self._family.upto(len(self._commands)).astype(np.int64)
        caller = calls.caller[known:]
        parents = np.where(caller > 0, family[np.maximum(caller - 1, 0)] + 1, 0) if length else caller
        keys = (calls.kind[known:] << 2 * _FAMILY_BITS) | (family[calls.command[known:]] << _FAMILY_BITS) | parents
        group = self._group.upto(length)
        group[known:] = self._group_keys.codes(keys)
        self._grouped = length
        return group

    def _made(self, code: int, sums: Sums) -> Group:
        key = int(self._group_keys.keys[code])
        kind, parent_family = Kind(key >> 2 * _FAMILY_BITS), key & _FAMILY
        binary, template = self._families.keys[(key >> _FAMILY_BITS) & _FAMILY]
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
            scope=_scope(kind, binary, bool(parent_family), int(sums.commands[code]), bool(sums.one_caller[code])),
        )

    def rows(self, group: Group) -> NDArray[np.int64]:
        """List the row ids of a group that was listed last; none if the templates have changed since."""
        listing = self._listing
        code = listing.codes.get(group.key)
        if code is None or not listing.calls:
            return np.zeros(0, dtype=np.int64)
        calls = np.concatenate(listing.calls)
        return np.flatnonzero((listing.group[calls] == code) & (calls >= 0)) + listing.first

    def over_time(self, spans: int) -> dict[tuple[str, ...], NDArray[np.int64]]:
        """Count the held events of each group listed last in equal spans of the time held."""
        listing, table = self._listing, self._table
        if table is None or not listing.calls:
            return {}
        calls = np.concatenate(listing.calls)
        first = max(table.first, listing.first)
        still = table.part(first, min(table.stop, listing.first + len(calls)))
        calls, time = calls[still.first - listing.first :][: len(still)], still.time
        known = (time >= 0) & (calls >= 0)
        group, time = listing.group[calls[known]].astype(np.int64), time[known]
        if not len(time):
            return {}
        begin = int(time.min())
        span = (time - begin) * spans // (int(time.max()) - begin + 1)
        count = int(group.max()) + 1
        counts = np.bincount(group * spans + span, minlength=count * spans).reshape(count, spans)
        return {key: counts[code] for key, code in listing.codes.items() if code < count}

    def period(self, group: Group) -> Period | None:
        """Find how regularly a group returns, over its events still held."""
        if self._table is None:
            return None
        still = self._table.part(self._table.first, self._table.stop)
        rows = self.rows(group) - still.first
        return period(still.time[rows[(rows >= 0) & (rows < len(still))]])


def _scope(kind: Kind, binary: str, parent: bool, commands: int, one_caller: bool) -> str:
    if not binary:
        return ""
    if names_no_program(binary):
        # Only the scope exact says enough, and it takes one command line under one parent.
        return "exact" if kind in {Kind.EXEC, Kind.EXIT} and commands == 1 and one_caller and parent else ""
    if kind not in {Kind.EXEC, Kind.EXIT}:
        return "policy" if kind is Kind.KPROBE else "template"
    if commands > 1:
        return "template"
    if not parent:
        return "command"
    return "exact" if one_caller else "caller"


def groups(table: EventTable, top: int | None = None) -> list[Group]:
    """Group the events that a table holds, biggest group first."""
    board = Board()
    board.update(table)
    return board.groups(top)
