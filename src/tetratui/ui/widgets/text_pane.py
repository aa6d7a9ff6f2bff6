"""A titled, bordered text that scrolls, by the keys that move in every list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one

from tetratui.ui.keys import bindings
from tetratui.ui.widgets.cached_static import CachedStatic


class TextPane(VerticalScroll, inherit_bindings=False):
    """A text that is longer than its pane; the screen says what stands in it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    body = query_one(CachedStatic)

    def __init__(self, name: str, title: str) -> None:
        super().__init__(id=name, can_focus=True)
        self.label = title
        """What stands in it, in a word or two."""
        self.border_title = Content(title)

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield CachedStatic("", markup=False)

    def show(self, lines: Sequence[Content], title: str = "") -> None:
        """Show other lines from the first one on, under another title; an empty one is the label alone."""
        self.border_title = Content(f"{self.label}: {title}" if title else self.label)
        before = self.body.visual
        self.body.update(Content("\n").join(lines))
        if self.body.visual is not before:
            self.scroll_home(animate=False)

    def action_cursor(self, step: int) -> None:
        """Scroll by a line."""
        self.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll by a page."""
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False)

    def action_top(self) -> None:
        """Go to the first line."""
        self.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the last line."""
        self.scroll_end(animate=False)
