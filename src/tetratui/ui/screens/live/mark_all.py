"""The question how to mark all events that match the query."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.amounts import counted
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine


class MarkAll(ModalScreen[Verdict | None], inherit_bindings=False):
    """Ask for a verdict on many events; end with it, or with None to mark nothing."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("mark-all")]

    def __init__(self, events: int) -> None:
        super().__init__()
        self.events = events

    def compose(self) -> ComposeResult:
        """Put the question above its keys."""
        with Container(id="dialog"):
            yield Static(f"Mark {counted(self.events, 'matching event')} as:\n", markup=False)
            yield KeyLine()

    def action_answer(self, word: str) -> None:
        self.dismiss(Verdict[word.upper()])

    def action_leave(self) -> None:
        self.dismiss(None)
