"""The Confirm screen: a question before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.events.visible import visible
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine


class ConfirmScreen(ModalScreen[bool], inherit_bindings=False):
    """Ask a question; end with True only after the key for yes."""

    CSS_PATH = Path(__file__).with_name("confirm.tcss")
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = "A question before something that cannot be undone."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("confirm")]

    def __init__(self, question: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._question = question
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        """Put the question above its details, and the keys that answer below, where no detail pushes them away."""
        with Vertical(id="confirm"):
            with VerticalScroll(id="question", can_focus=False):
                yield Static(Content.styled(visible(self._question), "bold"))
                for line in self._lines:
                    yield Static(Content(visible(line)))
            yield KeyLine()

    def action_scroll(self, step: int) -> None:
        """Scroll by a line."""
        self.query_one("#question", VerticalScroll).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll by a page."""
        dialog = self.query_one("#question", VerticalScroll)
        dialog.scroll_relative(y=step * max(1, dialog.size.height - 1), animate=False)
