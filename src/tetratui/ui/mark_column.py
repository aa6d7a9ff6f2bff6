"""The column of marks: computed from the bench, offered to queries and to the lists of events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.workspace import Workspace


class MarkColumn:
    """The code of each held event's mark, computed again only when marks or events have changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._state = (-1, 0, 0)
        self.texts = ["", *(verdict.word for verdict in Verdict)]
        """The words of queries by code (`mark:noise`)."""
        self._codes: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)

    def codes(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Give the codes of the held row ids in [start, stop): what queries ask."""
        return self._workspace.marks.codes(self._workspace.table.part(start, stop))

    def of(self, row: int) -> int:
        """Give the code of one row; 0 for one that is not held."""
        if not len(self._workspace.marks):
            return 0
        index = row - self._settle()
        return int(self._codes[index]) if 0 <= index < len(self._codes) else 0

    def _settle(self) -> int:
        marks, part = self._workspace.marks, self._workspace.still()
        state = (marks.version, part.first, part.stop)
        if state != self._state:
            self._codes = marks.codes(part)
            self._state = state
        return state[1]


def marked(workspace: Workspace, column: MarkColumn, verdict: Verdict, rows: Sequence[int]) -> str:
    """Mark rows, or, where all are marked so already, take the marks off; gives what was done. Raises TetratuiError."""
    bench, table = workspace.bench, workspace.table
    if all(column.of(row) == verdict for row in rows):
        return f"{format_count(bench.unmark(table, rows), 'mark')} taken off"
    return f"{bench.mark(verdict, table, rows):,} marked {verdict.word}; d drafts an exclusion, u takes back"
