"""What the operator is working on: marks, drafts and the imported denylist, under one undo.

Undo never touches a file that was written; it covers what lies on the bench.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import count
from typing import Any

from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Marks, Rows, Verdict, mark_rows, unmark_rows


@dataclass(frozen=True, slots=True)
class BenchState:
    """All that lies on the bench at one time."""

    marks: Marks = field(default_factory=Marks)
    drafts: tuple[Draft, ...] = ()
    denylist: bytes | None = None

    def changed_from(self, before: BenchState) -> list[str]:
        """Name the parts that differ."""
        return [part.name for part in fields(self) if getattr(self, part.name) is not getattr(before, part.name)]


class Workbench:
    """Marks, drafts and the imported denylist of one session; each change is one step of undo."""

    def __init__(self, history: History[BenchState] | None = None) -> None:
        self.history = history or History(BenchState())
        """The states behind undo and redo, for the session file."""

    @property
    def marks(self) -> Marks:
        """The marks, as they are now."""
        return self.history.state.marks

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts, in the order they were accepted."""
        return self.history.state.drafts

    @property
    def denylist(self) -> bytes | None:
        """The imported list, byte for byte as it will be kept; None when none was imported."""
        return self.history.state.denylist

    @property
    def version(self) -> int:
        """Grows with each change, undo and redo included."""
        return self.history.version

    def mark(self, verdict: Verdict, table: EventTable, rows: Rows) -> int:
        """Mark these rows; gives how many marks changed. Raises SourceError if a line can no longer be read."""
        step = mark_rows(self.marks, verdict, table, rows).read_all()
        self._put(marks=step.after(self.marks))
        return len(step.made)

    def unmark(self, table: EventTable, rows: Rows) -> int:
        """Take the marks off these rows; gives how many there were."""
        step = unmark_rows(self.marks, table, rows)
        self._put(marks=step.after(self.marks))
        return len(step.removed)

    def put_marks(self, before: Marks, after: Marks) -> bool:
        """Put marks in the place of those `before`, in one step; False if the marks are no longer those."""
        if self.marks is not before:
            return False
        self._put(marks=after)
        return True

    def accept(self, *drafts: Draft) -> None:
        """Put drafts on the bench, in one step; one with the id of another replaces it where it stands."""
        by_id = {draft.id: draft for draft in (*self.drafts, *drafts)}
        self._put(drafts=tuple(by_id.values()))

    def drop(self, draft_id: str) -> bool:
        """Take a draft off the bench; False if there is none of that id."""
        return self._put(drafts=tuple(draft for draft in self.drafts if draft.id != draft_id))

    def import_denylist(self, data: bytes | None) -> None:
        """Lay the operator's own list beside the drafts, or put an edited one in its place; None forgets it."""
        self._put(denylist=data)

    def free_ids(self) -> Iterator[str]:
        """Name ids that no draft on the bench has: `d1`, `d2`, …"""
        taken = {draft.id for draft in self.drafts}
        return (name for number in count(1) if (name := f"d{number}") not in taken)

    def free_id(self) -> str:
        """Name the first id that no draft on the bench has."""
        return next(self.free_ids())

    def undo(self) -> str | None:
        """Take the last change back; names what changed (`marks`, `drafts`, `denylist`), or None."""
        before = self.history.state
        return ", ".join(self.history.state.changed_from(before)) if self.history.undo() else None

    def redo(self) -> str | None:
        """Make the change last taken back again; names what changed, or None."""
        before = self.history.state
        return ", ".join(self.history.state.changed_from(before)) if self.history.redo() else None

    def _put(self, **parts: Any) -> bool:
        """Take one step to other parts; False, and no step, when they are equal to what lies there."""
        now = self.history.state
        if all(getattr(now, name) == part for name, part in parts.items()):
            return False
        self.history.put(replace(now, **parts))
        return True
