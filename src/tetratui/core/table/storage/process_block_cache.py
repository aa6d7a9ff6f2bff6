"""Row numbers of process blocks by their bytes: a block that was seen before is not decoded again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from operator import not_
from typing import Any

import msgspec
from msgspec.structs import astuple

from tetratui.core.events.decode import decode_block, decode_blocks
from tetratui.core.events.shapes import Block
from tetratui.core.table.storage.process_table import FIELDS, NO_BLOCK_ROW, ProcessTable

REMEMBERED = 4_096
"""Recent blocks in the cache, and as many older ones (about 4 MiB in all)."""
SLICE = 128
"""Blocks decoded together: few enough that the decoded objects stay in the processor's cache until they are columns."""


class ProcessBlockCache:
    """Finds the row of each block in the process table; `publish` fills the rows of new blocks.

    Two generations: when the young one is full it becomes the old one, so that rare blocks are forgotten without a
    count of their uses.
    """

    def __init__(self, processes: ProcessTable) -> None:
        self._processes = processes
        self._fresh: list[bytes] = []
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def rows(self, raws: Iterable[msgspec.Raw]) -> list[int]:
        """Return the row of each block; 0 for a value that is no JSON object."""
        blocks, known = list(map(bytes, raws)), self._young
        rows = list(map(known.get, blocks, repeat(NO_BLOCK_ROW)))
        # Row 0 marks a block that is not in the young generation.
        if not all(rows):
            base = len(self._processes)
            for raw in dict.fromkeys(compress(blocks, map(not_, rows))):
                row = self._old.get(raw)
                known[raw] = self._new(raw, base) if row is None else row
            rows = list(map(known.__getitem__, blocks))
        if len(known) > REMEMBERED:
            self._old, self._young = known, {}
        return rows

    def _new(self, raw: bytes, base: int) -> int:
        if not raw.startswith(b"{"):
            return NO_BLOCK_ROW
        self._fresh.append(raw)
        return base + len(self._fresh) - 1

    def publish(self) -> None:
        """Decode the new blocks and add them to the process table in one go."""
        if not self._fresh:
            return
        columns: list[list[Any]] = [[] for _ in FIELDS]
        for start in range(0, len(self._fresh), SLICE):
            fields = zip(*map(astuple, _read(self._fresh[start : start + SLICE])), strict=True)
            for column, values in zip(columns, fields, strict=True):
                column.extend(values)
        self._processes.extend(dict(zip(FIELDS, columns, strict=True)))
        self._fresh.clear()


def _read(raws: Sequence[bytes]) -> list[Block]:
    try:
        return decode_blocks(raws)
    except (ValueError, RecursionError):
        # One of them has an unexpected shape: decode each alone, so that only that one loses fields.
        return [decode_block(raw) for raw in raws]
