"""The input for why it is safe to hide something: shown while it is typed in, or holds a reason."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Input

from tetratui.core.events.visible import visible
from tetratui.core.tuning.reason import fault_of_reason

_QUESTION = "why is it safe to hide this?"


class ReasonLine(Input):
    """Asks for a reason; sends `Input.Submitted` when it was given, or was taken back by an empty text.

    What is no reason stays in the line, and the operator reads what it lacks.
    """

    def __init__(self) -> None:
        super().__init__(placeholder=_QUESTION, id="reason")
        self.border_title = Content(_QUESTION)
        self.display = False
        self._given = ""

    @property
    def typed(self) -> str:
        """The reason that was given; empty without one."""
        return self._given

    def put(self, text: str) -> None:
        """Hold a reason that was given before."""
        self.value = self._given = text
        self.display = bool(text)

    def ask(self, question: str, text: str) -> None:
        """Ask for the reason of something that is named, with the one it has."""
        self.put(text)
        # A title, not a placeholder: that is gone as soon as there is a text.
        self.border_title = Content(visible(question))
        self.open()

    def open(self) -> None:
        """Ask for the reason."""
        self.display = True
        self.focus()

    def close(self) -> None:
        """Give up the focus; an empty input is hidden."""
        self.display = bool(self.value)
        self.screen.set_focus(None)

    async def action_submit(self) -> None:
        """Give the reason; refuse what is none."""
        text = self.value.strip()
        fault = fault_of_reason(text) if text else None
        if fault is not None:
            self.notify(fault, severity="warning", markup=False)
            return
        self._given = text
        await super().action_submit()
