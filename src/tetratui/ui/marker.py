"""Mark events and take that back: lines are read in a thread, and all marks of a request change in one step."""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress

from tetratui.core.amounts import format_count
from tetratui.core.table import EventTable
from tetratui.core.table.ingest.gc_pause import collector_paused
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import MarkingProgress, MarkingStoppedError, Marks, MarkStep, Verdict, toggle_rows
from tetratui.ui.background import job, start
from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp, RowsToMark

MARK = job("marking", "marking events", exclusive=False, repeatable=False)

PATIENCE = 0.03
"""Seconds a key waits for what it marks: nearly always it is marked then, and the next key finds it marked."""
PROGRESS_INTERVAL = 0.25
"""Seconds between two looks at how far a marking has come."""
MANY = 10_000
"""Rows from which on the cycle collector would look at the marks for longer than a key may wait."""


class Marker:
    """Marks rows one request after the other; each request is one step of undo."""

    def __init__(self, app: OperatorApp) -> None:
        self._app = app
        self._requests: deque[tuple[Verdict, RowsToMark]] = deque()
        self._progress: MarkingProgress | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        """Mark rows; where all of them are marked so already, take the marks off.

        Return after `PATIENCE` at the latest; a longer marking goes on. A line that cannot be read back gets no mark.
        """
        self._requests.append((verdict, rows))
        if self._idle.is_set():
            self._idle.clear()
            start(self._app, MARK, self._work)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._idle.wait()

    def stop(self) -> bool:
        """Stop what is under way and all that waits for it: none of it is marked. Return whether there was any."""
        if self._idle.is_set():
            return False
        self._requests.clear()
        if self._progress is not None:
            self._progress.stopped = True
        return True

    def undo(self) -> None:
        """Take back the last change of marks, drafts or imported list; a marking under way is the last, and stops."""
        if not self.stop():
            self._step("Undid", self._app.workspace.bench.undo)

    def redo(self) -> None:
        """Make again the change that was taken back last."""
        self._step("Redid", self._app.workspace.bench.redo)

    def _step(self, what: str, step: Callable[[], str | None]) -> None:
        before = self._app.workspace.drafts
        changed = step()
        if changed == "drafts":
            changed = _name_drafts(before, self._app.workspace.drafts)
        self._app.tell(f"{what}: {changed}" if changed else "Nothing to undo or redo")
        self._app.change(Change.MARKS)
        self._app.change(Change.DRAFTS, at_once=True)

    async def _work(self) -> None:
        try:
            while self._requests:
                await self._mark(*self._requests.popleft())
        finally:
            self._requests.clear()
            self._show_progress("")
            self._idle.set()

    async def _mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        bench, table = self._app.workspace.bench, self._app.workspace.still()
        progress = self._progress = MarkingProgress(0)
        before = bench.marks
        reading = asyncio.create_task(asyncio.to_thread(prepare_marks, before, verdict, table, rows, progress))
        try:
            while not (await asyncio.wait({reading}, timeout=PROGRESS_INTERVAL))[0]:
                key = self._app.key_of("back")
                self._show_progress(f"marking {progress.done:,} of {progress.total:,} ({key} stops)")
            step, after = reading.result()
            while not progress.stopped and not bench.put_marks(before, after):
                # Something else was marked or taken back meanwhile.
                before = bench.marks
                after = await asyncio.to_thread(step.after, before)
        except MarkingStoppedError:
            pass
        finally:
            # Whoever cancels this, the thread must not go on.
            was_stopped, progress.stopped = progress.stopped, True
        if was_stopped:
            self._app.tell(f"Marking stopped at {progress.done:,} of {progress.total:,}: nothing was marked", "warning")
            return
        self._show_result(verdict, step, progress.total)
        self._app.change(Change.MARKS, at_once=True)

    def _show_result(self, verdict: Verdict, step: MarkStep, rows: int) -> None:
        undo = f"{self._app.key_of('undo')} undo"
        if step.unreadable:
            marked = f"{len(step.made):,} marked {verdict.word}; " if step.made else ""
            lines = f"{format_count(len(step.unreadable), 'event')} not marked, as the whole line cannot be read"
            self._app.tell(f"{marked}{lines}: {step.unreadable[0]}", "warning" if step.made else "error")
        elif rows > 1 and step.removed:
            self._app.tell(f"{format_count(len(step.removed), 'mark')} taken off · {undo}")
        elif rows > 1:
            self._app.tell(f"{len(step.made):,} marked {verdict.word} · {undo}")

    def _show_progress(self, text: str) -> None:
        if text != self._app.workspace.under_way:
            self._app.workspace.under_way = text
            self._app.notices_changed.publish(None)


def _name_drafts(before: Sequence[Draft], after: Sequence[Draft]) -> str:
    """Name the drafts that differ: `draft d7`."""
    former, present = {draft.id: draft for draft in before}, {draft.id: draft for draft in after}
    changed = [name for name in {**former, **present} if former.get(name) is not present.get(name)]
    return f"draft{'s' if len(changed) > 1 else ''} {', '.join(changed)}"


def prepare_marks(
    before: Marks, verdict: Verdict, table: EventTable, rows: RowsToMark, progress: MarkingProgress
) -> tuple[MarkStep, Marks]:
    """Read what it takes to mark rows, and return the step and the marks after it; for a thread."""
    listed = rows() if callable(rows) else rows
    progress.total = len(listed)
    many = len(listed) >= MANY
    with collector_paused() if many else nullcontext():
        step = toggle_rows(before, verdict, table, listed, progress)
        after = step.after(before)
        if many:
            # Marks make no cycles: the collector need never look at them.
            gc.freeze()
    return step, after
