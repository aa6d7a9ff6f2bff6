"""Mark many events: lines are read in a thread, and what changes is put on the bench at once."""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from contextlib import nullcontext, suppress

from tetratui.core.amounts import format_count
from tetratui.core.table import EventTable
from tetratui.core.table.ingest.gc_pause import collector_paused
from tetratui.core.tuning.marks import MarkingStoppedError, Marks, MarkStep, Progress, Verdict, toggling
from tetratui.ui.background import job, start
from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp, RowsToMark

MARK = job("marking", "marking events", exclusive=False, repeatable=False)

PATIENCE = 0.03
"""Seconds a key waits for what it marks: nearly always it is marked then, and the next key meets it so."""
AGAIN = 0.25
"""Seconds between two looks at how far a marking has come."""
MANY = 10_000
"""Rows from which on the cycle collector would look at the marks for longer than a key may wait."""


class Marker:
    """Marks rows one request after the other, each in one step of undo."""

    def __init__(self, app: OperatorApp) -> None:
        self._app = app
        self._asked: deque[tuple[Verdict, RowsToMark]] = deque()
        self._progress: Progress | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        """Mark rows, or, where all are marked so already, take the marks off; return when it takes longer than a key.

        A line that can no longer be read gets no mark; the others do.
        """
        self._asked.append((verdict, rows))
        if self._idle.is_set():
            self._idle.clear()
            start(self._app, MARK, self._work)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._idle.wait()

    def stop(self) -> bool:
        """Stop what is under way and all that waits for it: nothing of it is marked. False when nothing was."""
        if self._idle.is_set():
            return False
        self._asked.clear()
        if self._progress is not None:
            self._progress.stopped = True
        return True

    async def _work(self) -> None:
        try:
            while self._asked:
                await self._mark(*self._asked.popleft())
        finally:
            self._asked.clear()
            self._say("")
            self._idle.set()

    async def _mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        bench, table = self._app.workspace.bench, self._app.workspace.still()
        progress = self._progress = Progress(0)
        before = bench.marks
        reading = asyncio.create_task(asyncio.to_thread(prepared, before, verdict, table, rows, progress))
        try:
            while not (await asyncio.wait({reading}, timeout=AGAIN))[0]:
                self._say(f"marking {progress.done:,} of {progress.total:,} ({self._app.key_of('back')} stops)")
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
            self._app.tell(f"marking stopped at {progress.done:,} of {progress.total:,}: nothing was marked", "warning")
            return
        self._tell(verdict, step, progress.total)
        self._app.change(Change.MARKS, at_once=True)

    def _tell(self, verdict: Verdict, step: MarkStep, rows: int) -> None:
        if step.unreadable:
            said = f"{len(step.made):,} marked {verdict.word}; " if step.made else ""
            lines = f"{format_count(len(step.unreadable), 'event')} not marked, as the line can no longer be read"
            self._app.tell(f"{said}{lines}: {step.unreadable[0]}", "warning" if step.made else "error")
        elif rows > 1 and step.removed:
            self._app.tell(f"{format_count(len(step.removed), 'mark')} taken off")
        elif rows > 1:
            self._app.tell(f"{len(step.made):,} marked {verdict.word}; d drafts an exclusion, u takes back")

    def _say(self, text: str) -> None:
        if text != self._app.workspace.under_way:
            self._app.workspace.under_way = text
            self._app.say_status()


def prepared(
    before: Marks, verdict: Verdict, table: EventTable, rows: RowsToMark, progress: Progress
) -> tuple[MarkStep, Marks]:
    """Read what it takes to mark rows, and make the marks that hold then; for a thread."""
    listed = rows() if callable(rows) else rows
    progress.total = len(listed)
    many = len(listed) >= MANY
    with collector_paused() if many else nullcontext():
        step = toggling(before, verdict, table, listed, progress)
        after = step.after(before)
        if many:
            # Marks make no cycles: the collector need never look at them.
            gc.freeze()
    return step, after
