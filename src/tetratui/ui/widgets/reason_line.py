"""The line for why it is safe to hide something: on the screen while it is typed in, or says something."""

from __future__ import annotations

from textual.widgets import Input


class ReasonLine(Input):
    """Asks for a reason; `Input.Submitted` says that it was given."""

    def __init__(self) -> None:
        super().__init__(placeholder="why is it safe to hide this?", id="reason")
        self.display = False

    @property
    def typed(self) -> str:
        """The reason, empty without one."""
        return self.value.strip()

    def open(self) -> None:
        """Ask for the reason."""
        self.display = True
        self.focus()

    def close(self) -> None:
        """Let go of the keys; an empty line leaves the screen."""
        self.display = bool(self.value)
        self.screen.set_focus(None)
