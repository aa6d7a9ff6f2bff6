"""Everything about one event: fields, working directory, user, parents, lifetime, and on request the whole JSON."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from tetratui.core.events.visible import visible
from tetratui.ui.render.event_detail import DetailLine, EventDetail

LABEL = 13
"""Cells of the labels on the left."""
LONGEST = 8_000
"""Characters of one field that are drawn; copying takes them all."""
LONGEST_JSON = 60_000


class Detail(VerticalScroll):
    """The detail of the event under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = []
    text = query_one("#event-detail", Static)

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(id="detail")
        self.border_title = "Event"
        self._ascii_only = ascii_only
        self.event_detail: EventDetail | None = None
        self.whole = False
        """Whether the JSON is shown instead of the fields."""

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static("", id="event-detail", markup=False)

    def show(self, event_detail: EventDetail | None) -> None:
        """Show another event, from its top; what has become known of the same one is drawn in place."""
        before, self.event_detail = self.event_detail, event_detail
        if event_detail == before and before is not None:
            return
        self.draw()
        if before is None or event_detail is None or before.row != event_detail.row:
            self.scroll_home(animate=False)

    def fail(self, text: str) -> None:
        """Show why no event can be shown."""
        self.event_detail = None
        self.text.update(Content.styled(text, "$error"))

    def toggle_json(self) -> None:
        """Go from the fields to the JSON, and back."""
        self.whole = not self.whole
        self.draw()
        self.scroll_home(animate=False)

    def draw(self) -> None:
        """Draw the fields or the JSON."""
        if self.event_detail is None:
            self.text.update(Content.styled("No event under the cursor.", "$text-muted"))
        elif self.whole:
            lines = truncate(self.event_detail.json, LONGEST_JSON).split("\n")
            self.text.update(Content("\n".join(map(self._make_visible, lines))))
        else:
            self.text.update(Content("\n").join([self._line(line) for line in self.event_detail.lines]))

    def _make_visible(self, text: str) -> str:
        return visible(text, ascii_only=self._ascii_only)

    def _line(self, line: DetailLine) -> Content:
        text = self._make_visible(truncate(line.text, LONGEST))
        if line.strong:
            return Content.styled(text, "bold")
        return Content.assemble((f"{line.label:<{LABEL}}", "$text-muted"), text)


def truncate(text: str, most: int) -> str:
    """Return the front of a long text, with how much was left out."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters; y copies all)"
