"""The marks as a column of the event table, for queries (`mark:noise`) and for the lists of events."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table import EventTable
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import job, start
from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp

FIND_MARKS = job("marks", "finding the marked events", exclusive=False)
MOST_MARKS, MOST_ROWS = 5_000, 200_000
"""Marks, and rows, up to which the column is computed on the event loop: that takes some 10 ms."""


class MarkColumn:
    """The code of each held event's mark, computed again only when marks or events have changed."""

    def __init__(self, app: OperatorApp, workspace: Workspace) -> None:
        self._app = app
        self._workspace = workspace
        self._marks: Marks | None = None
        self._wanted: Marks | None = None
        self._first = 0
        self._codes: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self.texts = ["", *(verdict.word for verdict in Verdict)]
        """The words that queries use, by code."""

    def codes(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the codes of the held row ids in [start, stop), for queries; they call it in threads."""
        return self._workspace.marks.codes(self._workspace.table.part(start, stop))

    def code_of(self, row: int) -> int:
        """Return the code of one row, 0 for one that is not held.

        While a thread computes the codes of many marks, it is the one that was last known.
        """
        if not len(self._workspace.marks):
            return 0
        self._update()
        index = row - self._first
        return int(self._codes[index]) if 0 <= index < len(self._codes) else 0

    def _update(self) -> None:
        marks, part = self._workspace.marks, self._workspace.still()
        first, stop = self._first, self._first + len(self._codes)
        if self._marks is marks and (part.first, part.stop) == (first, stop):
            return
        changed = self._marks is not marks or stop <= part.first
        new = len(part) if changed else max(0, first - part.first) + max(0, part.stop - stop)
        if new > MOST_ROWS or (changed and len(marks) > MOST_MARKS):
            self._start_thread()
        elif changed:
            self._store(marks, part, marks.codes(part))
        else:
            # The same marks: only rows that joined at either end are new.
            above = marks.codes(part.part(part.first, max(first, part.first)))
            below = marks.codes(part.part(max(stop, part.first), part.stop))
            kept = self._codes[max(0, part.first - first) :]
            self._store(marks, part, np.concatenate([above, kept, below]))

    def _store(self, marks: Marks, part: EventTable, codes: NDArray[np.uint8]) -> None:
        self._marks, self._first, self._codes = marks, part.first, codes

    def _start_thread(self) -> None:
        """Compute the codes in a thread, once for each change of the marks."""
        if self._wanted is not self._workspace.marks:
            self._wanted = self._workspace.marks
            start(self._app, FIND_MARKS, self._compute_in_thread)

    async def _compute_in_thread(self) -> None:
        marks, part = self._workspace.marks, self._workspace.still()
        codes = await asyncio.to_thread(marks.codes, part)
        if marks is self._workspace.marks:
            self._store(marks, part, codes)
            self._app.changed.publish(frozenset({Change.MARKS}))
