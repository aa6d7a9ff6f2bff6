"""A line at the bottom of a screen that asks for one text at a time."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.ui.operator_app import operator_app


class QuestionLine(Input):
    """An input that is on the screen only while a question is open.

    Each question brings the function that takes its answer. The function raises TetratuiError to refuse an answer:
    then the line stays open, and the operator reads why.
    """

    def __init__(self, name: str, *, compact: bool = False) -> None:
        super().__init__(id=name, compact=compact)
        self.display = False
        self._take: Callable[[str], None] | None = None
        self._focus_after: Widget | None = None

    def ask(self, hint: str, value: str, take: Callable[[str], None]) -> None:
        """Open the line with the present value; call `take` with the text that the operator submits."""
        if not self.display:
            self._focus_after = self.screen.focused
        self._take = take
        self.placeholder, self.value = hint, value
        # The placeholder is gone as soon as there is a text; the question stays on the border.
        self.border_title = Content(visible(hint))
        self.display = True
        self.focus()

    def close(self) -> None:
        """Take the line off the screen and give the keys back to the widget that had them."""
        self.display, self._take = False, None
        if self._focus_after is not None:
            self._focus_after.focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Hand the text on; close unless it is refused."""
        event.stop()
        if self._take is None:
            return
        try:
            self._take(event.value.strip())
        except TetratuiError as error:
            operator_app(self.app).tell(str(error), "error")
            return
        self.close()
