"""A question: as what shall everything that the query selects be marked?"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.tuning.marks import Verdict
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine


class MarkAll(ModalScreen[Verdict | None], inherit_bindings=False):
    """Asks for a verdict on many events; gives None when the operator thinks better of it."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("mark-all")]

    def __init__(self, events: int) -> None:
        super().__init__()
        self.events = events

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Container(id="dialog"):
            yield Static(f"Mark all {self.events:,} events of this query as\n", markup=False)
            yield KeyLine()

    def action_answer(self, word: str) -> None:
        """Give the verdict."""
        self.dismiss(Verdict[word.upper()])

    def action_leave(self) -> None:
        """Give none."""
        self.dismiss(None)
