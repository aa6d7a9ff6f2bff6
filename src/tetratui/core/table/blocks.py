"""Process blocks by their bytes: a block that was seen before is known without being read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tetratui.core.events.decode import block_of, blocks_of
from tetratui.core.table.processes import NO_BLOCK_ROW, ProcessTable

REMEMBERED = 4_096
"""So many blocks are known again, and as many older ones (about 4 MiB in all)."""


class Blocks:
    """Gives each block its row of the process table; the rows of new blocks are filled by `publish`."""

    def __init__(self, processes: ProcessTable) -> None:
        self._processes = processes
        self._next = len(processes)
        self._fresh: list[bytes] = []
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def rows(self, blocks: Iterable[msgspec.Raw]) -> list[int]:
        """Give the row of each block; 0 for what is no object."""
        known, new = self._young.get, self._new
        rows = [new(raw) if (row := known(raw)) is None else row for raw in map(bytes, blocks)]
        if len(self._young) > REMEMBERED:
            self._old, self._young = self._young, {}
        return rows

    def _new(self, raw: bytes) -> int:
        row = self._young.get(raw) or self._old.get(raw)
        if row is None:
            row = NO_BLOCK_ROW
            if raw.startswith(b"{"):
                row = self._next
                self._next += 1
                self._fresh.append(raw)
        self._young[raw] = row
        return row

    def publish(self) -> None:
        """Read the new blocks, all in one go, into the process table."""
        if not self._fresh:
            return
        try:
            blocks = blocks_of(self._fresh)
        except (ValueError, RecursionError):
            # One of them has another shape: each by itself.
            blocks = [block_of(raw) for raw in self._fresh]
        self._processes.extend(blocks)
        self._fresh.clear()
