"""What the operator is working on: marks, drafts and the imported denylist, under one undo.

Undo never touches a file that was written; it covers what lies on the bench.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Marks, Verdict

_STEPS = 500
"""Changes remembered; History keeps as many of each kind."""


class Workbench:
    """Marks, drafts and the imported denylist of one session; each change is one step of undo."""

    def __init__(
        self,
        marks: Marks | None = None,
        drafts: History[tuple[Draft, ...]] | None = None,
        denylist: History[bytes | None] | None = None,
        done: Sequence[str] = (),
        undone: Sequence[str] = (),
    ) -> None:
        self.marks = marks or Marks()
        self._drafts: History[tuple[Draft, ...]] = drafts or History(())
        self._denylist: History[bytes | None] = denylist or History(None)
        self._done = list(done)
        self._undone = list(undone)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts, in the order they were accepted."""
        return self._drafts.state

    @property
    def denylist(self) -> bytes | None:
        """The imported list, byte for byte as it will be kept; None when none was imported."""
        return self._denylist.state

    @property
    def version(self) -> int:
        """Grows with each change, undo and redo included."""
        return self.marks.version + self._drafts.version + self._denylist.version

    def mark(self, verdict: Verdict, table: EventTable, rows: Sequence[int]) -> int:
        """Mark these rows; gives how many marks changed. Raises LineGone if a line can no longer be read."""
        changed = self.marks.add(verdict, table, rows)
        if changed:
            self._step("marks")
        return changed

    def unmark(self, table: EventTable, rows: Sequence[int]) -> int:
        """Take the marks off these rows; gives how many there were."""
        removed = self.marks.remove(table, rows)
        if removed:
            self._step("marks")
        return removed

    def accept(self, draft: Draft) -> None:
        """Put a draft on the bench; one with the same id is replaced where it stands."""
        others = [one.id for one in self.drafts]
        if draft.id in others:
            self._put(tuple(draft if one.id == draft.id else one for one in self.drafts))
        else:
            self._put((*self.drafts, draft))

    def drop(self, draft_id: str) -> bool:
        """Take a draft off the bench; False if there is none of that id."""
        kept = tuple(one for one in self.drafts if one.id != draft_id)
        if len(kept) == len(self.drafts):
            return False
        self._put(kept)
        return True

    def explain(self, draft_id: str, *, reason: str, owner: str) -> None:
        """Note why a draft is wanted and by whom."""
        self._put(tuple(replace(one, reason=reason, owner=owner) if one.id == draft_id else one for one in self.drafts))

    def import_denylist(self, data: bytes | None) -> None:
        """Lay the operator's own list beside the drafts, or put an edited one in its place; None forgets it."""
        if data != self.denylist:
            self._denylist.put(data)
            self._step("denylist")

    def free_id(self) -> str:
        """Name an id that no draft on the bench has: `d1`, `d2`, …"""
        taken = {draft.id for draft in self.drafts}
        return next(name for number in range(1, len(taken) + 2) if (name := f"d{number}") not in taken)

    def undo(self) -> str | None:
        """Take the last change back; names what changed (`marks`, `drafts`, `denylist`), or None."""
        return self._move(self._done, self._undone, "undo")

    def redo(self) -> str | None:
        """Make the change last taken back again; names what changed, or None."""
        return self._move(self._undone, self._done, "redo")

    def parts(self) -> tuple[History[tuple[Draft, ...]], History[bytes | None], list[str], list[str]]:
        """Give the drafts' and the denylist's history and the order of steps, for the session file."""
        return self._drafts, self._denylist, list(self._done), list(self._undone)

    def _put(self, drafts: tuple[Draft, ...]) -> None:
        self._drafts.put(drafts)
        self._step("drafts")

    def _step(self, part: str) -> None:
        self._done.append(part)
        del self._done[:-_STEPS]
        self._undone.clear()

    def _move(self, source: list[str], target: list[str], direction: str) -> str | None:
        if not source:
            return None
        part = source.pop()
        target.append(part)
        histories: dict[str, Marks | History[tuple[Draft, ...]] | History[bytes | None]] = {
            "marks": self.marks,
            "drafts": self._drafts,
            "denylist": self._denylist,
        }
        history = histories[part]
        moved = history.undo() if direction == "undo" else history.redo()
        return part if moved else None
