"""The question how to mark all events that match the query; noise can leave out those that only mention it."""

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
from tetratui.core.tuning.learning.learnable_events import Lesson, learn_from_query
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.background import background, job
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine

JUDGE = job("judge", "telling the events apart")
_LONGEST = 120
"""Characters shown of a command line."""


@dataclass(frozen=True, slots=True)
class MarkAllAnswer:
    """What is to be marked."""

    verdict: Verdict
    rows: NDArray[np.int64]
    left_out: str = ""
    """The matching events that are not marked, in words; empty when all are."""


class MarkAll(ModalScreen[MarkAllAnswer | None], inherit_bindings=False):
    """Ask for a verdict on many events; end with what is to be marked, or with None."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("mark-all")]

    def __init__(self, table: EventTable, query: str, rows: NDArray[np.int64]) -> None:
        super().__init__()
        self.table = table
        self.query_text = query
        self.rows = rows
        self.include = False
        """Whether events that only mention what the query looks for are marked noise, too."""
        self.lesson: Lesson | None = None
        self._noise_after_judging = False
        """Whether noise was answered before the events were judged."""

    def compose(self) -> ComposeResult:
        """Put the question and its keys above what noise leaves out."""
        with Container(id="dialog"):
            yield Static(f"Mark {format_count(len(self.rows), 'matching event')} as:\n", markup=False)
            # The keys come before the list, which may be longer than the terminal.
            yield KeyLine()
            yield Static(id="left-out", markup=False)

    def on_mount(self) -> None:
        """Judge the events in a thread."""
        self.judge()

    @background(JUDGE)
    async def judge(self) -> None:
        """Find the events that only mention what the query looks for, and show them."""
        self.lesson = await asyncio.to_thread(self._lesson)
        self.show()
        if self._noise_after_judging:
            self.action_answer("noise")

    def _lesson(self) -> Lesson:
        # A query of its own: one thread at a time may ask a query.
        return learn_from_query(self.table, Columns.of(self.table), parse(self.query_text))

    def show(self) -> None:
        """List the events that noise leaves out."""
        if self.lesson is None or not self.lesson.left_out:
            return
        title = "noise includes (i leaves them out):" if self.include else "noise leaves out (i includes them):"
        lines = [Content.styled(title, "bold")]
        for group in self.lesson.left_out:
            lines.append(Content.styled(visible(f"{format_count(group.events, 'event')}: {group.why}"), "$warning"))
            lines += [Content(visible(f"  {example[:_LONGEST]}")) for example in group.examples]
        self.query_one("#left-out", Static).update(Content("\n").join(lines))

    def action_include(self) -> None:
        """Mark as noise what would be left out, too, or leave it out again."""
        self.include = not self.include
        self.show()

    def action_answer(self, word: str) -> None:
        """End with the verdict; noise waits until the events are judged."""
        verdict = Verdict[word.upper()]
        if verdict is not Verdict.NOISE or self.include:
            self.dismiss(MarkAllAnswer(verdict, self.rows))
            return
        self._noise_after_judging = self.lesson is None
        if self.lesson is not None:
            self.dismiss(self._noise(self.lesson))

    def _noise(self, judged: Lesson) -> MarkAllAnswer:
        rows = self.rows - self.table.first
        rows = rows[(rows >= 0) & (rows < len(judged.protected))]
        marked = rows[~judged.protected[rows]] + self.table.first
        left_out = [f"{format_count(group.events, 'event')} ({group.words})" for group in judged.left_out]
        return MarkAllAnswer(Verdict.NOISE, marked, "; ".join(left_out))

    def action_leave(self) -> None:
        self.dismiss(None)
