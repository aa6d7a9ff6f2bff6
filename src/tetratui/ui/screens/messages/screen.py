"""The Messages screen: what the operator was told, the newest first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.ui.keys import bindings
from tetratui.ui.operator_app import OperatorApp, operator_app
from tetratui.ui.widgets.message_line import describe_notice


class MessagesScreen(ModalScreen[None], inherit_bindings=False):
    """List the messages of this session."""

    CSS_PATH = "../base/dialog.tcss"
    TITLE_OF_HELP: ClassVar[str] = "What you were told, the newest first."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("help")]

    def compose(self) -> ComposeResult:
        """Put the messages into a frame that scrolls."""
        told = reversed(operator_app(self.app).notices.past)
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(Content.styled("Messages, the newest first (Esc closes)\n", "bold"))
            yield Static(Content("\n").join(describe_notice(notice) for notice in told), markup=False)

    def action_scroll(self, step: int) -> None:
        self.query_one("#dialog").scroll_relative(y=step, animate=False)

    def action_page(self, way: int) -> None:
        self.action_scroll(way * max(1, self.query_one("#dialog").size.height - 1))


def show_messages(app: OperatorApp) -> None:
    """Open the list."""
    app.push_screen(MessagesScreen())
