"""A question before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.events.visible import visible


class ConfirmScreen(ModalScreen[bool]):
    """Asks; ends with True only after `y`."""

    CSS_PATH = Path(__file__).with_name("confirm.tcss")
    BINDING_GROUP_TITLE = "Confirm"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "yes", id="confirm.yes", tooltip="Do it."),
        Binding("n,escape,q", "dismiss(False)", "no", id="confirm.no", tooltip="Leave everything as it is."),
    ]

    def __init__(self, question: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._question = question
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        """Lay the question over its details."""
        with Vertical(id="confirm"):
            yield Static(Content.styled(visible(self._question), "bold"))
            for line in self._lines:
                yield Static(Content(visible(line)))
            yield Static(Content("y yes    n no"))
