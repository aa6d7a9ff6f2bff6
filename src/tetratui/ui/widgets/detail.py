"""Everything about one event: fields, folder, user, parent chain, lifetime, and the whole JSON when asked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from tetratui.core.events.visible import visible
from tetratui.ui.render.detail_line import DetailLine
from tetratui.ui.render.event_detail import Story

LABEL = 9
"""Cells of the labels on the left."""
LONGEST = 8_000
"""Characters of one field that are drawn; copying gives them all."""
LONGEST_JSON = 60_000


class Detail(VerticalScroll):
    """The detail of the event under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = []
    text = query_one("#story", Static)

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(id="detail")
        self._ascii_only = ascii_only
        self.story: Story | None = None
        self.whole = False
        """Whether the JSON is shown instead of the fields."""

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static("", id="story", markup=False)

    def show(self, story: Story | None) -> None:
        """Show another event, from its top."""
        self.story = story
        self.draw()
        self.scroll_home(animate=False)

    def fail(self, text: str) -> None:
        """Show no event, and why."""
        self.story = None
        self.text.update(Content.styled(text, "$error"))

    def turn(self) -> None:
        """Go from the fields to the JSON, and back."""
        self.whole = not self.whole
        self.draw()
        self.scroll_home(animate=False)

    def draw(self) -> None:
        """Draw the fields or the JSON."""
        if self.story is None:
            self.text.update(Content.styled("No event under the cursor.", "$text-muted"))
        elif self.whole:
            lines = cut(self.story.json, LONGEST_JSON).split("\n")
            self.text.update(Content("\n".join(map(self._safe, lines))))
        else:
            self.text.update(Content("\n").join([self._line(line) for line in self.story.lines]))

    def _safe(self, text: str) -> str:
        return visible(text, ascii_only=self._ascii_only)

    def _line(self, line: DetailLine) -> Content:
        text = self._safe(cut(line.text, LONGEST))
        if line.strong:
            return Content.styled(text, "bold")
        return Content.assemble((f"{line.label:<{LABEL}}", "$text-muted"), text)


def cut(text: str, most: int) -> str:
    """Keep the front of a long text, and say how much was left out."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} characters more; y copies all)"
