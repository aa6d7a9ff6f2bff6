"""A question: as what shall everything that the query selects be marked?"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.tuning.marks import Verdict


class MarkAll(ModalScreen[Verdict | None], inherit_bindings=False):
    """Asks for a verdict on many events; gives None when the operator thinks better of it."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "answer('noise')", "noise", tooltip="Mark all of them as noise."),
        Binding("K", "answer('keep')", "keep", tooltip="Mark all of them as keep."),
        Binding("T", "answer('threat')", "threat", tooltip="Mark all of them as threat."),
        Binding("escape,q,n", "leave", "no", tooltip="Mark nothing."),
    ]

    def __init__(self, events: int) -> None:
        super().__init__()
        self.events = events

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        question = f"Mark all {self.events:,} events of this query as\n\n  m noise    K keep    T threat    esc nothing"
        with Container(id="dialog"):
            yield Static(question, markup=False)

    def action_answer(self, word: str) -> None:
        """Give the verdict."""
        self.dismiss(Verdict[word.upper()])

    def action_leave(self) -> None:
        """Give none."""
        self.dismiss(None)
