"""The noise groups: events of one kind, one binary, one argument template and one parent (docs/noise.md).

A `Board` takes events batch by batch and keeps a count for each distinct call (kind, command, caller), never a row an
event but a number; the groups are summed up from the calls when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Codes, Columns, Mask
from tetratui.core.noise.commands import Commands, paired
from tetratui.core.noise.dense import Column, Dense, codes_of
from tetratui.core.noise.period import Period, period
from tetratui.core.table import EventTable

_BITS = 62
_SLICE = 1 << 18
"""Events counted at a time: it bounds the memory that counting needs."""
_NEVER = np.iinfo(np.int64).max


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
    """Distinct user ids; 62 stands for 62 or more."""
    hosts: int
    """Distinct hosts; 62 stands for 62 or more."""
    first: int
    """Nanoseconds since the epoch, -1 unknown."""
    last: int
    rung: str
    """The narrowest rung that holds the whole group in one exclusion; empty if none may (docs/drafts.md)."""
    calls: NDArray[np.int64]
    """The board's calls it is made of; `Board.rows` turns them into row ids."""
    period: Period | None = None

    @property
    def lifetime(self) -> float:
        """Seconds from its first event to its last."""
        return (self.last - self.first) / 1e9 if self.first >= 0 else 0.0


class Board:
    """Counts the events of a table by call, as they arrive."""

    def __init__(self) -> None:
        self._commands: Dense[tuple[str, str]] = Dense()
        self._calls: Dense[int] = Dense()
        self._users: Dense[int] = Dense()
        self._hosts: Dense[str] = Dense()
        starts = {"events": 0, "bytes": 0, "first": _NEVER, "last": -1, "users": 0, "hosts": 0}
        self._counts = {name: Column(start) for name, start in starts.items()}
        self._of_binary: dict[str, list[int]] = {}
        self._learned = 0
        self._keys = Column(0)
        self._known = 0
        self._templates = Commands()
        self._families: Dense[tuple[str, Pattern]] = Dense()
        self._family = Column(-1)
        self._of_event: list[NDArray[np.uint32]] = []
        self._first = 0
        self._next: int | None = None
        self._table: EventTable | None = None

    def update(self, table: EventTable) -> None:
        """Count what the table has taken in since the last call; history joined above makes it count anew."""
        if self._next is None or table is not self._table or table.first < self._first:
            self.__init__()  # type: ignore[misc]  # a board of another table, or of more history, begins again
            self._table, self._first, self._next = table, table.first, table.first
        if self._next is None or table.stop <= self._next:
            return
        stop = table.stop
        for start in range(max(self._next, table.first), stop, _SLICE):
            self._count(Columns.of(table, start, min(stop, start + _SLICE)))
        self._next = stop

    def _count(self, columns: Columns) -> None:
        command = self._command_codes(columns, "bin", "args")
        caller = self._command_codes(columns, "parent", "pargs")
        # No parent block is not the same as a parent without a name.
        caller = np.where(columns.has_parent, caller + 1, 0)
        calls = codes_of(self._calls, (columns.kind.astype(np.int64) << 58) | (command << 29) | caller)
        self._of_event.append(calls.astype(np.uint32))
        known, length = self._known, len(self._calls)
        self._keys.upto(length)[known:] = self._calls.keys[known:]
        self._known = length
        counts = {name: column.upto(length) for name, column in self._counts.items()}
        np.add.at(counts["events"], calls, 1)
        np.add.at(counts["bytes"], calls, columns.size)
        timed = columns.time >= 0
        np.minimum.at(counts["first"], calls[timed], columns.time[timed])
        np.maximum.at(counts["last"], calls[timed], columns.time[timed])
        np.bitwise_or.at(counts["users"], calls, _bits(codes_of(self._users, columns.uid)))
        host = columns.text["host"]
        names = np.array([self._hosts.code(name) for name in host.texts], dtype=np.int64)
        np.bitwise_or.at(counts["hosts"], calls, _bits(names[host.codes]))

    def _command_codes(self, columns: Columns, binary: str, arguments: str) -> Codes:
        names, texts = columns.text[binary], columns.text[arguments]
        pairs, places = paired(names.codes, texts.codes)
        known = len(self._commands)
        seen = [(names.texts[name], texts.texts[text]) for name, text in pairs]
        codes = np.fromiter((self._commands.code(pair) for pair in seen), dtype=np.int64, count=len(seen))
        self._templates.add(self._commands.keys[known:])
        for code in range(known, len(self._commands)):
            self._of_binary.setdefault(self._commands.keys[code][0], []).append(code)
        return np.asarray(codes[places], dtype=np.int64)

    def groups(self, top: int | None = None, mask: Mask | None = None) -> list[Group]:
        """List the groups, biggest first; only the first `top`, and only the events under `mask` (per counted event).

        Under a mask, first, last, bytes, users and hosts are those of the whole calls.
        """
        self._learn()
        length = len(self._calls)
        if not length:
            return []
        events = self._counts["events"].upto(length)
        if mask is not None:
            events = np.bincount(np.concatenate(self._of_event)[mask], minlength=length)
        keys = self._keys.upto(length)
        family = self._family.upto(len(self._commands))
        caller = keys & 0x1FFFFFFF
        parents = np.where(caller > 0, family[np.maximum(caller - 1, 0)] + 1, 0)
        group_keys = (keys >> 58 << 58) | (family[(keys >> 29) & 0x1FFFFFFF] << 29) | parents
        found, places = np.unique(group_keys, return_inverse=True)
        totals = np.bincount(places, weights=events, minlength=len(found)).astype(np.int64)
        order = sorted(np.flatnonzero(totals).tolist(), key=lambda place: (-int(totals[place]), int(found[place])))
        return self._summed(found, places.reshape(-1), totals, order[:top])

    def _learn(self) -> None:
        changed = self._templates.refresh()
        family = self._family.upto(len(self._commands))
        stale = set(range(self._learned, len(self._commands)))
        for binary in changed:
            stale.update(self._of_binary[binary])
        self._learned = len(self._commands)
        known: dict[int, int] = {}
        for code in sorted(stale):
            binary, arguments = self._commands.keys[code]
            template = self._templates.template(binary, arguments)
            # Texts of one template share the object: hashing a pattern for each of them would cost more than the rest.
            if id(template) not in known:
                known[id(template)] = self._families.code((binary, template))
            family[code] = known[id(template)]

    def _summed(
        self, keys: NDArray[np.int64], places: NDArray[np.int64], totals: NDArray[np.int64], order: list[int]
    ) -> list[Group]:
        by_place = np.argsort(places, kind="stable")
        begins = np.searchsorted(places[by_place], np.arange(len(keys) + 1))
        return [self._group(int(keys[at]), by_place[begins[at] : begins[at + 1]], int(totals[at])) for at in order]

    def _group(self, key: int, calls: NDArray[np.int64], events: int) -> Group:
        binary, template = self._families.keys[(key >> 29) & 0x1FFFFFFF]
        parent, parent_template = self._families.keys[(key & 0x1FFFFFFF) - 1] if key & 0x1FFFFFFF else ("", Pattern(()))
        counts = {name: column.upto(len(self._calls))[calls] for name, column in self._counts.items()}
        keys = self._keys.upto(len(self._calls))[calls]
        commands, callers = np.unique((keys >> 29) & 0x1FFFFFFF), np.unique(keys & 0x1FFFFFFF)
        first = int(counts["first"].min())
        kind = Kind(key >> 58)
        return Group(
            kind=kind,
            binary=binary,
            template=template,
            parent=parent,
            parent_template=parent_template,
            events=events,
            bytes=int(counts["bytes"].sum()),
            commands=len(commands),
            users=int(np.bitwise_or.reduce(counts["users"])).bit_count(),
            hosts=int(np.bitwise_or.reduce(counts["hosts"])).bit_count(),
            first=-1 if first == _NEVER else first,
            last=int(counts["last"].max()),
            rung=_rung(kind, binary, key & 0x1FFFFFFF, len(commands), len(callers)),
            calls=calls,
        )

    def rows(self, group: Group) -> NDArray[np.int64]:
        """List the row ids of a group's events."""
        wanted = np.zeros(len(self._calls), dtype=np.bool_)
        wanted[group.calls] = True
        return np.flatnonzero(wanted[np.concatenate(self._of_event)]) + self._first

    def period(self, group: Group) -> Period | None:
        """Find how regularly a group returns, over its events still held."""
        if self._table is None:
            return None
        rows = self.rows(group) - self._table.first
        return period(np.asarray(self._table.time)[rows[rows >= 0]])


def _bits(codes: Codes) -> Codes:
    """Give one bit a code, so that a call can hold the set of its users in one number; the last bit is shared."""
    return np.left_shift(np.int64(1), np.minimum(codes, _BITS - 1))


def _rung(kind: Kind, binary: str, parent: int, commands: int, callers: int) -> str:
    if not binary:
        return ""
    if kind not in {Kind.EXEC, Kind.EXIT}:
        return "n2" if kind is Kind.KPROBE else "2"
    if commands > 1:
        return "2"
    if not parent:
        return "1"
    return "0" if callers == 1 else "3"


def groups(table: EventTable, mask: Mask | None = None, top: int | None = None) -> list[Group]:
    """Group the events that a table holds, biggest group first; `mask` is per held event."""
    board = Board()
    board.update(table)
    return board.groups(top, mask)
