"""The command lines that a scope would hide, the rarest first, with the only cursor of the Draft screen."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tetratui.core.workspace.draft_preview import ScopeChoice
from tetratui.ui.widgets.event_grid import fit_text

_COUNT = 8
"""Cells of the number of events."""
_STATE = "keep visible"
"""What stands beside a line that is left out of the draft."""


class HiddenLines(Static):
    """Draws the lines that have room; the cursor is always among them."""

    def __init__(self) -> None:
        super().__init__(id="hidden", markup=False)
        self._choice: ScopeChoice | None = None
        self._first = 0
        """The first line in sight."""

    @property
    def page(self) -> int:
        """How many lines have room."""
        return max(1, self.size.height)

    @property
    def listed(self) -> list[str]:
        """The lines in sight."""
        rarest = self._choice.rarest if self._choice is not None else ()
        return [text for text, _ in rarest[self._first : self._first + self.page]]

    def show(self, choice: ScopeChoice | None) -> None:
        """Draw the lines of a scope; None draws nothing."""
        if choice is None or self._choice is None or choice.scope is not self._choice.scope:
            self._first = 0
        self._choice = choice
        self._draw()

    def on_resize(self) -> None:
        """Draw as many as have room."""
        self._draw()

    def _draw(self) -> None:
        rarest = self._choice.rarest if self._choice is not None else ()
        if self._choice is None or not rarest:
            self._say_position("")
            self.update(Content.styled("nothing", "$text-muted"))
            return
        cursor, page = self._choice.cursor, self.page
        self._first = max(0, min(self._first, cursor, len(rarest) - page))
        self._first = max(self._first, cursor - page + 1)
        stop = min(len(rarest), self._first + page)
        self._say_position(f"{self._first + 1:,}–{stop:,} of {len(rarest):,}" if len(rarest) > page else "")
        self.update(Content("\n").join(self._line(number) for number in range(self._first, stop)))

    def _say_position(self, text: str) -> None:
        """Write on the lower border, which is that of the pane around the lines."""
        if isinstance(self.parent, Widget):
            self.parent.border_subtitle = Content(text)

    def _line(self, number: int) -> Content:
        assert self._choice is not None
        text, count = self._choice.rarest[number]
        kept = text in self._choice.kept_visible
        state = f"{_STATE}  " if kept else ""
        room = max(8, self.size.width - _COUNT - len(state) - 3)
        shown = fit_text(text, room)
        line = Content.assemble(
            f"{count:>{_COUNT},}  ", (state, "bold $success"), (shown, "$text-muted" if kept else "")
        )
        if number != self._choice.cursor:
            return line
        at_cursor = "$block-cursor-foreground on $block-cursor-background"
        return Content.styled(line.plain.ljust(self.size.width), at_cursor)
