"""Distinct calls — kind, command, caller, and who on which host — and what was counted of each.

A host repeats itself: a call is counted, not kept an event at a time, and takes about 45 bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import Codes
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner, IntInterner, distinct
from tetratui.core.table import EventTable
from tetratui.core.table.storage.vector import Vector

COMMAND_BITS, ACTOR_BITS = 24, 11
ACTORS = 1 << ACTOR_BITS
"""Pairs of user and host that are told apart; those beyond it are counted as the last one."""
_COMMAND = (1 << COMMAND_BITS) - 1
_NEVER = np.iinfo(np.int64).max


class Calls:
    """Counts events by call. The columns below have one value a call, in the order of the calls' numbers."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._numbers = IntInterner()
        self._events, self._bytes = Vector(np.uint32), Vector(np.int64)
        self._first, self._last = Vector(np.int64, fill=_NEVER), Vector(np.int64, fill=-1)
        self._actors: Interner[tuple[int, str]] = Interner()
        """Users by id (-1 unknown), each on a host."""

    def __len__(self) -> int:
        return len(self._numbers)

    def count(self, part: EventTable) -> NDArray[np.int32]:
        """Count the events of a part of a table; gives the call of each."""
        command = self._command(part, "bin", "args")
        # No parent block is not the same as a parent without a name.
        caller = np.where(part.parent > 0, self._command(part, "parent", "pargs") + 1, 0)
        kind = part.kind.astype(np.int64) << (2 * COMMAND_BITS + ACTOR_BITS)
        keys = kind | (self._actor(part) << (2 * COMMAND_BITS)) | (command << COMMAND_BITS) | caller
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
        pairs, number = distinct(keys), self._commands.number
        codes = [number(name_texts[pair >> 32], word_texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]
        return np.array(codes, dtype=np.int64)[np.searchsorted(pairs, keys)]

    def _actor(self, part: EventTable) -> Codes:
        hosts, names = part.text_codes("host")
        keys = ((part.numbers("uid").astype(np.int64) + 1) << 24) | hosts
        pairs = distinct(keys)
        codes = [self._actors.code(((pair >> 24) - 1, names[pair & 0xFFFFFF])) for pair in pairs.tolist()]
        return np.minimum(np.array(codes, dtype=np.int64), ACTORS - 1)[np.searchsorted(pairs, keys)]

    @property
    def kind(self) -> Codes:
        """Codes of `Kind`."""
        return self._numbers.keys >> (2 * COMMAND_BITS + ACTOR_BITS)

    @property
    def actor(self) -> Codes:
        """The number of the pair of user and host."""
        return (self._numbers.keys >> (2 * COMMAND_BITS)) & (ACTORS - 1)

    @property
    def command(self) -> Codes:
        """The number of the command."""
        return (self._numbers.keys >> COMMAND_BITS) & _COMMAND

    @property
    def caller(self) -> Codes:
        """One more than the number of the caller's command; 0 without a parent block."""
        return self._numbers.keys & _COMMAND

    @property
    def events(self) -> NDArray[np.uint32]:
        """Events of the call."""
        return self._events.upto(len(self))

    @property
    def bytes(self) -> Codes:
        """Bytes of their lines."""
        return self._bytes.upto(len(self))

    @property
    def first(self) -> Codes:
        """Nanoseconds since the epoch of the earliest; the greatest number there is when no time is known."""
        return self._first.upto(len(self))

    @property
    def last(self) -> Codes:
        """Nanoseconds since the epoch of the latest; -1 when no time is known."""
        return self._last.upto(len(self))

    @property
    def actors(self) -> list[tuple[int, str]]:
        """User id and host by number."""
        return self._actors.keys[:ACTORS]
