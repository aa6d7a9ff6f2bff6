"""The column of marks: made from the bench, offered to queries and to the lists of events."""

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

FIND = job("marks", "finding the marked events", exclusive=False)
MOST_MARKS, MOST_ROWS = 5_000, 200_000
"""Marks, and rows, up to which the column is made at once: some 10 ms."""


class MarkColumn:
    """The code of each held event's mark, made again only when marks or events have changed."""

    def __init__(self, app: OperatorApp, workspace: Workspace) -> None:
        self._app = app
        self._workspace = workspace
        self._marks: Marks | None = None
        self._wanted: Marks | None = None
        self._first = 0
        self._codes: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self.texts = ["", *(verdict.word for verdict in Verdict)]
        """The words of queries by code (`mark:noise`)."""

    def codes(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the codes of the held row ids in [start, stop): what queries ask, in threads."""
        return self._workspace.marks.codes(self._workspace.table.part(start, stop))

    def of(self, row: int) -> int:
        """Return the code of one row, 0 for one that is not held; of many marks the last known until found again."""
        if not len(self._workspace.marks):
            return 0
        self._settle()
        index = row - self._first
        return int(self._codes[index]) if 0 <= index < len(self._codes) else 0

    def _settle(self) -> None:
        marks, part = self._workspace.marks, self._workspace.still()
        first, stop = self._first, self._first + len(self._codes)
        if self._marks is marks and (part.first, part.stop) == (first, stop):
            return
        changed = self._marks is not marks or stop <= part.first
        new = len(part) if changed else max(0, first - part.first) + max(0, part.stop - stop)
        if new > MOST_ROWS or (changed and len(marks) > MOST_MARKS):
            self._find()
        elif changed:
            self._take(marks, part, marks.codes(part))
        else:
            above = marks.codes(part.part(part.first, max(first, part.first)))
            below = marks.codes(part.part(max(stop, part.first), part.stop))
            kept = self._codes[max(0, part.first - first) :]
            self._take(marks, part, np.concatenate([above, kept, below]))

    def _take(self, marks: Marks, part: EventTable, codes: NDArray[np.uint8]) -> None:
        self._marks, self._first, self._codes = marks, part.first, codes

    def _find(self) -> None:
        """Begin to find the marked events, once for each change of the marks."""
        if self._wanted is not self._workspace.marks:
            self._wanted = self._workspace.marks
            start(self._app, FIND, self._found)

    async def _found(self) -> None:
        marks, part = self._workspace.marks, self._workspace.still()
        codes = await asyncio.to_thread(marks.codes, part)
        if marks is self._workspace.marks:
            self._take(marks, part, codes)
            self._app.changed.publish(frozenset({Change.MARKS}))
