"""A question: as what shall everything that the query selects be marked? Noise only what the query means."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.noise.columns import Columns
from tetratui.core.query import parse
from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.learnable_events import Lesson, lesson
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.background import background, job
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine

JUDGE = job("judge", "telling the events apart")
_LONGEST = 120
"""Characters shown of a command line."""


@dataclass(frozen=True, slots=True)
class MarkAllAnswer:
    """What the operator answered."""

    verdict: Verdict
    rows: NDArray[np.int64]
    left_out: str = ""
    """What of the query is not marked, in words."""


class MarkAll(ModalScreen[MarkAllAnswer | None], inherit_bindings=False):
    """Asks for a verdict on many events; gives None when the operator thinks better of it."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("mark-all")]

    def __init__(self, table: EventTable, query: str, rows: NDArray[np.int64]) -> None:
        super().__init__()
        self.table = table
        self.query_text = query
        self.rows = rows
        self.include = False
        """Whether noise shall be marked with what would be left out."""
        self.lesson: Lesson | None = None
        self._wanted = False
        """Whether noise was answered before the events had been told apart."""

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Container(id="dialog"):
            yield Static(f"Mark all {len(self.rows):,} events of this query as\n", markup=False)
            yield Static(id="left-out", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Tell the events apart, away from the event loop."""
        self.judge()

    @background(JUDGE)
    async def judge(self) -> None:
        """Ask the core which of the events merely mention what the query looks for, and show them."""
        self.lesson = await asyncio.to_thread(self._lesson)
        self.show()
        if self._wanted:
            self.action_answer("noise")

    def _lesson(self) -> Lesson:
        # A query of its own: one thread at a time may ask a query.
        return lesson(self.table, Columns.of(self.table), parse(self.query_text))

    def show(self) -> None:
        """List what noise leaves out."""
        if self.lesson is None or not self.lesson.left_out:
            return
        title = "noise includes (i leaves them out):" if self.include else "noise leaves out (i includes them):"
        lines = [Content.styled(title, "bold")]
        for group in self.lesson.left_out:
            lines.append(Content.styled(visible(f"{format_count(group.events, 'event')}: {group.why}"), "$warning"))
            lines += [Content(visible(f"  {example[:_LONGEST]}")) for example in group.examples]
        self.query_one("#left-out", Static).update(Content("\n").join(lines))

    def action_include(self) -> None:
        """Mark as noise what would be left out too, or leave it out again."""
        self.include = not self.include
        self.show()

    def action_answer(self, word: str) -> None:
        """Give the verdict; noise waits until the events are told apart."""
        verdict = Verdict[word.upper()]
        if verdict is not Verdict.NOISE or self.include:
            self.dismiss(MarkAllAnswer(verdict, self.rows))
            return
        self._wanted = self.lesson is None
        if self.lesson is not None:
            self.dismiss(self._noise(self.lesson))

    def _noise(self, learned: Lesson) -> MarkAllAnswer:
        rows = self.rows - self.table.first
        rows = rows[(rows >= 0) & (rows < len(learned.protected))]
        kept = rows[~learned.protected[rows]] + self.table.first
        words = [f"{format_count(group.events, 'event')} ({group.words})" for group in learned.left_out]
        return MarkAllAnswer(Verdict.NOISE, kept, "; ".join(words))

    def action_leave(self) -> None:
        """Give none."""
        self.dismiss(None)
