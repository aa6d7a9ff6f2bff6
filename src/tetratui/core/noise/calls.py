"""Count events by call: the distinct combinations of kind, command, workload, caller, user and host.

Hosts repeat themselves, so there are far fewer calls than events. A call takes about 45 bytes, however often it occurs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import Codes
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner, IntInterner, distinct, number_combinations
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector

COMMAND_BITS, ACTOR_BITS = 24, 11
ACTORS = 1 << ACTOR_BITS
"""The most pairs of user and host that are distinguished; those beyond it count as the last one."""
_COMMAND = (1 << COMMAND_BITS) - 1
_NEVER = np.iinfo(np.int64).max

Workload = tuple[str, str, str]
"""Namespace, kind and name."""
NO_WORKLOAD: Workload = ("", "", "")


class Calls:
    """Counts events by call. The columns have one value for each call, by the number of the call.

    The parts of a call are packed into one 64-bit key: kind, actor, command, caller.
    """

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._numbers = IntInterner()
        self._events, self._bytes = Vector(np.uint32), Vector(np.int64)
        self._first, self._last = Vector(np.int64, fill=_NEVER), Vector(np.int64, fill=-1)
        self._ran = IntInterner()
        """Pairs of workload and command; a pair takes the bits of a command in the key of a call."""
        self._workloads: Interner[Workload] = Interner()
        self._workloads.code(NO_WORKLOAD)
        self._actors: Interner[tuple[int, str]] = Interner()
        """Pairs of user id (-1 unknown) and host."""

    def __len__(self) -> int:
        return len(self._numbers)

    def count(self, part: EventTable) -> NDArray[np.int32]:
        """Count the events of a part of a table; return the number of the call of each."""
        command = self._command(part, "bin", "args")
        # 0 stands for no parent block, which differs from a parent whose binary and arguments are empty.
        caller = np.where(part.parent > 0, self._command(part, "parent", "pargs") + 1, 0)
        kind = part.kind.astype(np.int64) << (2 * COMMAND_BITS + ACTOR_BITS)
        ran = self._ran.codes((self._workload(part) << COMMAND_BITS) | command)
        keys = kind | (self._actor(part) << (2 * COMMAND_BITS)) | (ran << COMMAND_BITS) | caller
        calls, length = self._numbers.codes(keys), len(self._numbers)
        np.add.at(self._events.upto(length), calls, np.uint32(1))
        np.add.at(self._bytes.upto(length), calls, part.size.astype(np.int64))
        timed = part.time >= 0
        np.minimum.at(self._first.upto(length), calls[timed], part.time[timed])
        np.maximum.at(self._last.upto(length), calls[timed], part.time[timed])
        return calls.astype(np.int32)

    def _command(self, part: EventTable, binary: str, arguments: str) -> Codes:
        (names, name_texts), (words, word_texts) = part.text_codes(binary), part.text_codes(arguments)
        keys = (names.astype(np.int64) << 32) | words
        # Only distinct pairs are looked up, then mapped back to the events.
        pairs, number = distinct(keys), self._commands.number
        codes = [number(name_texts[pair >> 32], word_texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]
        return np.array(codes, dtype=np.int64)[np.searchsorted(pairs, keys)]

    def _workload(self, part: EventTable) -> Codes:
        columns = [part.text_codes(name) for name in ("ns", "workload_kind", "workload")]
        if len(columns[0][1]) == 1:
            # No pod was seen so far.
            return np.zeros(len(part), dtype=np.int64)
        number, first = number_combinations([codes.astype(np.int64) for codes, _ in columns])
        texts = [values for _, values in columns]
        keys = (tuple(int(codes[row]) for codes, _ in columns) for row in first.tolist())
        codes = [
            self._workloads.code((texts[0][namespace], texts[1][kind], texts[2][name]) if namespace else NO_WORKLOAD)
            for namespace, kind, name in keys
        ]
        return np.array(codes, dtype=np.int64)[number]

    def _actor(self, part: EventTable) -> Codes:
        hosts, names = part.text_codes("host")
        keys = ((part.numbers("uid").astype(np.int64) + 1) << 24) | hosts
        pairs = distinct(keys)
        codes = [self._actors.code(((pair >> 24) - 1, names[pair & 0xFFFFFF])) for pair in pairs.tolist()]
        return np.minimum(np.array(codes, dtype=np.int64), ACTORS - 1)[np.searchsorted(pairs, keys)]

    @property
    def kind(self) -> Codes:
        """Kind of the events, as the number of `Kind`."""
        return self._numbers.keys >> (2 * COMMAND_BITS + ACTOR_BITS)

    @property
    def actor(self) -> Codes:
        """Number of the pair of user and host."""
        return (self._numbers.keys >> (2 * COMMAND_BITS)) & (ACTORS - 1)

    @property
    def command(self) -> Codes:
        """Number of the command."""
        return self._of_ran & _COMMAND

    @property
    def workload(self) -> Codes:
        """Number of the workload in whose pods the command ran; 0 for what ran in no pod."""
        return self._of_ran >> COMMAND_BITS

    @property
    def _of_ran(self) -> Codes:
        return np.asarray(self._ran.keys[(self._numbers.keys >> COMMAND_BITS) & _COMMAND])

    @property
    def workloads(self) -> list[Workload]:
        """Namespace, kind and name of each workload, by its number."""
        return self._workloads.keys

    @property
    def caller(self) -> Codes:
        """Number of the parent's command plus one; 0 without a parent block."""
        return self._numbers.keys & _COMMAND

    @property
    def events(self) -> NDArray[np.uint32]:
        """Number of events."""
        return self._events.upto(len(self))

    @property
    def bytes(self) -> Codes:
        """Bytes of the lines of the events."""
        return self._bytes.upto(len(self))

    @property
    def first(self) -> Codes:
        """Time of the first event in nanoseconds since the epoch; the greatest int64 if no time is known."""
        return self._first.upto(len(self))

    @property
    def last(self) -> Codes:
        """Time of the last event in nanoseconds since the epoch; -1 if no time is known."""
        return self._last.upto(len(self))

    @property
    def actors(self) -> list[tuple[int, str]]:
        """Pairs of user id and host, by the number of the actor."""
        return self._actors.keys[:ACTORS]
