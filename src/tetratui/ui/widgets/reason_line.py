"""The input for why it is safe to hide something: shown while it is typed in, or holds a reason."""

from __future__ import annotations

from textual.widgets import Input


class ReasonLine(Input):
    """Asks for a reason; sends `Input.Submitted` when it was given."""

    def __init__(self) -> None:
        super().__init__(placeholder="why is it safe to hide this?", id="reason")
        self.display = False

    @property
    def typed(self) -> str:
        """The reason; empty without one."""
        return self.value.strip()

    def open(self) -> None:
        """Ask for the reason."""
        self.display = True
        self.focus()

    def close(self) -> None:
        """Give up the focus; an empty input is hidden."""
        self.display = bool(self.value)
        self.screen.set_focus(None)
